"""What is generated of the registry for the documentation: the demands of PEP 466's draft, and the form."""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree
from pathlib import Path

import pytest

from regraft_tools.docgen import catalogue, interface, markup, matrix, pages, registry, security

ROOT = Path(__file__).resolve().parents[2]
ROWS = registry.load()
REFERENCE = ROOT / "docs" / "reference"

ROW = {
    "name": "levitation", "title": "floating *above* the ground", "kind": "fix", "module": "ssl",
    "names": ["ssl.float_up"], "first_2_7": None, "first_3": ["3.8.18", "3.9"], "first_regraft": "0.1.0",
    "affected": {"2.7": "2.7.0", "3": "3.2"}, "unconfirmed": ["3.8.18 is from hearsay."], "openssl": "3.2",
    "openssl_fixed": None, "capabilities": [], "cves": ["CVE-2099-12345", "CVE-2098-0004"],
    "defends": "Nobody falls.", "beyond": "All `fall()`s hurt.", "sources": ["bpo-1", "PEP 466", "RFC 9325, section 3"],
    "detect": "available = True\n", "harden": None, "relax": None, "default": None,
    "without": {"harden": "It is on.", "relax": "It stays.", "default": "It is."},
}


def plant(**changes):
    return {**copy.deepcopy(ROW), **changes}


def text_of(lines: list[str]) -> str:
    return "\n".join(lines)


def read_table(lines: list[str], name: str) -> list[list[str]]:
    """The cells of a list-table."""
    text = text_of(lines)
    body = text[text.index(":name: " + name):].split("\n\n")[1]
    return [[cell.strip() for cell in re.split(r"\n?     - ", row)] for row in body.split("   * - ")[1:]]


# The draft, section "Documentation": each covered module MUST have a section "Security Considerations" …

def test_each_covered_module_has_its_section():
    assert pages.check(REFERENCE) == []


def test_the_covered_modules_are_those_of_the_registry():
    assert {row["module"] for row in ROWS} <= set(registry.MODULES)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("Security Considerations\n-", "Safety\n-", "hmac.rst has no section 'Security Considerations'"),
    (".. regraft-security:: hmac", ".. regraft-security:: ssl", "has no directive '.. regraft-security:: hmac'"),
    (".. regraft-names:: hmac", "", "hmac.rst does not list what is new on 2.7"),
])
def test_a_page_without_what_is_demanded_is_found(tmp_path, old, new, said):
    text = (REFERENCE / "hmac.rst").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "hmac.rst").write_text(text.replace(old, new), encoding="utf-8")
    assert said in text_of(pages.check(tmp_path, ["hmac"]))


def test_a_covered_module_without_a_page_is_found(tmp_path):
    assert pages.check(tmp_path, ["hmac"]) == ["the covered module hmac has no page: there is no hmac.rst"]


def test_a_section_that_has_nothing_but_tables_is_found(tmp_path):
    (tmp_path / "os.rst").write_text(
        "os\n==\n\nWords that stand before the section do not count, however many they are.\n\nSecurity Considerations\n"
        "-----------------------\n\n.. regraft-security:: os\n\nNew\n---\n\n.. regraft-names:: os\n")
    assert pages.check(tmp_path, ["os"]) == ["the section 'Security Considerations' of os.rst says nothing of its own"]


# … which MUST enumerate enhancements and fixes, with CVE identifiers and the releases that first included them.

@pytest.mark.parametrize("module", registry.MODULES)
def test_each_cve_of_the_registry_is_on_the_page_of_its_module(module):
    expected = sorted(cve for row in ROWS if row["module"] == module for cve in row["cves"])
    lines = security.render(ROWS, module)
    shown = re.findall(r"\* - `(CVE-[\d-]+) <", text_of(lines))
    assert sorted(shown) == expected
    assert expected or "No CVE that the registry knows" in text_of(lines)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_each_row_is_in_the_table_of_its_module_with_its_first_releases(row):
    cells = read_table(security.render(ROWS, row["module"]), "%s-features" % row["module"])
    found = [each for each in cells if each[0].startswith(security.link(row))]
    assert len(found) == 1
    for release in [row["first_2_7"], row["first_regraft"], *row["first_3"]]:
        assert release is None or release in text_of(found[0])


