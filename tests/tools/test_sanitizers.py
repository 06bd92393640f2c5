"""What is read out of the reports of memory checkers."""

from __future__ import annotations

from regraft_tools import sanitizers

VALGRIND = """\
==12== Invalid write of size 1
==12==    at 0x52B0: take (bio.c:1)
==12==    by 0x52C0: read_pool (bio.c:2)
==12==  Address 0x1 is 0 bytes after a block of size 4
==12==
==12== Invalid write of size 1
==12==    at 0x62B0: take (bio.c:1)
==12==    by 0x62C0: read_pool (bio.c:2)
==12==  Address 0x1 is 0 bytes after a block of size 4
==12==
"""
ASAN = """\
=================================================================
==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1
    #0 0x1 in take bio.c:1

0x1 is located 0 bytes inside of 4-byte region
"""


def test_the_same_report_of_valgrind_counts_once(tmp_path):
    (tmp_path / "report.12").write_text(VALGRIND)
    (tmp_path / "report.13").write_text(VALGRIND.replace("==12==", "==13=="))
    found = sanitizers.read_reports(tmp_path)
    assert list(found.values()) == [4]
    assert next(iter(found)).startswith("Invalid write of size 1\n   at take (bio.c:1)")


def test_a_report_of_asan_is_one_report(tmp_path):
    (tmp_path / "report.7").write_text(ASAN)
    assert len(sanitizers.read_reports(tmp_path)) == 1


def test_processes_without_errors_have_nothing_to_report(tmp_path):
    (tmp_path / "report.1").write_text("")
    assert not sanitizers.read_reports(tmp_path)


def test_what_counts_memory_by_itself_is_left_out_under_a_checker(tmp_path):
    checker = sanitizers.make_checker("growth", tmp_path)
    assert dict(checker.environ)["REGRAFT_TEST_MANY"] == "10000" and not checker.prefix
    root = sanitizers.environments.checkout()
    assert all((root / each).exists() for each in (*sanitizers.NOT_CHECKED, sanitizers.SUPPRESSIONS))
