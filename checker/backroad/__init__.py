"""backroad: scaffold an exercise, write code, check it, compare it with the reference."""

__version__ = "0.1.0"
