"""What developers of regraft run: finding interpreters, making environments, demo, conformance.

A distribution of its own (`regraft-tools`), for Python 3.11 and newer. Nothing under `src/`
needs it.
"""
