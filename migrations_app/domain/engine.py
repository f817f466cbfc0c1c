"""The one front door of the core: read a bundle, render it, check it."""
