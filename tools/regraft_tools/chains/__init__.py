"""Chains of certificates, good and bad, to try how a TLS peer judges them.

`python -m regraft_tools.chains DIR` writes each case's files to DIR and a list of all to `cases.json`
there. They are made anew by each call; nothing in them is secret.
"""
