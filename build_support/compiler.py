"""Asks the configured C compiler, by giving it small programs."""

from __future__ import absolute_import, division, print_function

import os
import shlex
import shutil
import subprocess
import tempfile

NOTHING = "int main(void) { return 0; }\n"


class Probe(object):
    """Compiles, links and runs small programs.

    Args:
        command: the compiler and its flags, as a list; distutils has it as `compiler.compiler_so`.
    """

    def __init__(self, command):
        self._command = list(command)
        self.complaint = ""

    @property
    def name(self):
        """The compiler's command, without flags."""
        return self._command[0]

    def compiles(self, program, arguments=()):
        """Whether a program compiles; if not, `complaint` is the compiler's first error."""
        return self._build(program, ["-c"] + list(arguments), None)

    def output(self, program, arguments=()):
        """What a program prints, as text; None if it does not compile, link or run.

        `complaint` then tells what failed.
        """
        answers = []
        return answers[0] if self._build(program, list(arguments), answers.append) else None

    def _build(self, program, arguments, use):
        folder = tempfile.mkdtemp(prefix="regraft-probe-")
        try:
            source, target = os.path.join(folder, "probe.c"), os.path.join(folder, "probe")
            with open(source, "w") as stream:
                stream.write(program)
            # Libraries come after the source that needs them.
            command = self._command + [source, "-o", target] + arguments
            if "-c" not in arguments:
                command += shlex.split(os.environ.get("LDFLAGS", ""))
            status, words = run(command)
            if status == 0 and use is not None:
                status, words = run([target])
                if status == 0:
                    use(words)
            self.complaint = "" if status == 0 else _first_error(words)
            return status == 0
        finally:
            shutil.rmtree(folder)


def run(command):
    """(exit status, standard output and error as text) of a command; 127 if there is none."""
    environ = dict(os.environ, LC_ALL="C")
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ
        )
    except OSError as error:
        return 127, "%s: %s" % (command[0], error.strerror)
    words = process.communicate()[0]
    if not isinstance(words, str):
        words = words.decode("utf-8", "replace")
    return process.returncode, words


def _first_error(words):
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    for line in lines:
        if "error" in line or "undefined reference" in line or "cannot find" in line:
            return line
    return lines[-1] if lines else "no reason given"
