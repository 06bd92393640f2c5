"""The demo: unmodified programs against today's TLS servers, before and after regraft.

`python -m regraft_tools.demo` runs it. The rooms:

- `scenarios` is the table of what is tried and what must come of it,
- `programs/` are the programs, plain Python 2.7 that knows nothing of regraft,
- `servers` are what they talk to,
- `preparation` makes the two environments, `processes` runs commands in them,
- `trial` lets one program meet one server, `outcomes` puts into words what came of it and
  judges it, `table` shows it.
"""
