"""What a report says, in words."""
from __future__ import absolute_import, division, print_function

import os

from regraft.doctor import paper
from regraft.doctor.paper import BAD, DO, NOTE, OK
from regraft.inspection import describe_state

LONGEST_DEFAULT = 60  # characters of a setting in the table of features


def write(stream, report):
    """Write a report to a stream, as wide and as coloured as that likes it.

    Args: stream (file); report (dict), of `report.examine`.
    """
    sheet = paper.Paper(paper.find_width(stream), paper.has_colours(stream))
    fill(sheet, report)
    paper.put(stream, u"\n".join(sheet.lines) + u"\n")


def fill(sheet, report):
    """Write all sections. Args: sheet (paper.Paper); report (dict)."""
    for section in (_interpreter, _modules, _openssl, _trust, _defaults, _settings, _features, _holes, _holders,
                    _host, _summary):
        section(sheet, report)


def _interpreter(sheet, report):
    about = report["interpreter"]
    sheet.title("Interpreter")
    sheet.add("%s %s, %s" % (about["implementation"], about["release"], about["executable"]))
    if about["ended"]:
        sheet.add("the series %s ended on %s: upstream mends no holes in it any more; a distribution may"
                  % (about["series"], about["end_of_life"]), BAD)
    elif about["ended"] is None:
        sheet.add("this regraft does not know until when %s is supported" % about["series"], NOTE)
    else:
        sheet.add("the series %s is supported until %s" % (about["series"], about["end_of_life"]), OK)


def _modules(sheet, report):
    status = report["status"]
    sheet.title("Modules in force")
    sheet.add(describe_state(status), OK if status["active"] and not status["emulates"] else NOTE)
    groups = []
    for row in report["modules"]:
        place = os.path.dirname(row["file"] or "") or "built in"
        if groups and groups[-1][:2] == [row["whose"], place]:
            groups[-1][2].append(row["name"])
        else:
            groups.append([row["whose"], place, [row["name"]]])
    for whose, place, names in groups:
        if whose == "missing":
            sheet.row(["missing"], [11], ", ".join(names))
            continue
        said = {"regraft": "regraft's", "host": "the host's", "other": "ANOTHER'S"}[whose]
        sheet.row([said], [11], "%s, in %s" % (", ".join(names), place), BAD if whose == "other" else "")
    for row in report["modules"]:
        # `secrets` is no part of 2.7.
        if row["error"] and row["name"] != "secrets":
            sheet.add("%s cannot be imported: %s" % (row["name"], row["error"]), BAD)
    sheet.row(["regraft's" if status["urandom"] == "regraft" else "the host's"], [11], "os.urandom")
    if status["extension"]["error"]:
        sheet.add(status["extension"]["error"], BAD)
    for path in report["hiding"]:
        sheet.add("%s hides the module of that name" % path, BAD)


def _openssl(sheet, report):
    about = report["openssl"]
    sheet.title("OpenSSL")
    if not about["loaded"]:
        sheet.add("none: `import ssl` fails: %s" % report["ssl_error"], BAD)
        return
    built = ", built with %s" % about["built_with"] if about["built_with"] else ""
    sheet.add(about["loaded"] + built)
    if about["bundled"]:
        sheet.add("part of %s; updates of the system do not reach it, those of regraft do"
                  % report["status"]["extension"]["file"], indent=2)
        if about["sbom"]:
            sheet.add("listed in %s" % about["sbom"], indent=2)
    for path in about["files"] or ():
        sheet.add("%s%s" % ("also loaded, and not used by regraft: " if about["bundled"] else "", path), indent=2)
    if about["library"] != "OpenSSL":
        sheet.add("%s is not OpenSSL: its releases and their ends are its own" % about["library"], NOTE)
    elif about["end_of_support"] is None:
        sheet.add("this regraft does not know until when %s is supported" % about["series"], NOTE)
    else:
        kind = ", a series with long-term support," if about["long_term"] else ""
        if about["ended"]:
            longer = "install a newer regraft, which brings a newer one" if about["bundled"] else \
                "a distribution may support its own build longer"
            sheet.add("upstream's support of %s%s ended on %s; %s"
                      % (about["series"], kind, about["end_of_support"], longer), BAD)
        else:
            sheet.add("upstream supports %s%s until %s" % (about["series"], kind, about["end_of_support"]), OK)


