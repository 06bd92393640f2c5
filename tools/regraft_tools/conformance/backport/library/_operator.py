"""`operator`, whose C part has a name of its own in 3."""
REAL = "operator"
__all__ = []
