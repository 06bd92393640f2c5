"""Runs other people's programs' own test suites, without and with regraft, and compares.

    python -m regraft_tools.downstream                 # all projects
    python -m regraft_tools.downstream urllib3 gevent  # these

`projects.toml` says which releases, what they need and which of their files have to do with TLS. The files are run
twice in one environment, first with REGRAFT_DISABLE=1, then under `python -m regraft run`. What passes on the stock
interpreter must pass with regraft, unless tests/downstream/expectations.toml lists it with a reason. Tests of our
own that need other people's packages, tests/downstream/test_*.py, are run with them, with regraft only.
"""
