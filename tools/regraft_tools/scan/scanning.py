"""Scans files: each by all rules that are wanted, several at a time."""

from __future__ import annotations

import ast
import functools
import multiprocessing
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from regraft_tools.scan import sources, suppressions
from regraft_tools.scan.findings import Finding, Outcome, Problem, Severity
from regraft_tools.scan.module import Module
from regraft_tools.scan.rules import RULES, UNUSED

_DEEPEST = 12000  # frames of Python; sums of thousands of texts are nested as deep
_FEW = 8  # files that are not worth a process


class Ended(RuntimeError):
    """A process of the scan was ended from outside, and with it what it had found."""


def scan(
    paths: Sequence[str], selected: Collection[str], exclude: Sequence[str] = (), processes: int | None = None
) -> Iterator[tuple[str, Outcome]]:
    """The outcome of each file, in the order of the files.

    Args:
        paths: files and directories.
        selected: ids of rules.
        exclude: patterns of what is left out.
        processes: how many work at a time; None means as many as there are processors.

    Raises:
        Ended: one of the processes is gone.
    """
    files: list[str | Problem] = list(sources.find(paths, exclude))
    names = [each for each in files if isinstance(each, str)]
    wanted = min(processes or _processors(), max(len(names) // _FEW, 1))
    work = functools.partial(scan_file, selected=frozenset(selected))
    if wanted == 1:
        yield from _in_order(files, map(work, names))
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    try:
        with ProcessPoolExecutor(wanted, context) as pool:
            yield from _in_order(files, pool.map(work, names, chunksize=_FEW))
    except BrokenProcessPool:
        raise Ended(
            "a process of the scan was ended from outside, perhaps for want of memory, so the scan is not whole: "
            "try it with --processes 1"
        ) from None


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_order(files: Sequence[str | Problem], outcomes: Iterable[Outcome]) -> Iterator[tuple[str, Outcome]]:
    done = iter(outcomes)
    for each in files:
        if isinstance(each, Problem):
            yield each.path, Outcome(problems=(each,))
        else:
            yield each, next(done)


def scan_file(path: str, selected: Collection[str]) -> Outcome:
    """Reads and scans a file; what is wrong with it becomes a problem."""
    try:
        return scan_text(path, sources.read(path), selected)
    except sources.Unreadable as error:
        return Outcome(problems=(Problem(path, 0, str(error)),))
    except RecursionError:
        return Outcome(problems=(Problem(path, 0, "is nested too deeply to be followed, so it was left out"),))
    except Exception as error:
        # One file that the scanner cannot cope with must not keep it from the others; it is told, and counted.
        told = "made the scanner fail, which is a mistake of its own: %s: %s" % (type(error).__name__, error)
        return Outcome(problems=(Problem(path, 0, told),))


def scan_text(path: str, text: str, selected: Collection[str]) -> Outcome:
    """Scans the text of a file.

    Raises:
        RecursionError: it is nested too deeply.
    """
    lowered = text.lower()
    rules = [RULES[each] for each in sorted(selected) if RULES[each].may_be_in(lowered)]
    if not rules:
        return Outcome()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    try:
        module = Module(path, text)
        found = [_finding(module, rule.id, *hit) for rule in rules for hit in rule.check(module)]
    finally:
        sys.setrecursionlimit(limit)
    kept, unused, suppressed = suppressions.apply(module, sorted(set(found)), selected)
    if UNUSED.id in selected:
        kept.extend(unused)
    problems = _errors(module)
    return Outcome(tuple(sorted(kept)), problems, suppressed, True)


def _errors(module: Module) -> tuple[Problem, ...]:
    errors = module.reading.errors
    if not errors:
        return ()
    more = " and on %d more" % (len(errors) - 1) if errors[1:] else ""
    return (Problem(module.path, errors[0],
                    "on this line%s it is no Python of 2.7 or 3; the rest was looked at" % more),)


def _finding(
    module: Module, rule: str, node: ast.AST, message: str, severity: Severity, about: tuple[str, ...]
) -> Finding:
    line, end = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
    return Finding(
        path=module.path, line=line, column=_column(module, line, node.col_offset),  # type: ignore[attr-defined]
        rule=rule, severity=Severity.LOW if module.is_test else severity, message=message, end_line=end,
        end_column=_column(module, end, node.end_col_offset or 0),  # type: ignore[attr-defined]
        source=module.lines[line - 1].strip() if line <= len(module.lines) else "", about=about,
    )


def _column(module: Module, line: int, offset: int) -> int:
    """A column, from 1, in characters, of an offset in bytes."""
    text = module.lines[line - 1] if line <= len(module.lines) else ""
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1
