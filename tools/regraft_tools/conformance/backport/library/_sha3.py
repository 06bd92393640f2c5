"""SHA-3, which 3 has in a module of its own, and regraft beside the other digests."""
REAL = "hashlib"
__all__ = []
