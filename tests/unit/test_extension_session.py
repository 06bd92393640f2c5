"""SSLSession of the extension: what it tells, where it fits, and what it must not open."""
from __future__ import absolute_import, division, print_function

import gc
import sys

import pytest

from extension_link import Link, client_context, server_context, unchecked
from regraft import _openssl as tls

VERSIONS = {
    "1.2 with ticket": {"maximum_version": tls.PROTO_TLSv1_2},
    "1.2 without ticket": {"maximum_version": tls.PROTO_TLSv1_2, "options": tls.OP_NO_TICKET},
    "1.3": {},
}


@pytest.fixture(params=sorted(VERSIONS))
def contexts(certs, request):
    """A client's and a server's context for one kind of session."""
    settings = VERSIONS[request.param]
    return client_context(certs, **settings), server_context(certs, **settings)


# ---- what it tells ------------------------------------------------------------

def test_a_session_tells_its_data(contexts):
    session = Link(*contexts).shake_hands().give_session()
    assert type(session.id) is bytes and len(session.id) == 32
    assert session.time > 1000000000 and session.timeout > 0
    assert session.has_ticket is (session.ticket_lifetime_hint > 0)
    for number in (session.time, session.timeout, session.ticket_lifetime_hint):
        assert type(number) is int


def test_there_is_no_session_before_the_handshake(contexts):
    made = Link(*contexts)
    assert made.client.session is None
    assert made.client.session_reused is False


def test_the_same_session_is_equal_and_never_identical(contexts):
    made = Link(*contexts).shake_hands()
    session = made.give_session()
    assert made.client.session == session
    assert not made.client.session != session
    assert made.client.session is not session
    assert session != Link(*contexts).shake_hands().give_session()


def test_a_session_equals_nothing_else(contexts):
    session = Link(*contexts).shake_hands().give_session()
    for other in (None, 5, "session", object()):
        assert session != other
        assert not session == other


def test_sessions_have_no_hash(contexts):
    with pytest.raises(TypeError, match="unhashable"):
        hash(Link(*contexts).shake_hands().client.session)


@pytest.mark.skipif(sys.version_info[0] == 2, reason="2.7 orders everything")
def test_sessions_have_no_order(contexts):
    session = Link(*contexts).shake_hands().client.session
    with pytest.raises(TypeError):
        session < session


@pytest.mark.parametrize("name", ["id", "time", "timeout", "ticket_lifetime_hint", "has_ticket", "other"])
def test_its_attributes_cannot_be_set(certs, name):
    session = Link(client_context(certs), server_context(certs)).shake_hands().client.session
    with pytest.raises(AttributeError):
        setattr(session, name, 1)


# ---- resuming ------------------------------------------------------------------

def resumes(contexts, session):
    made = Link(*contexts, session=session).shake_hands()
    made.server.write(b"y")
    made.carry()
    assert made.client.read(1) == b"y"
    assert made.client.session_reused == made.server.session_reused
    assert made.client.getpeercert()["subject"] is not None
    return made.client.session_reused


def test_a_session_is_resumed(contexts):
    session = Link(*contexts).shake_hands().give_session()
    assert resumes(contexts, session) is True


def test_a_session_can_be_set_afterwards(contexts):
    session = Link(*contexts).shake_hands().give_session()
    made = Link(*contexts)
    made.client.session = session
    assert made.client.session == session
    made.shake_hands()
    assert made.client.session_reused is True


def test_a_session_survives_a_connection_that_nobody_closed(contexts):
    made = Link(*contexts).shake_hands()
    session = made.give_session()
    del made
    gc.collect()
    assert resumes(contexts, session) is True


def test_a_session_can_be_resumed_after_a_goodbye(contexts):
    made = Link(*contexts).shake_hands()
    session = made.give_session()
    for end in (made.server, made.client):
        try:
            end.shutdown()
        except tls.SSLWantReadError:
            pass
        made.carry()
    assert resumes(contexts, session) is True


def test_a_session_does_not_survive_a_failure(contexts):
    made = Link(*contexts).shake_hands()
    session = made.give_session()
    made.to_client.write(b"this is no TLS record at all")
    with pytest.raises(tls.SSLError):
        made.client.read(1)
    assert resumes(contexts, session) is False


# ---- where it fits ---------------------------------------------------------------

def test_a_session_belongs_to_its_context(certs, contexts):
    session = Link(*contexts).shake_hands().give_session()
    made = Link(client_context(certs), contexts[1])
    with pytest.raises(ValueError, match="Session refers to a different SSLContext."):
        made.client.session = session
    with pytest.raises(ValueError, match="Session refers to a different SSLContext."):
        Link(client_context(certs), contexts[1], session=session)


def test_a_session_comes_before_the_handshake(contexts):
    made = Link(*contexts).shake_hands()
    with pytest.raises(ValueError, match="Cannot set session after handshake."):
        made.client.session = made.client.session


def test_a_server_takes_no_session(contexts):
    made = Link(*contexts).shake_hands()
    with pytest.raises(ValueError, match="Cannot set session for server-side SSLSocket."):
        made.server.session = made.server.session


@pytest.mark.parametrize("value", [None, 5, "session"])
def test_only_a_session_is_a_session(certs, value):
    made = Link(client_context(certs), server_context(certs))
    for end in (made.client, made.server):
        with pytest.raises(TypeError, match="Value is not a SSLSession."):
            end.session = value


# ---- what it must not open ----------------------------------------------------------

def test_a_session_of_one_host_does_not_open_another(certs):
    client, server = client_context(certs), server_context(certs)
    session = Link(client, server).shake_hands().give_session()
    with pytest.raises(tls.SSLCertVerificationError, match="not valid for 'other.example'"):
        Link(client, server, "other.example", session=session).shake_hands()


def test_a_name_is_also_confirmed_when_read_and_write_shake_hands(certs):
    client, server = client_context(certs), server_context(certs)
    session = Link(client, server).shake_hands().give_session()
    for operation in ("read", "write"):
        made = Link(client, server, "other.example", session=session)
        with pytest.raises(tls.SSLCertVerificationError):
            for _ in range(8):
                try:
                    made.client.read(5) if operation == "read" else made.client.write(b"secret")
                except tls.SSLWantReadError:
                    pass
                made.carry()
                try:
                    made.server.do_handshake()
                except tls.SSLWantReadError:
                    pass
                made.carry()
        with pytest.raises(tls.SSLWantReadError):
            made.server.read(10)


def test_a_session_that_was_never_verified_does_not_pass_for_one(certs):
    client, server = unchecked(certs), server_context(certs, "untrusted")
    session = Link(client, server).shake_hands().give_session()
    client.check_hostname = True
    with pytest.raises(tls.SSLCertVerificationError):
        Link(client, server, session=session).shake_hands()
