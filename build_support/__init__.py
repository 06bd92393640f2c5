"""Builds regraft's one extension. Runs in each host's own Python, so valid from 2.7 to 3.15."""
