"""One file for each module that suites see with more names than 2.7 gives it."""
