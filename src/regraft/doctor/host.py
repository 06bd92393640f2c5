"""A host, looked at through a handshake as a program would make it, and why that fails."""
from __future__ import absolute_import, division, print_function

import binascii
import time
import warnings

from regraft.doctor import advice, certificates, connection, faults, starttls, target
from regraft.doctor.target import Target  # noqa: F401  (part of this module's interface)

MOST_CONNECTIONS = 9
SOON = 14  # days; a certificate that ends sooner is noted
_WEAK_CIPHERS = ("NULL", "EXP", "RC4", "RC2", "DES", "IDEA", "MD5", "ADH", "AECDH", "anon")
_OLD_VERSIONS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
_CERTIFICATE_REQUEST = 13  # the handshake message, in all versions of TLS


class Examination(object):
    """The connections to one host."""

    def __init__(self, ssl, target, cafile=None, timeout=10, alpn=()):
        """Args: ssl (module); target (Target); cafile (str or None); timeout (float), seconds for each connection;
        alpn (sequence of str), protocols to offer."""
        self.ssl, self.target, self.cafile, self.timeout, self.alpn = ssl, target, cafile, timeout, list(alpn)
        self.connections, self.address, self.addresses, self.notes = 0, None, [], []
        self.asks_for_certificate = None

    def examine(self):
        """Return the report on the host (dict), the `host` of the doctor's."""
        fault, seen = self._try([])
        chain, origin = (seen["chain"], seen["chain_from"]) if seen else ([], None)
        opt_ins, passes = [], None
        mended = None
        if fault is not None:
            if fault.is_verification or fault.kind in ("security-level",):
                chain, origin = self._look()
            if fault.kind == faults.UNEXPLAINED:
                fault = self._explain(fault, chain)
            if fault.kind == "not-tls":
                self._listen(fault)
            opt_ins, passes, mended = self._find_opt_ins(fault, chain)
            if mended and mended["version"] in _OLD_VERSIONS and not fault.is_verification:
                fault = faults.Fault("protocol-version", "the server speaks %s at best, which is refused"
                                     % mended["version"], error=fault.error)
        described = [each.describe() for each in chain]
        now = certificates.show_time(int(time.time()))
        return {
            "host": self.target.host, "port": self.target.port, "starttls": self.target.protocol,
            "cafile": self.cafile, "addresses": self.addresses, "address": self.address,
            "passes": fault is None, "fault": fault and fault.describe(),
            "mend": fault and advice.explain(fault, self.target, described, now),
            "handshake": _without_chain(seen or mended), "with_opt_ins": fault is not None and mended is not None,
            "chain": described, "chain_from": origin,
            "opt_ins": opt_ins, "passes_with_opt_ins": passes,
            "asks_for_certificate": self.asks_for_certificate,
            "weak": self._list_weak(seen or mended, described), "notes": self.notes + self._note(described),
            "connections": self.connections,
        }

    # One connection.

    def _try(self, opt_ins, look=False, anchor=None):
        """Connect and shake hands; return a Fault and None, or None and what was seen."""
        self.connections += 1
        deadline = connection.Deadline(self.timeout)
        plain = tls = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    context, name = self._make_context(opt_ins, look, anchor)
                except (EnvironmentError, ValueError) as error:
                    return faults.Fault("no-context", "nothing was tried: no context can be made: %s" % error), None
            plain = self._connect(deadline)
            self._converse(plain, deadline)
            started = time.time()
            tls = connection.shake_hands(self.ssl, plain, context, name, deadline)
            took = time.time() - started
            seen = None if look else self._describe(tls)
            if look:
                return None, self._find_chain(tls, "get_unverified_chain")
            connection.linger(self.ssl, tls, took)
            return None, seen
        except starttls.ConversationError as error:
            return faults.Fault(error.kind, str(error)), None
        except (faults.Fault, EnvironmentError, ValueError) as error:
            fault = faults.classify(error, self.ssl)
            if self.asks_for_certificate and fault.kind in ("handshake-failure", "closed"):
                fault = faults.Fault("client-certificate", "the server asks for a certificate, and ends without one: "
                                     + fault.text, error=fault.error)
            return fault, None
        finally:
            for each in (tls, plain):
                if each is not None:
                    each.close()

    def _connect(self, deadline):
        addresses = connection.resolve(self.target, deadline)
        self.addresses = [connection.show_address(address) for _family, address in addresses]
        plain, address = connection.connect(addresses, deadline)
        self.address = connection.show_address(address)
        return plain

    def _converse(self, plain, deadline):
        if self.target.protocol:
            stream = connection.open_stream(plain, deadline, "STARTTLS")
            starttls.converse(self.target.protocol, stream, self.target.host)

    def _make_context(self, opt_ins, look, anchor):
        ssl = self.ssl
        context = ssl.create_default_context(cafile=self.cafile)
        names = {"ssl": ssl, "context": context, "server_hostname": self.target.host}
        for each in opt_ins:
            exec(each, names)
        if anchor is not None:
            # Trusted for this one connection, to see whether all else is well.
            context.load_verify_locations(cadata=u"%s" % ssl.DER_cert_to_PEM_cert(anchor.der))
            context.verify_flags |= advice._PARTIAL_CHAIN
        if look:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.alpn and getattr(ssl, "HAS_ALPN", False):
            context.set_alpn_protocols(self.alpn)
        if hasattr(context, "_msg_callback"):
            context._msg_callback = self._on_message
        return context, names["server_hostname"] if getattr(ssl, "HAS_SNI", False) else None

    def _on_message(self, _connection, direction, _version, content_type, message_type, _data):
        if direction == "read" and int(content_type) == 22:
            asked = int(message_type) == _CERTIFICATE_REQUEST
            self.asks_for_certificate = bool(self.asks_for_certificate or asked)

    def _describe(self, tls):
        name, version, bits = tls.cipher()
        chain, origin = self._find_chain(tls, "get_verified_chain")
        return {
            "version": tls.version(), "cipher": name, "bits": bits, "group": _ask(tls, "group"),
            "server_sigalg": _ask(tls, "server_sigalg"),
            "alpn": tls.selected_alpn_protocol() if getattr(self.ssl, "HAS_ALPN", False) else None,
            "chain": chain, "chain_from": origin}

    def _find_chain(self, tls, method):
        """Return the chain (list of `Certificate`), and where it is from: "verified", "sent" or "leaf"."""
        find = getattr(tls, method, None) or getattr(getattr(tls, "_sslobj", None), method, None)
        origin = {"get_verified_chain": "verified", "get_unverified_chain": "sent"}[method]
        found = [_to_der(self.ssl, each) for each in (find() or ())] if find else []
        if not found:
            leaf = tls.getpeercert(True)
            found, origin = [leaf] if leaf else [], "leaf"
        chain = []
        for number, each in enumerate(found):
            try:
                chain.append(certificates.Certificate(each))
            except certificates.MalformedError as error:
                self.notes.append("certificate %d of the chain cannot be shown: %s" % (number, error))
        return chain, origin

    def _look(self):
        """Return the chain that the server sends, from a connection over which nothing else is sent."""
        fault, seen = self._try([], look=True)
        if fault is not None:
            return [], None
        return seen

    def _listen(self, fault):
        """Find out what a server speaks that does not speak TLS; the fault says it then."""
        if self.target.protocol:
            return
        self.connections += 1
        try:
            plain = self._connect(connection.Deadline(self.timeout))
        except faults.Fault:
            return  # what the handshake showed is all that is known
        try:
            words = connection.listen(plain)
        finally:
            plain.close()
        protocol = starttls.recognize(words)
        if protocol:
            fault.text = "the server speaks %s first: look at it with --starttls %s" % (protocol.upper(), protocol)
        elif words:
            fault.text = "what answers does not speak TLS; it begins with %s" % repr(words[:40]).lstrip("b")
        else:
            fault.text = "what answers does not speak TLS (plain HTTP, or another protocol)"

    # What would let it pass.

    def _explain(self, fault, chain):
        """Return the fault in the place of one that a module before 3.7 does not explain, as the certificate shows it."""
        now = time.time()
        kind = "unknown-issuer"
        if chain and not chain[0].is_for_servers:
            kind = "wrong-purpose"
        elif chain and chain[0].is_self_issued:
            kind = "self-signed"
        elif any(each.not_after < now for each in chain):
            kind = "expired"
        elif any(each.not_before > now for each in chain):
            kind = "not-yet-valid"
        elif any(each.list_weaknesses() for each in chain):
            kind = "weak-certificate"
        return faults.Fault(kind, "the certificate cannot be verified; this ssl does not say why, its contents suggest %r"
                            % kind, error=fault.error)

    def _find_opt_ins(self, fault, chain):
        """Return opt-ins (list of dict), whether the host passes with all of them (None: not tried), and what was seen.

        One is tried after another. One that changes what is wrong is kept, and what is wrong then is looked at.
        """
        codes, found, anchor, tried = [], [], None, set()
        while self.connections < MOST_CONNECTIONS:
            step = self._choose(fault, chain, tried)
            if step is None:
                break
            opt_in, code, new_anchor = step
            tried.add((opt_in.name, fault.mark))
            row = self._show(opt_in, code)
            if opt_in is advice.CLIENT_CERTIFICATE:
                return found + [row], None, None
            steps = codes + ([code] if new_anchor is None else [])
            row["tried"] = True
            after, seen = self._try(steps, anchor=new_anchor or anchor)
            if after is None:
                return found + [row], True, seen
            if after.kind == faults.UNEXPLAINED:
                after = self._explain_again(fault, chain, found + [row])
            if after.mark == fault.mark or after.kind == "no-context":
                continue
            codes, anchor, fault = steps, new_anchor or anchor, after
            found.append(row)
        return found, (False if found else None), None

    def _explain_again(self, fault, chain, rows):
        """Return the next thing that the certificates suggest, where `ssl` does not say: what was dealt with is not it."""
        done = set(row["name"] for row in rows)
        now = time.time()
        if any(each.not_after < now or each.not_before > now for each in chain) and advice.NO_DATES.name not in done:
            return faults.Fault("expired", fault.text)
        if any(each.list_weaknesses() for each in chain) and advice.LEVEL_0.name not in done:
            return faults.Fault("weak-certificate", fault.text)
        if advice.TRUST.name not in done:
            return faults.Fault("unknown-issuer", fault.text)
        return fault

    def _choose(self, fault, chain, tried):
        """Return the next opt-in for a fault, its code and the certificate to trust for it or None; None: there is none."""
        if fault.kind in advice.OF_TRUST and chain:
            if (advice.TRUST.name, fault.mark) not in tried:
                return advice.TRUST, advice.TRUST.code, chain[-1]
        if fault.kind == "wrong-name" and chain:
            for name in chain[0].names:
                # Only what could be a name of a host: the certificate is not verified yet, and may say anything.
                if target.is_host(name) and (advice.SERVER_NAME.name, fault.mark) not in tried:
                    return advice.SERVER_NAME, advice.SERVER_NAME.code % str(name), None
        if fault.kind == "client-certificate":
            return advice.CLIENT_CERTIFICATE, advice.CLIENT_CERTIFICATE.code, None
        for opt_in in advice.LADDERS.get(fault.kind, ()):
            if opt_in.fits(self.ssl) and (opt_in.name, fault.mark) not in tried:
                return opt_in, opt_in.code, None
        if fault.kind == "handshake-failure" and self.asks_for_certificate is None:
            # Before TLS 1.3 that is also how a server refuses who has no certificate, and this `ssl` shows no more.
            return advice.CLIENT_CERTIFICATE, advice.CLIENT_CERTIFICATE.code, None
        return None

    @staticmethod
    def _show(opt_in, code):
        how = None
        if opt_in is advice.TRUST:
            how = "with the last certificate above, which was trusted for that connection only"
        return {"name": opt_in.name, "code": code, "why": opt_in.why, "tried": False, "how": how,
                "feature": opt_in.feature}

    # What is weak, and what is worth a word.

    def _list_weak(self, seen, chain):
        weak = []
        if seen:
            if seen["version"] in _OLD_VERSIONS:
                weak.append("%s is obsolete (RFC 8996)" % seen["version"])
            words = seen["cipher"].replace("_", "-").split("-")
            if any(word.startswith(_WEAK_CIPHERS) for word in words) or seen["bits"] and seen["bits"] < 112:
                weak.append("the cipher %s is broken or too short" % seen["cipher"])
        for each in chain:
            weak += ["%s: %s" % (each["subject"], reason) for reason in each["weak"]]
        return weak

    def _note(self, chain):
        notes = []
        for each in chain:
            if 0 <= each["days_left"] < SOON:
                notes.append("the certificate of %s ends in %d days" % (each["subject"], each["days_left"]))
        if not getattr(self.ssl, "HAS_SNI", False):
            notes.append("this ssl cannot tell the server which host it asks for (SNI)")
        return notes


def _without_chain(seen):
    return None if seen is None else dict((name, value) for name, value in seen.items() if not name.startswith("chain"))


def _ask(tls, method):
    """Return what a method of the newest `ssl` says (text), or None where it is not there or OpenSSL is too old."""
    try:
        return getattr(tls, method, lambda: None)()
    except NotImplementedError:
        return None


def _to_der(ssl, certificate):
    if isinstance(certificate, bytes):
        return certificate
    # 3.10 to 3.12 have the chain only as objects of `_ssl`.
    text = certificate.public_bytes()
    return binascii.a2b_base64("".join(text.strip().splitlines()[1:-1]))
