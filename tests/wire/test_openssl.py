"""What the flags say of the OpenSSL in use is what a handshake with it shows."""
from __future__ import absolute_import, division, print_function

import ssl

import pytest

from loopback import client_context, connected, echo, server_context, serving
from regraft._openssl import CAPABILITIES

HYBRID = "X25519MLKEM768"


def pinned(context, version):
    """Return the context, held to one version of TLS and ready for ciphers as weak as that has."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options &= ~(ssl.OP_NO_SSLv3 | ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1)
    # The upper bound first: a context that asks for more than it allows is refused.
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.minimum_version = version
    return context


def agreed_version(certs, version):
    """Return what a client and a server that are held to a version agree on."""
    with serving(echo, pinned(server_context(certs), version)) as server:
        with connected(server, pinned(client_context(certs), version)) as connection:
            return connection.version()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name, shown", [
    ("SSLv3", "SSLv3"), ("TLSv1", "TLSv1"), ("TLSv1_1", "TLSv1.1"), ("TLSv1_2", "TLSv1.2"), ("TLSv1_3", "TLSv1.3")])
def test_a_version_is_agreed_on_exactly_where_its_flag_is_true(certs, name, shown):
    version = ssl.TLSVersion[name]
    assert CAPABILITIES[name] is getattr(ssl, "HAS_" + name)
    if CAPABILITIES[name]:
        assert agreed_version(certs, version) == shown
    else:
        with pytest.raises((ssl.SSLError, ValueError)):
            agreed_version(certs, version)


def knows_hybrid():
    """Return whether the library in use has the group, asked by choosing it."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).set_groups(HYBRID)
    except ssl.SSLError as error:
        assert "unrecognized group" in str(error)
        return False
    return True


def groups_of_both(certs, client, server):
    """Return what `group()` says on the client's side, and on the server's."""
    def tell(connection):
        connection.sendall(b"agreed")
        return connection.group()

    with serving(tell, server) as served:
        with connected(served, client) as connection:
            assert connection.recv(6) == b"agreed"
            group = connection.group()
    return [group] + served.results


@pytest.mark.skipif(not CAPABILITIES["GROUP"], reason="group() needs OpenSSL 3.2: the next test but one")
def test_without_a_word_of_the_program_the_strongest_group_that_both_have_is_agreed_on(certs):
    expected = HYBRID if knows_hybrid() else "x25519"
    assert groups_of_both(certs, client_context(certs), server_context(certs)) == [expected] * 2


@pytest.mark.skipif(not CAPABILITIES["GROUP"], reason="group() needs OpenSSL 3.2: the next test")
def test_a_peer_without_the_hybrid_group_is_met_with_an_older_one(certs):
    server = server_context(certs)
    server.set_groups("P-256")
    assert groups_of_both(certs, client_context(certs), server) == ["secp256r1"] * 2


@pytest.mark.skipif(CAPABILITIES["GROUP"], reason="group() works: the test before")
def test_where_the_group_cannot_be_told_the_handshake_works_and_asking_says_what_it_needs(certs):
    with serving(echo, server_context(certs)) as server:
        with connected(server, client_context(certs)) as connection:
            with pytest.raises(NotImplementedError, match="requires OpenSSL 3.2"):
                connection.group()


def test_the_hybrid_group_is_listed_exactly_where_it_can_be_chosen():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if CAPABILITIES["GROUPS_LIST"]:
        assert (HYBRID in context.get_groups()) == knows_hybrid()
    else:
        with pytest.raises(NotImplementedError, match="requires OpenSSL 3.5"):
            context.get_groups()


def test_options_that_the_library_lacks_are_not_there():
    for name in ("OP_IGNORE_UNEXPECTED_EOF", "OP_ENABLE_KTLS"):
        assert hasattr(ssl, name) == CAPABILITIES[name]
