"""The package of the modules for HTTP in 3."""
REAL = None
__all__ = []
