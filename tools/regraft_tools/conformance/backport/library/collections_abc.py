"""`collections`, where the abstract classes are in 2.7."""
REAL = "collections"
__all__ = []
