"""Jobs for a CI service, one for each interpreter and release, and what they found as one table.

    regraft-tools matrix write github --as 2.7.6,2.7.9,newest --output .github/workflows/releases.yml
    regraft-tools matrix read junit/*.xml
"""

from regraft_tools.matrix.command import main

__all__ = ["main"]
