"""`urllib2` under its name in 3."""
REAL = "urllib2"
__all__ = []
