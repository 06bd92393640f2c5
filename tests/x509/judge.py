"""Judges every chain of a directory with this interpreter's `ssl`, and prints one line of JSON for each.

`judge.py DIRECTORY host|newest`: `host` has the verify flags and the security level of the older hosts, set one by
one; `newest` has what `create_default_context()` sets. The first line is about the interpreter.
"""
from __future__ import absolute_import, division, print_function

import hashlib
import io
import json
import os
import re
import ssl
import sys

CIPHERS = "DEFAULT:@SECLEVEL=%d"
MOST_ROUNDS = 20
LINE_OF_C = re.compile(r" \(_ssl\.c:\d+\)")


def plain(value):
    """What JSON can carry, the same on 2.7 and 3."""
    if isinstance(value, bytes) and bytes is not str:
        return value.decode("latin-1")
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return dict((plain(key), plain(each)) for key, each in value.items())
    return value


def tell(error):
    """An exception, as callers can see it."""
    told = {"type": type(error).__name__, "text": LINE_OF_C.sub("", str(error))}
    for name in ("errno", "library", "reason", "verify_code", "verify_message"):
        if hasattr(error, name):
            told[name] = getattr(error, name)
    return plain(told)


def make_client(config, trust):
    """The context of a client that trusts what is in a file."""
    if config == "newest":
        context = ssl.create_default_context(cafile=trust)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST
        if trust:
            context.load_verify_locations(trust)
    return context


def make_server(config, trust):
    """The context of a server that asks its clients for a certificate."""
    if config == "newest":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=trust)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST
        if trust:
            context.load_verify_locations(trust)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def shake_hands(judge, other):
    """Shake hands in memory. Returns the exceptions of both sides; None for one that has done it."""
    errors = {judge: None, other: None}
    waiting = [other, judge]
    for _ in range(MOST_ROUNDS):
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                errors[side] = error
                waiting.remove(side)
        if not waiting:
            break
    if judge in waiting:
        raise RuntimeError("the handshake does not come to an end")
    # What the judge says last: an alert, or in TLS 1.3 a ticket, which show when the other reads.
    if errors[other] is None:
        try:
            other.read(1)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            errors[other] = error
    return errors[judge], errors[other]


def digests(chain):
    """The certificates of a chain, each in short."""
    made = []
    for each in chain or ():
        der = each if isinstance(each, bytes) else each.public_bytes(ssl._ssl.ENCODING_DER)
        made.append(hashlib.sha256(der).hexdigest())
    return made


def judge(folder, row, config):
    """What comes of one case (dict)."""
    trust = os.path.join(folder, row["trust"]) if row["trust"] else None
    chain = os.path.join(folder, row["chain"]) if row["chain"] else None
    own = os.path.join(folder, "judge.pem")
    if row["client"]:
        ours = make_server(config, trust)
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        theirs.check_hostname = False
        theirs.verify_mode = ssl.CERT_NONE
        ours.load_cert_chain(own)
    else:
        ours = make_client(config, trust)
        ours.check_hostname = row["host"] is not None
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for name in row["flags"]:
        ours.verify_flags |= getattr(ssl, name)
    if row["level"] is not None or config != "newest":
        ours.set_ciphers(CIPHERS % (1 if row["level"] is None else row["level"]))
    theirs.set_ciphers(CIPHERS % 0)
    if chain:
        theirs.load_cert_chain(chain)
    links = ssl.MemoryBIO(), ssl.MemoryBIO()
    mine = ours.wrap_bio(
        links[0], links[1], server_side=row["client"], server_hostname=None if row["client"] else row["host"])
    other = theirs.wrap_bio(links[1], links[0], server_side=not row["client"])
    error, answer = shake_hands(mine, other)
    result = {"flags": int(ours.verify_flags), "other": tell(answer) if answer else None}
    if error:
        result["error"] = tell(error)
    else:
        result["certificate"] = plain(mine.getpeercert())
        result["shown"] = digests(mine.get_unverified_chain())
        result["verified"] = digests(mine.get_verified_chain())
    return result


def guarded(folder, row, config):
    """As `judge`; an exception where none belongs is a result, too, and shows in the comparison."""
    try:
        return judge(folder, row, config)
    except Exception as error:
        return {"trouble": tell(error)}


def main(folder, config):
    """Judge all cases of a directory."""
    print(json.dumps({"openssl": ssl.OPENSSL_VERSION, "python": sys.version.split()[0]}))
    with io.open(os.path.join(folder, "cases.json"), encoding="utf-8") as stream:
        rows = json.load(stream)
    for row in rows:
        print(json.dumps({"name": row["name"], "result": guarded(folder, row, config)}, sort_keys=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
