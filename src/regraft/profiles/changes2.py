"""What names of the covered modules were like in releases of 2.7."""
from __future__ import absolute_import, division, print_function

from regraft.profiles.defaults import CIPHERS

# The first release with contexts.
CONTEXTS = (2, 7, 9)


def change(name, whole, presenter):
    """Let the classes of a module behave as of the release, and return what is to be shown instead of its names.

    Args: name (str); whole (module); presenter (facade.Presenter).
    Returns: dict.
    """
    if name == "ssl":
        if presenter.release < CONTEXTS:
            return _show_sockets(whole, presenter)
        from regraft.profiles import contexts

        return contexts.change(whole, presenter)
    if name == "_ssl":
        return _show_sslwrap() if presenter.release < CONTEXTS else {}
    if name in ("hashlib", "_hashlib", "hmac"):
        from regraft.profiles import digests

        return digests.change(name, whole, presenter)
    return {}


def _show_sslwrap():
    from regraft.profiles import sockets

    return {"sslwrap": sockets.sslwrap, "SSLType": sockets.Connection}


def _show_sockets(whole, presenter):
    from regraft.profiles import sockets

    shown = dict((name, getattr(sockets, name)) for name in (
        "SSLSocket", "cert_time_to_seconds", "get_protocol_name", "get_server_certificate", "sslwrap_simple",
        "wrap_socket"))
    names = dict((number, name) for number, name in sockets.NAMES_OF_PROTOCOLS.items()
                 if hasattr(whole, "PROTOCOL_" + name))
    shown["_PROTOCOL_NAMES"] = names
    for value in shown.values():
        if hasattr(value, "__module__"):
            value.__module__ = "ssl"
    _, ciphers, _ = [row for row in CIPHERS if row[0] <= presenter.release][-1]
    if ciphers is not None:
        shown["_DEFAULT_CIPHERS"] = ciphers
        shown["_SSLv2_IF_EXISTS"] = None
    return shown
