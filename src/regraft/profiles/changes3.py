"""What names of the covered modules were like in releases of 3.x."""
from __future__ import absolute_import, division, print_function

from regraft import features


def change(name, whole, presenter):
    """Let the classes of a module behave as of the release, and return what is to be shown instead of its names.

    Args: name (str); whole (module); presenter (facade.Presenter).
    Returns: dict.
    """
    release = presenter.release
    if name == "ssl":
        return _change_ssl(whole, release)
    if name in ("hashlib", "_hashlib", "hmac") and release < (3, 14):
        from regraft.profiles import digests

        return digests.change_3(name, whole, release)
    if name == "random":
        from regraft.profiles import generators

        return generators.change(whole, release)
    return {}


def _change_ssl(whole, release):
    shown = {}
    if release < (3, 10):
        # The protocol that is meant when none is given.
        for maker in ("__new__", "__init__"):
            function = vars(whole.SSLContext).get(maker)
            function = getattr(function, "__func__", function)
            if function is not None:
                function.__defaults__ = (whole.PROTOCOL_TLS,)
        shown["get_server_certificate"] = _make_fetcher(whole)
    if not features.release_has(features.get("tls-1-3"), release):
        from regraft.profiles import contexts

        contexts.give_defaults(whole.SSLContext, contexts.leave_out_tls_1_3)
    if release < (3, 7):
        from regraft.profiles import contexts

        shown.update(contexts.change_3_6(whole))
    return shown


def _make_fetcher(whole):
    fetch = whole.get_server_certificate

    def get_server_certificate(addr, ssl_version=whole.PROTOCOL_TLS, ca_certs=None):
        return fetch(addr, ssl_version, ca_certs)

    get_server_certificate.__doc__, get_server_certificate.__module__ = fetch.__doc__, "ssl"
    return get_server_certificate
