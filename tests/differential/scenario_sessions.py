"""Sessions: what they tell, and their second use."""
from __future__ import absolute_import, division, print_function

import ssl

from tracing import Memory, client_context, server_context, told_of_both

ATTRIBUTES = ("id", "time", "timeout", "ticket_lifetime_hint", "has_ticket")


def run(trace):
    for version in ("TLSv1_2", "TLSv1_3"):
        bound = getattr(ssl.TLSVersion, version)
        for tickets in (True, False):
            name = "%s, %s" % (version, "tickets" if tickets else "no tickets")
            client = client_context(trace, minimum_version=bound, maximum_version=bound)
            server = server_context(trace)
            if not tickets:
                server.options |= ssl.OP_NO_TICKET
            first = connect(trace, name + ": first", client, server)
            session = first.client.session
            describe(trace, name, session)
            second = connect(trace, name + ": second", client, server, session=session)
            trace.value(name + ": the same session", second.client.session == session)
            trace.value(name + ": the same id", session is not None and second.client.session.id == session.id)
            trace.call(name + ": of a server", lambda: type(first.server.session).__name__)
            trace.call(name + ": session_reused of a server", lambda: second.server.session_reused)
            for end, context in (("client", client), ("server", server)):
                trace.call("%s: session_stats() of a %s" % (name, end), context.session_stats)
            misuse(trace, name, client, server, session, first)
    trace.call("SSLSession()", ssl.SSLSession)


def connect(trace, name, client, server, host="localhost", **options):
    made = Memory(client, server, host, **options)
    trace.note(name + ": shaking hands", told_of_both(made.shake()))
    made.settle()
    trace.get(name + ": session_reused", made.client, "session_reused")
    trace.call(name + ": getpeercert() has something", lambda: bool(made.client.getpeercert()))
    trace.call(name + ": version()", made.client.version)
    trace.call(name + ": size of the chain", lambda: len(made.client.get_unverified_chain()))
    trace.call(name + ": size of the verified chain", lambda: len(made.client.get_verified_chain()))
    return made


def describe(trace, name, session):
    trace.call(name + ": length of id", lambda: len(session.id))
    trace.call(name + ": class of id", lambda: isinstance(session.id, bytes))
    trace.call(name + ": time is a number", lambda: session.time > 1700000000)
    for attribute in ATTRIBUTES[2:]:
        trace.get("%s: %s" % (name, attribute), session, attribute)
    for attribute in ATTRIBUTES:
        trace.call("%s: %s = 1" % (name, attribute), setattr, session, attribute, 1)
    trace.call(name + ": equal to itself", lambda: session == session)
    trace.call(name + ": unequal to a number", lambda: session != 5)
    trace.call(name + ": equal to a number", lambda: session == 5)
    trace.call(name + ": has a hash", lambda: isinstance(hash(session), int))
    trace.call(name + ": less than itself", lambda: session.__lt__(session) is NotImplemented)


def misuse(trace, name, client, server, session, first):
    trace.call(name + ": in another context", client_context(trace).wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost", session=session)
    trace.call(name + ": for a server", server.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True, session=session)
    trace.call(name + ": a number", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost", session=5)
    trace.call(name + ": after the handshake", setattr, first.client, "session", session)
    trace.call(name + ": None after the handshake", setattr, first.client, "session", None)
    fresh = client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")
    trace.call(name + ": set before the handshake", setattr, fresh, "session", session)
    trace.call(name + ": a number before the handshake", setattr, fresh, "session", 5)
    trace.call(name + ": del", lambda: delattr(fresh, "session"))
    for host in ("other.example", "127.0.0.1"):
        connect(trace, "%s: for %s" % (name, host), client, server, host, session=session)
    other = server_context(trace, "localhost-rsa")
    connect(trace, name + ": at another server", client, other, session=session)
    strict = client_context(trace, minimum_version=client.minimum_version, maximum_version=client.maximum_version)
    strict.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    loose = client_context(trace, check_hostname=False, verify_mode=ssl.CERT_NONE, minimum_version=client.minimum_version,
                           maximum_version=client.maximum_version)
    made = Memory(loose, server)
    made.shake()
    made.settle()
    kept = made.client.session
    loose.verify_mode = ssl.CERT_REQUIRED
    loose.check_hostname = True
    connect(trace, name + ": from the time before anything was checked", loose, server, "localhost", session=kept)
    connect(trace, name + ": from the time before anything was checked, for another host", loose, server, "other.example", session=kept)
