"""`mock` from PyPI, the last for 2.7."""
REAL = "mock"
__all__ = []
