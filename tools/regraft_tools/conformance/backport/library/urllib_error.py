"""`urllib2`, where the errors are in 2.7."""
REAL = "urllib2"
__all__ = []
