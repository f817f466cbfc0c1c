"""Pages: find, form, action, render. They decide nothing; actions do."""
