"""Each profile against the reference: what a release brought is there, and not before."""
from __future__ import absolute_import, division, print_function

import recorded
import shown
import pytest

from regraft import profiles
from regraft._compat import PY2

JUDGED = recorded.judged()
# What no OpenSSL, or no Linux, that this runs on has.
ELSEWHERE = {"ssl.PROTOCOL_SSLv2", "ssl.PROTOCOL_SSLv3", "ssl.RAND_egd", "ssl.enum_certificates", "ssl.enum_crls"}
if not PY2:
    import random

    # Seeded generators are the host's own: what it lacks it lacks.
    ELSEWHERE.update("random.%s%s" % (owner, name) for owner in ("", "Random.") for name in ("randbytes", "binomialvariate")
                     if not hasattr(random, name))
_seen = {}


def names(release, mark):
    """Return the names that the reference says a release brought (+) or took away (-)."""
    found = set()
    for word in JUDGED.get((release, mark), ()):
        found.update(recorded.names_of(word, release))
    for later, each in JUDGED:
        if each == mark and recorded.number(later) > recorded.number(release):
            # A word such as OP_* means all but those that have a release of their own.
            found.difference_update(name for word in JUDGED[later, each] for name in recorded.names_of(word, later))
    return found - ELSEWHERE


def everything():
    found = set()
    for release, mark in JUDGED:
        if mark != "~" and (release[0] == "2") == PY2:
            found |= names(release, mark)
    return found


def seen(release):
    """Return which of all these names a release shows."""
    if release not in _seen:
        _seen[release] = shown.present(release, everything())
    return _seen[release]


def of_this_language(mark):
    found = sorted((release for release, each in JUDGED if each == mark and (release[0] == "2") == PY2),
                   key=recorded.number)
    return [each for each in found if names(each, mark)]


def before(release):
    """Return the name of the release before one: of the series before, or the maintenance release before."""
    numbers = recorded.number(release)
    if len(numbers) == 3:
        known = [each for each in profiles.releases() if each.count(".") == 2]
        return known[known.index(release) - 1] if known.index(release) else None
    return "%d.%d" % (numbers[0], numbers[1] - 1)


def test_each_word_of_the_reference_is_judged():
    for release, words in recorded.words().items():
        said = set()
        for mark in "+-~":
            said |= JUDGED.get((release, mark), set())
        assert words == said, release
    assert set(release for release, _ in JUDGED) == set(recorded.words())


@pytest.mark.parametrize("release", of_this_language("+"))
def test_what_a_release_brought_is_there_and_not_before(release):
    wanted = names(release, "+")
    assert wanted - seen(release) == set(), "lacking"
    if before(release):
        assert wanted & seen(before(release)) == set(), "too early"


if not PY2:
    @pytest.mark.parametrize("release", of_this_language("-"))
    def test_what_a_release_took_away_was_there_before(release):
        wanted = names(release, "-")
        assert wanted & seen(release) == set(), "too late"
        assert wanted - seen(before(release)) == set(), "lacking"