def _trust(sheet, report):
    trust = report["trust"]
    sheet.title("Trusted CA certificates")
    places = [each for each in (trust["file"], trust["directory"]) if each]
    if not places:
        sheet.add("no place is known: default contexts trust nobody, and no verification succeeds", BAD)
        sheet.add("install the distribution's package ca-certificates, or name a file of CA certificates in SSL_CERT_FILE", DO)
    for place in places:
        sheet.add(place)
    by = {"environment": "SSL_CERT_FILE or SSL_CERT_DIR says so", "OpenSSL": "as built into OpenSSL"}
    if places:
        said = by.get(trust["origin"], "as on %s; OpenSSL's own paths do not %s" % (
            trust["origin"], "count" if report["openssl"]["bundled"] else "exist"))
        sheet.add("%d roots; the place is %s" % (trust["roots"], said) if trust["origin"] != "environment"
                  else "%d roots; %s" % (trust["roots"], said), OK if trust["roots"] else BAD)
    for each in trust["expired"]:
        sheet.add("expired %s: %s" % (each["not_after"][:10], each["subject"]), NOTE)
    for each in trust["not_yet_valid"]:
        sheet.add("not valid before %s: %s" % (each["not_before"][:10], each["subject"]), NOTE)
    for each in trust["weak"]:
        sheet.add(each, NOTE)
    for each in trust["unreadable"]:
        sheet.add(each, BAD)
    for each in trust["distrusted"] or ():
        sheet.add("a distrusted key: %s" % each["subject"], NOTE if report["status"]["active"] else BAD)
    if trust["distrusted"] is None and places:
        sheet.add("distrusted keys were not looked for: regraft's extension, which has the list, does not load; or there is"
                  " no SHA-256", NOTE)
    certifi = report["certifi"]
    if certifi:
        sheet.add("certifi %s, %d days old: %s" % (certifi["version"] or "of %s" % certifi["date"], certifi["days_old"],
                                                   certifi["file"]), NOTE if certifi["old"] else "")


def _defaults(sheet, report):
    defaults = report["defaults"]
    sheet.title("Defaults in force")
    if defaults is None:
        sheet.add("none without ssl")
        return
    if report["status"]["active"]:
        choice = report["status"]["defaults"]
        sheet.add({"host": "those of this Python release", "newest": "those of the newest Python"}.get(
            choice, "those of Python %s, which is emulated" % choice))
    if defaults["error"]:
        sheet.add("no default context can be made: %s" % defaults["error"], BAD)
        sheet.add("look at what is under \"Settings from outside\", OPENSSL_CONF and openssl.cnf first; with"
                  " OPENSSL_CONF=%s OpenSSL reads none" % os.devnull, DO)
    level = defaults["security_level"]
    for name, value in (
            ("HTTPS clients verify", _say(defaults["https_verifies"])),
            ("default contexts verify", _say(defaults["verifies"])),
            ("they check host names", _say(defaults["checks_hostname"])),
            ("oldest version", defaults["oldest_version"] or "not known"),
            ("security level", level if level is not None else "not known" if defaults["error"] else "OpenSSL's own")):
        sheet.row([name], [26], value)
    for each in report["weak"]:
        sheet.add(each["text"], BAD)
        sheet.add(each["do"], DO)


def _settings(sheet, report):
    sheet.title("Settings from outside")
    files = report["files"]
    for row in report["variables"]:
        sheet.add("%s=%s" % (row["name"], row["value"]))
        sheet.add(row["effect"], indent=2)
        if row["problem"]:
            sheet.add(row["problem"], BAD, indent=2)
    openssl = files["openssl"]
    if openssl:
        sheet.add(openssl["path"])
        said = ["%s = %s" % item for item in sorted(openssl["tls"].items())]
        said += ["provider %s" % each for each in openssl["providers"]]
        said += ["%s = %s" % item for item in sorted(openssl["algorithms"].items())]
        for each in said or ["changes nothing of TLS"]:
            sheet.add(each, indent=2)
        for each in openssl["problems"]:
            sheet.add(each, BAD, indent=2)
    for each in files["others"]:
        sheet.add("%s: %s" % (each["path"], each["effect"]))
    if not (report["variables"] or openssl or files["others"]):
        sheet.add("none")


def _features(sheet, report):
    sheet.title("Features")
    widths = [26, 7, 6]
    sheet.row(["", "stock", "now"], widths, "default now")
    for row in report["features"]:
        if row["kind"] == "fix":
            continue
        default = "" if row["default"] is None else _shorten(_say(row["default"]))
        if row["stock_default"] is not None and row["stock_default"] != row["default"]:
            default += " (stock: %s)" % _shorten(_say(row["stock_default"]))
        sheet.row([row["name"], _say(row["stock"]), _say(row["now"])], widths, default, "" if row["now"] else NOTE)
    if report["stock_error"]:
        sheet.add(report["stock_error"], NOTE)


def _holes(sheet, report):
    sheet.title("Known holes")
    release = report["interpreter"]["release"]
    opened = [each for each in report["cves"] if each["open"]]
    for each in opened:
        basis = "it was looked for" if each["basis"] == "seen" else \
            "by its release, %s; a distribution may have patched it" % release
        sheet.add("%s: %s (%s)" % (each["id"], each["title"], basis), BAD)
    unknown = [each["id"] for each in report["cves"] if each["open"] is None]
    if unknown:
        sheet.add("cannot be told, for the module cannot be imported: %s" % ", ".join(unknown), NOTE)
    closed = [each["id"] for each in report["cves"] if each["open"] is False]
    sheet.add("open: %d of %d in the registry" % (len(opened), len(report["cves"])), BAD if opened else OK)
    if closed:
        sheet.add("closed: %s" % ", ".join(closed))


def _holders(sheet, report):
    sheet.title("Code that still holds old modules")
    for row in report["holders"]:
        sheet.add("%(module)s.%(name)s holds %(holds)s" % row, BAD)
    if not report["holders"]:
        sheet.add("none", OK)


