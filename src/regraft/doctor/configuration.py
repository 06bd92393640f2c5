"""Reads openssl.cnf as far as it changes TLS: what its sections tell libssl and the providers."""
from __future__ import absolute_import, division, print_function

import os
import re

from regraft.doctor import files

_DEPTH = 8  # of .include in .include; OpenSSL has no limit, and a file may include itself
_MOST = 200  # files, read or not; ten lines that include their own file would be a hundred million within that depth


class Configuration(object):
    """An openssl.cnf.

    Attributes:
        path (str)
        files (list of str): all that were read, with what it includes.
        problems (list of text): what could not be read.
        sections (dict): name -> dict of settings; "" for those before the first.
    """

    def __init__(self, path):
        """Read it. Args: path (str)."""
        self.path, self.files, self.problems, self.sections = path, [], [], {"": {}}
        self._left = _MOST + 1
        self._read(path, "", 0)

    def _read(self, path, section, depth):
        if not self._count(path):
            return section
        try:
            data = files.read(path)
        except EnvironmentError as error:
            self.problems.append("%s: %s" % (path, error.strerror))
            return section
        self.files.append(path)
        # On 2.7 all of it stays bytes, as paths and variables are there.
        text = data if str is bytes else data.decode("utf-8", "replace")
        pending = ""
        for line in text.split("\n"):
            line = pending + re.sub(r"(?<!\\)#.*", "", line).strip()
            if line.endswith("\\"):
                pending = line[:-1]
                continue
            pending = ""
            section = self._take(line, section, depth, os.path.dirname(path))
        return section

    def _count(self, path):
        """Count a file; return whether it may still be read."""
        self._left -= 1
        if self._left == 0:
            self.problems.append("%s: more than %d files in all; the rest is not looked at" % (path, _MOST))
        return self._left > 0

    def _take(self, line, section, depth, home):
        heading = re.match(r"\[\s*(.*?)\s*\]", line)
        include = re.match(r"\.include\s*=?\s*(.+)", line)
        setting = re.match(r"([^=]+?)\s*=\s*(.*)", line)
        if heading:
            # "default" is a name of what stands before the first section.
            section = "" if heading.group(1) == "default" else heading.group(1)
            self.sections.setdefault(section, {})
        elif include:
            self._include(self._expand(include.group(1), section), section, depth, home)
        elif setting and not line.startswith("."):
            value = setting.group(2).strip()
            if value[:1] in ("'", '"') and value[-1:] == value[:1]:
                value = value[1:-1]
            self.sections[section][setting.group(1)] = self._expand(value, section)
        return section

    def _include(self, path, section, depth, home):
        path = os.path.join(home, path)
        if depth >= _DEPTH:
            if self._count(path):
                self.problems.append("%s: included too deeply" % path)
        elif os.path.isdir(path):
            try:
                names = sorted(os.listdir(path))
            except EnvironmentError as error:
                self.problems.append("%s: %s" % (path, error.strerror))
                return
            for name in names:
                if name.endswith((".cnf", ".conf")):
                    self._read(os.path.join(path, name), section, depth + 1)
        else:
            self._read(path, section, depth + 1)

    def _expand(self, value, section):
        def find(match):
            name = match.group(1) or match.group(2)
            if "::" in name:
                place, name = name.split("::", 1)
                if place == "ENV":
                    return os.environ.get(name, "")
                return self.sections.get(place, {}).get(name, "")
            return self.sections[section].get(name, self.sections[""].get(name, ""))

        return re.sub(r"\$(?:[{(]([\w:]+)[})]|([\w:]+))", find, value)

    def _follow(self, *names):
        section = self.sections[""]
        for name in names:
            section = self.sections.get(section.get(name, None), {})
        return section

    def find_tls(self):
        """Return what each context starts from (dict): MinProtocol, CipherString and their kind."""
        return self._follow("openssl_conf", "ssl_conf", "system_default")

    def find_providers(self):
        """Return the providers that it switches on (list of text)."""
        providers = self._follow("openssl_conf", "providers")
        return sorted(name for name, section in providers.items()
                      if self.sections.get(section, {}).get("activate", "").lower() in ("1", "yes", "true", "on"))

    def find_algorithms(self):
        """Return what restricts the algorithms of the process (dict): default_properties, fips_mode."""
        return self._follow("openssl_conf", "alg_section")

    def describe(self):
        """Return what the report has of it: a dict."""
        return {"path": self.path, "files": self.files, "problems": self.problems, "tls": dict(self.find_tls()),
                "providers": self.find_providers(), "algorithms": dict(self.find_algorithms())}