def test_a_row_is_shown_with_all_that_the_draft_asks_for():
    lines = security.render([plant()], "ssl")
    cves = read_table(lines, "ssl-cves")
    assert [row[0].split(" ")[0] for row in cves[1:]] == ["`CVE-2098-0004", "`CVE-2099-12345"], "oldest first"
    assert cves[1][1:] == [
        r":ref:`levitation <feature-levitation>`: floating \*above\* the ground. Nobody falls.",
        "3.8.18, 3.9 †", "none †", "0.1.0"]
    assert read_table(lines, "ssl-features")[1] == [
        r":ref:`levitation <feature-levitation>`: floating \*above\* the ground",
        "3.8.18, 3.9 †", "none †", "0.1.0", "3.2"]
    assert "* :ref:`levitation <feature-levitation>`: 3.8.18 is from hearsay." in lines


def test_what_was_never_affected_is_told_apart_from_what_is_open():
    assert registry.say_first_2(plant(affected={"2.7": None, "3": "3.7"})) == "not affected"
    assert registry.say_first_2(plant()) == "none"
    assert registry.say_first_3(plant(first_3=[], affected={"2.7": "2.7.9", "3": None})) == "not affected"


def test_a_default_that_stays_the_hosts_is_not_said_to_be_changed():
    text = text_of(security.render([plant(kind="default", first_regraft=None, affected=None, cves=[])], "ssl"))
    assert "- with newest\n" in text and "*with newest*: with ``REGRAFT_DEFAULTS=newest``" in text


def test_the_page_of_hazards_has_each_opt_out_of_the_registry():
    assert "\n.. regraft-opt-outs::\n" in (ROOT / "docs" / "hazards.rst").read_text(encoding="utf-8")
    cells = read_table(security.render_opt_outs(ROWS), "opt-outs")[1:]
    expected = ["%s (``%s``)" % (security.link(row), row["module"]) for row in ROWS if row["relax"]]
    assert [each[0] for each in cells] == expected and all(all(each) for each in cells)


def test_a_module_without_rows_is_an_error_and_not_an_empty_section():
    with pytest.raises(LookupError, match="the registry has no row for the module 'hmac'"):
        security.render([plant()], "hmac")


# Each row has its place on the page of the registry.

def test_each_row_of_the_registry_can_be_documented():
    assert registry.check(ROWS) == []


@pytest.mark.parametrize(("changes", "said"), [
    ({"defends": " "}, "row 'levitation' of the registry has no defends"),
    ({"beyond": ""}, "row 'levitation' of the registry has no beyond"),
    ({"title": None}, "row 'levitation' of the registry has no title"),
    ({"sources": []}, "row 'levitation' of the registry has no sources"),
    ({"module": "socket"}, "row 'levitation' of the registry belongs to no covered module: 'socket'"),
    ({"detect": None}, "row 'levitation' of the registry has neither a recipe detect nor a reason for that"),
])
def test_a_row_without_its_documentation_fails(changes, said):
    with pytest.raises(ValueError, match="^%s$" % re.escape(said)):
        catalogue.render([plant(**changes)])


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_each_row_is_on_the_page_with_its_anchor_its_names_and_its_recipes(row):
    text = text_of(catalogue.render([row]))
    assert "\n.. _feature-%s:\n\n%s\n~" % (row["name"], row["name"]) in text
    for recipe in catalogue.CAPTIONS:
        if row[recipe]:
            assert text_of(markup.code(row[recipe], style="recipe")) in text
        else:
            assert "* No recipe *%s*: %s" % (recipe, markup.escape(row["without"][recipe])) in text
    for name in row["names"]:
        assert "``%s``" % name in text
    for cve in row["cves"]:
        assert cve in text
    for doubt in row["unconfirmed"]:
        assert markup.escape(doubt) in text


def test_what_is_written_in_a_row_is_no_markup_but_code():
    assert markup.escape("`SSLError`s of *any* kind, a_, b| and `f()` (new)") == (
        r"``SSLError``\ s of \*any\* kind, a\_, b\| and ``f()`` (new)")


