"""One program meets one server."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from regraft_tools.demo import servers
from regraft_tools.demo.outcomes import Outcome, Result, read_outcome
from regraft_tools.demo.preparation import Place, plain_environ
from regraft_tools.demo.scenarios import Scenario

TIMEOUT = 45.0  # seconds; a program takes less than one


def try_scenario(scenario: Scenario, python: Path, place: Place) -> Outcome:
    """Run a scenario's program against a server of its own.

    Args:
        scenario: What to try.
        python: What the program is run with.
        place: Where the demo takes place.

    Returns:
        What came of it. That the server could not start, or broke, is an outcome too.

    Raises:
        Stopped: The demo is being stopped.
    """
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="regraft-demo-")))
        server = None
        if scenario.server is not None:
            try:
                server = stack.enter_context(servers.start(scenario.server(place.certificates)))
            except OSError as error:
                return Outcome(Result.FAILED, f"failed: the demo's server did not start: {error}")
        port = server.port if server else 0
        command = [str(python), *scenario.arguments(port, place.certificates, scratch)]
        finished = place.crew.run(command, plain_environ(place.home), TIMEOUT, scratch)
    if server is not None and server.failure is not None:
        return Outcome(Result.FAILED, f"failed: the demo's server broke: {server.failure!r}")
    log = server.log if server else servers.Log()
    return read_outcome(finished, log, scenario.done)
