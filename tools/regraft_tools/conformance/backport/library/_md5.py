"""3's module for MD5: that of 2.7 has the name, and nothing else in common with it."""
raise ImportError("2.7 has another _md5")
