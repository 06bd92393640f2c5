"""Against a peer that misbehaves, 2.7 and 3.6 with regraft come to what stock 3.13 comes to, and never hang."""

from __future__ import annotations

import copy
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from exchanges import HERE, Conversation, Hangs, Subject, client, server

from regraft_tools import certificates, environments, interpreters
from regraft_tools.differential import comparison, parties

SERIES = ("2.7", "3.6")
ROWS = comparison.read_list(Path(__file__).with_name("misbehaving.toml"))
MISBEHAVING = HERE / "misbehaving.py"
TLSLITE = "tlslite-ng==0.8.2"
BOUNDS = {"1.2": "TLSv1_2", "1.3": "TLSv1_3"}
STEPS = {
    "client": (["handshake"], ["send", "ping\n"], ["read_all"], ["unwrap"]),
    "server": (["handshake"], ["read_line"], ["send", "pong\n"], ["read_all"], ["unwrap"]),
}
OPPOSITE = {"client": "server", "server": "client"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("certificates")
    certificates.create_certificates(made)
    return made


@pytest.fixture(scope="module")
def python():
    return environments.ensure(
        interpreters.own(), "peers", packages=[TLSLITE], regraft=False
    )


@pytest.fixture(scope="module")
def behaviours(python):
    done = python.run(MISBEHAVING, "list", stdout=subprocess.PIPE)
    return [tuple(each) for each in json.loads(done.stdout)]


def settings_of(role, version, folder):
    settings = {"suppress": False}
    if version in BOUNDS:
        settings["minimum"] = settings["maximum"] = BOUNDS[version]
    if role == "client":
        settings["ca"] = str(folder / "ca.pem")
    else:
        settings["certificate"] = str(folder / "localhost.pem")
    return settings


def exchange(subject, peer, behaviour, folder):
    """What both sides saw of one another."""
    role, name, version = behaviour
    ours = OPPOSITE[role]
    order = {"role": role, "behaviour": name, "version": "1.2" if version == "any" else version,
             "certificate": str(folder / "localhost.pem")}
    settings = settings_of(ours, version, folder)
    try:
        if role == "server":
            peer.tell(order)
            subject.tell(client(peer.hear()["port"], settings, *STEPS[ours]))
        else:
            subject.tell(server(settings, *STEPS[ours]))
            peer.tell({**order, "port": subject.hear()["port"]})
        return {**subject.hear(), **peer.hear()}
    except Hangs as error:
        subject.close()
        peer.close()
        return {"hangs": str(error)}


def trace(party, python, behaviours, folder):
    """The OpenSSL of an interpreter, and what came of each exchange by its name."""
    subject = Subject(party)
    peer = Conversation(lambda **pipes: subprocess.Popen(
        [python.python, MISBEHAVING], env=python.variables(), start_new_session=True, **pipes
    ))
    try:
        made = {
            "%s, %s: %s" % (role, version, name): exchange(
                subject, peer, (role, name, version), folder
            )
            for role, name, version in behaviours
        }
        return subject.openssl, made
    finally:
        subject.close()
        peer.close()


@pytest.fixture(scope="module")
def everything(behaviours, python, folder):
    """The traces of all interpreters, by title; the stock one first."""
    try:
        found = [parties.reference(), *parties.grafted(SERIES)]
    except LookupError as error:
        pytest.skip(str(error))
    with ThreadPoolExecutor(len(found)) as pool:
        traces = pool.map(lambda party: trace(party, python, behaviours, folder), found)
        return list(zip((party.series for party in found), traces, strict=True))


@pytest.fixture(scope="module")
def measure(everything):
    return everything[0][1]


@pytest.fixture(scope="module")
def traces(everything):
    return dict(everything[1:])


@pytest.mark.parametrize("series", SERIES)
def test_each_exchange_ends_as_with_the_stock_interpreter(measure, traces, series):
    if series not in traces:
        pytest.skip("CPython %s was not found" % series)
    assert traces[series][0] == measure[0]
    differences = comparison.unlisted(measure[1], traces[series][1], series, ROWS)
    assert not differences, "\n".join(differences)


def test_every_listed_difference_is_one(measure, traces):
    assert comparison.stale(measure[1], {series: each[1] for series, each in traces.items()}, ROWS) == []


def test_nobody_hangs(measure, traces):
    hanging = [
        (series, name) for series, (_openssl, made) in {"stock": measure, **traces}.items()
        for name, result in made.items() if "hangs" in json.dumps(result) or "trouble" in result
    ]
    assert hanging == []


GOOD = ("behaves well", "sends one byte at a time", "300000 bytes", "the largest record")


def test_what_is_allowed_comes_to_a_good_end(measure):
    for name, result in measure[1].items():
        if name.split(": ")[1] in GOOD:
            assert result["done"][-1] == ["unwrap", "unwrapped"], name
            assert result["saw"][0] == "handshake", name


def test_most_of_what_is_not_allowed_is_refused(measure):
    refused = [name for name, result in measure[1].items() if result["done"][-1][0] != "unwrap"]
    assert len(refused) > 150


def test_a_planted_difference_is_found(measure):
    name = "server, 1.3: a wrong Finished"
    ours = copy.deepcopy(measure[1])
    ours[name]["saw"] = ["alert 2 80"]
    told, = comparison.unlisted(measure[1], ours, "2.7", ROWS)
    assert told.startswith(name)