@pytest.mark.parametrize(("text", "target"), [
    ("bpo-20188", "<https://bugs.python.org/issue20188>"),
    ("gh-108310", "<https://github.com/python/cpython/issues/108310>"),
    ("PEP 466", "<https://peps.python.org/pep-0466/>"),
    ("RFC 9325, section 3.8", "`RFC 9325, section 3.8 <https://www.rfc-editor.org/rfc/rfc9325>`__"),
    ("CVE-2023-40217", "<https://www.cve.org/CVERecord?id=CVE-2023-40217>"),
    ("gh-1: a crash", "`gh-1: a crash <https://github.com/python/cpython/issues/1>`__"),
    ("ssl documentation, HAS_ALPN", "`ssl documentation, HAS_ALPN <https://docs.python.org/3.15/library/ssl.html>`__"),
    ("the documentation of *ssl*", r"the documentation of \*ssl\*"),
])
def test_a_source_leads_to_where_it_is(text, target):
    assert target in markup.source(text)


def test_a_row_of_a_table_with_a_cell_too_few_is_an_error():
    with pytest.raises(ValueError, match="a row of 1 cells in a table of 2 columns"):
        markup.table(("a", "b"), [("only",)], (1, 1))


# The picture.

SVG = "{http://www.w3.org/2000/svg}"


def cells_of(row) -> dict[str, str]:
    """What the picture shows for a row, by column."""
    names = [*registry.RELEASES_2, *registry.SERIES_3, "regraft"]
    root = xml.etree.ElementTree.fromstring(matrix.render([row]))
    group = root.find(".//%sg[@role='img']" % SVG)
    shapes = [each.get("class") for each in group if each.tag != SVG + "path"]
    return dict(zip(names, shapes, strict=True))


def test_the_picture_has_each_row_in_words_as_text_and_as_a_link():
    root = xml.etree.ElementTree.fromstring(matrix.render(ROWS, "features.html"))
    groups = [each.get("aria-label") for each in root.iter(SVG + "g") if each.get("role") == "img"]
    assert sorted(groups) == sorted(map(matrix.describe, ROWS))
    links = {each.get("href"): "".join(each.itertext()) for each in root.iter(SVG + "a")}
    assert {target: text.removesuffix(" ?") for target, text in links.items()} == {
        "features.html#" + row["name"]: row["name"] for row in ROWS}


def test_the_picture_tells_its_title_and_what_it_shows_to_who_cannot_see_it():
    root = xml.etree.ElementTree.fromstring(matrix.render(ROWS))
    named = [root.find(".//*[@id='%s']" % each).text for each in root.get("aria-labelledby").split()]
    assert named == [matrix.TITLE, matrix.DESCRIPTION]


def test_the_picture_shows_since_which_release_a_row_holds():
    shown = cells_of(plant(first_2_7="2.7.9"))
    assert shown["2.7.8"] == shown["3.7"] == "rg-no"
    assert shown["2.7.9"] == shown["2.7.18"] == shown["3.9"] == shown["3.15"] == shown["regraft"] == "rg-yes"
    assert shown["3.8"] == "rg-later", "from 3.8.18 on"


def test_the_picture_shows_a_release_that_never_had_the_hole_as_free_of_it():
    shown = cells_of(plant(affected={"2.7": None, "3": "3.4"}))
    assert shown["2.7.0"] == shown["3.3"] == "rg-yes" and shown["3.4"] == "rg-no"


def test_the_picture_shows_a_default_that_stays_the_hosts_as_half():
    assert cells_of(plant(kind="default", affected=None, first_regraft=None))["regraft"] == "rg-later"


def test_the_columns_of_the_picture_are_named_again_where_a_screen_ends():
    rows = [plant(name="row-%d" % number) for number in range(matrix.BETWEEN_HEADS + 1)]
    assert matrix.render(rows).count(">2.7.18<") == 2 and matrix.render(rows[1:]).count(">2.7.18<") == 1


def test_the_picture_marks_what_is_unconfirmed():
    assert ">levitation ?<" in matrix.render([plant()])
    assert ">levitation<" in matrix.render([plant(unconfirmed=[])])


def test_what_is_generated_is_the_same_each_time():
    for _ in range(2):
        assert catalogue.render(registry.load()) == catalogue.render(ROWS)
        assert matrix.render(registry.load(), "x") == matrix.render(ROWS, "x")
        assert [security.render(registry.load(), row["module"]) for row in ROWS] == [
            security.render(ROWS, row["module"]) for row in ROWS]


