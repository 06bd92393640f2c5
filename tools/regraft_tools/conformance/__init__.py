"""Runs the suites of other people against regraft and judges what they did.

    python -m regraft_tools.conformance run                       # all suites of 2.7 and 3.13
    python -m regraft_tools.conformance run --python 2.7 --suite test_ssl
    python -m regraft_tools.conformance run --stock               # measure the interpreters anew

The suites are the interpreter's own (`Lib/test`), unchanged. They run in the interpreter itself,
not in a virtual environment (the `site` module that virtualenv gives 2.7 breaks some of them);
regraft is enabled for a user whose home directory is made for the run.

    suites        which suites, under which configuration of OpenSSL
    homes         the home directory in which regraft is enabled
    execution     one suite in a child that may crash or hang; `child.py` is what runs there
    results       what the tests did
    records       what they did without regraft, kept as data in tests/conformance/stock
    expectations  the deviations that are allowed, each with its reason: tests/conformance/expectations
    judgement     results + record + expectations: what is as it should be and what is not
    session       all of that for several suites at a time
    report        tables for people, JSON for programs

Since a record is only a memory, a suite that looks bad because of it is measured again without
regraft before anything is said.
"""
