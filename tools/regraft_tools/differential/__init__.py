"""Runs one script on a stock interpreter and on interpreters with regraft, and compares what it traces."""