# What is new on 2.7.

def entry(kind="function", signature="(a, b=1)", doc="", since=(), **more):
    return {"kind": kind, "signature": signature, "doc": doc, "since": list(since), **more}


def test_new_is_what_the_stock_module_lacks_with_the_parameters_that_3_can_tell():
    grafted = {
        "ssl": {"old": entry(), "borrowed": None, "lent": entry(), "new": entry(signature=None), "only": entry()},
        "secrets": {"token": entry()},
    }
    newer = {"ssl": {"new": entry(signature="(a, /)")}, "secrets": None}
    found = interface.compare(grafted, {"ssl": {"old": entry(), "lent": None}, "secrets": None}, newer)
    assert {module: sorted(names) for module, names in found.items()} == {"ssl": ["new", "only"], "secrets": ["token"]}
    assert found["ssl"]["new"]["signature"] == "(a, /)" and found["ssl"]["only"]["signature"] == "(a, b=1)"


def test_docstrings_of_the_hosts_own_code_are_not_published():
    theirs = entry(doc="Theirs.")
    grafted = {"random": {"old": theirs}, "secrets": {"old": theirs, "new": entry(doc="Ours.")}}
    found = interface.compare(grafted, {"random": {"old": theirs}, "secrets": None}, grafted)
    assert {name: each["doc"] for name, each in found["secrets"].items()} == {"old": "", "new": "Ours."}


def test_a_name_is_shown_with_its_docstring_and_since_which_python_it_is_there():
    names = {
        "float_up": entry(doc="Go up."), "Kite": entry("class", None, since=["3.5", "3.6"]),
        "Kite.pull": entry("method", "(hard=False)"), "Wind": entry("class", None, since=["3.6"], members=["N", "S"]),
        "SSLContext.fly": entry("attribute", None, "How high", ["3.7"]),
    }
    lines = interface.render(names, [plant()], "ssl")
    text = text_of(lines)
    for part in (
        ".. py:function:: float_up(a, b=1)\n\n"
        "   Go up. Since Python 3.8.18, 3.9; needs OpenSSL 3.2 or newer; :ref:`levitation <feature-levitation>`.\n",
        ".. py:class:: Kite\n\n   Since Python 3.5.\n\n   .. py:method:: pull(hard=False)\n\n      Since Python 3.5.\n",
        ".. py:class:: Wind\n\n   An enumeration: ``N``, ``S``.\n\n   Since Python 3.6.\n",
        ".. py:class:: SSLContext\n\n   A class of 2.7 too. New in it:\n\n"
        "   .. py:attribute:: fly\n\n      How high. Since Python 3.7.\n",
    ):
        assert part in text


@pytest.mark.parametrize(("module", "name", "entries", "since"), [
    ("ssl", "HAS_PHA", {"HAS_PHA": entry("data", None)}, ["3.14"]),  # its row: 3.6.15, 3.7.16, 3.8
    ("ssl", "Options", {"Options": entry("class", None, members=["OP_ALL"])}, ["3.6"]),  # its row: 3.4
    ("ssl", "SSLContext.get_ciphers", {"SSLContext.get_ciphers": entry("method")}, ["3.6"]),
    ("ssl", "SSLSocket.shared_ciphers", {"SSLSocket.shared_ciphers": entry("method", since=["3.5"])}, ["3.5"]),
    ("ssl", "SSLObject.cipher", {
        "SSLObject": entry("class", since=["3.5"]), "SSLObject.cipher": entry("method", since=["3.0"])}, ["3.5"]),
    ("hashlib", "scrypt", {"scrypt": entry()}, ["3.6"]),  # recorded from 3.7 on: the build of 3.6 lacks it
])
def test_since_when_a_name_is_there_is_told_by_what_knows_best(module, name, entries, since):
    by_name = {each: row for row in ROWS for each in row["names"]}
    assert interface.find_since(name, entries, by_name, module) == since


def test_a_name_of_which_nothing_tells_since_when_it_is_there_is_an_error():
    with pytest.raises(LookupError, match="which Python 3 there is ssl.sink: it needs a row of the registry, or Since:"):
        interface.render({"sink": entry()}, [plant()], "ssl")