def _host(sheet, report):
    host = report["host"]
    if host is None:
        return
    sheet.title("Host %s%s" % (_name_host(host), ", STARTTLS of %s" % host["starttls"] if host["starttls"] else ""))
    if host["address"]:
        sheet.add("connected to %s" % host["address"])
    if host["cafile"]:
        sheet.add("trusting the CAs in %s only" % host["cafile"])
    if host["passes"]:
        sheet.add("reached, and verified", OK)
    else:
        fault = host["fault"]
        sheet.add("NOT reached: %s" % fault["text"], BAD)
        if fault["error"] and fault["error"] not in fault["text"]:
            sheet.add("ssl says: %s" % fault["error"], indent=2)
        if fault["verify_code"]:
            sheet.add("verification ended with code %d (%s)" % (fault["verify_code"], fault["kind"]), indent=2)
    if host["handshake"]:
        _handshake(sheet, host)
    _chain(sheet, host)
    if host["mend"]:
        sheet.add("first: %s" % host["mend"], DO)
    _opt_ins(sheet, host)
    for each in host["weak"]:
        sheet.add(each, BAD)
    for each in host["notes"]:
        sheet.add(each, NOTE)
    sheet.add("%d connection%s made; no data was sent over any%s" % (
        host["connections"], "" if host["connections"] == 1 else "s",
        ", but for what leads to TLS" if host["starttls"] else ""))


def _handshake(sheet, host):
    shake = host["handshake"]
    if host["with_opt_ins"]:
        sheet.add("with the opt-ins below:")
    asked = {True: "is asked for", False: "is not asked for", None: "not known"}[host["asks_for_certificate"]]
    for name, value in (
            ("version", shake["version"]), ("cipher", "%s, %s bits" % (shake["cipher"], shake["bits"])),
            # Only the newest `ssl` with a new OpenSSL tells these two.
            ("group", shake["group"]), ("signature", shake["server_sigalg"]),
            ("ALPN", shake["alpn"] or "none agreed on; --alpn offers protocols"), ("client certificate", asked)):
        if value is not None:
            sheet.row([name], [20], value)


def _chain(sheet, host):
    said = {"verified": "the chain as it was verified", "sent": "the chain as the server sends it, not verified"
            " (seen over a connection made only to look at it)",
            "leaf": "the server's own certificate (this ssl shows no chain)"}
    if host["chain"]:
        sheet.add(said[host["chain_from"]] + ":")
    for number, each in enumerate(host["chain"]):
        sheet.add("%d. %s" % (number, each["subject"]), indent=2)
        issuer = "itself" if each["self_issued"] else each["issuer"]
        sheet.add("signed by %s with %s" % (issuer, each["signature"]), indent=5)
        left = each["days_left"]
        days = "%d days left" % left if left >= 0 else "ended %d days ago" % -left
        sheet.add("from %s to %s, %s" % (each["not_before"][:10], each["not_after"][:10], days), indent=5)
        key = each["key"]
        sheet.add("key: %s" % " ".join(str(part) for part in (
            key["kind"], key["curve"] or (key["bits"] and "%d bits" % key["bits"])) if part), indent=5)
        if each["names"]:
            sheet.add("names: %s" % ", ".join(each["names"]), indent=5)


def _opt_ins(sheet, host):
    rows = host["opt_ins"]
    if not rows:
        return
    tried = [row for row in rows if row["tried"]]
    if host["passes_with_opt_ins"]:
        sheet.add("if it cannot be mended: it passes with %s, tried with verification on:"
                  % ("this opt-in" if len(rows) == 1 else "these %d opt-ins together" % len(rows)), DO)
    elif tried:
        sheet.add("with what is below, tried with verification on, it still does not pass:", NOTE)
    else:
        sheet.add("what would let it pass, and could not be tried:", DO)
    for row in rows:
        for line in row["code"].splitlines():
            sheet.add(line, indent=2)
        if row["how"]:
            sheet.add("tried: %s" % row["how"], indent=4)
        sheet.add("gives up: %s" % row["why"], indent=4)
        if row["feature"]:
            sheet.add("more: the feature %s of the registry" % row["feature"], indent=4)


def _summary(sheet, report):
    holding = report["conditions"]
    sheet.title("Conditions")
    for name, said in (("cve", "a known hole is open"), ("eol", "Python or OpenSSL is no longer supported upstream"),
                       ("weak", "defaults, or the connection, are weak")):
        sheet.row([name], [6], said if name in holding else "does not hold", BAD if name in holding else OK)


def _shorten(text):
    # The whole is in the JSON.
    return text if len(text) <= LONGEST_DEFAULT else text[:LONGEST_DEFAULT - 3] + "..."


def _name_host(host):
    return ("[%s]:%d" if ":" in host["host"] else "%s:%d") % (host["host"], host["port"])


def _say(value):
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "?"}[value]
    if isinstance(value, (list, tuple)):
        return ", ".join("none" if each is None else _say(each) for each in value) or "none"
    return str(value)
