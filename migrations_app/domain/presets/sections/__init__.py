"""The sections of a preset: one module each, with its shape and the checks beyond the shape."""
