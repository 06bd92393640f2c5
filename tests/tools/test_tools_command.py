"""`regraft-tools` without its commands."""

from __future__ import annotations

import pytest

from regraft_tools import __main__ as command


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_command_it_lists_them(arguments, capsys):
    assert command.main(arguments) == 0
    listed = capsys.readouterr().out
    assert all("\n  %s " % name in listed for name in command.COMMANDS)


def test_a_command_that_is_not_there_is_an_error_that_lists_them(capsys):
    assert command.main(["aduit"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "there is no command 'aduit'" in captured.err and "  audit " in captured.err
