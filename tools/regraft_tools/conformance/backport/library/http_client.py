"""`httplib` under its name in 3."""
REAL = "httplib"
__all__ = []
