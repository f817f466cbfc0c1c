"""What each fix does to the one object of its finding, by subject.

A change takes all objects, the position of the one that the finding is about and the path to the
field, and returns the objects with what it changed. Only what is unambiguous is here.
"""
