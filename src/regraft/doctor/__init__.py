"""What `python -m regraft doctor` finds out: how the network security of this interpreter stands.

`report.examine()` makes the report about the process, `host.Examination` the one about a host: dicts that
docs/doctor.rst describes. `paper` shows them to a person. All of it works with the stock modules, and the first where
`ssl` cannot be imported.
"""
from __future__ import absolute_import, division, print_function

# Of the JSON; it grows when something that was there is gone or means something else.
FORMAT = 1
# What --fail-on knows.
CONDITIONS = ("cve", "eol", "weak")
