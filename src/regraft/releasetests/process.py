"""A process that runs tests under one release, seen from the one that asks for them."""
from __future__ import absolute_import, division, print_function

import fcntl
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

from regraft.releasetests import ERRAND, messages

START_LIMIT = 600.0  # seconds for collecting; importing a project's tests does not take longer, but hangs
END_LIMIT = 60.0  # seconds for what is torn down with the session
KILL_LIMIT = 3.0  # seconds to say where it hangs, if it can
STEP = 200  # milliseconds between looks at whether the process is still there
TAIL = 8000  # bytes of its output that are shown


class Lost(Exception):
    """The process did not answer: it has ended, or takes too long. The text says how, and what it printed last."""


class Process(object):
    """A pytest under a release, which collects, and then runs the tests that it is told to.

    Attributes:
        release (str): as which it runs.
        collected (dict): its first message (`worker.Worker`).
    """

    def __init__(self, config, release, file=None):
        """Start it.

        Args:
            config: pytest's, of the process that asks.
            release (str): under which.
            file (str or None): collect this, whatever the command line names.
        """
        self.release = release
        self.collected = None
        self._buffer = b""
        self._output = None if config.getoption("capture") == "no" else tempfile.TemporaryFile()
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        self._input, self._sending = read_here, write_here
        for each in (read_here, write_here):
            fcntl.fcntl(each, fcntl.F_SETFD, fcntl.fcntl(each, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
        environment = dict(os.environ)
        arguments = find_arguments(config, environment)
        environment[ERRAND] = json.dumps({
            "read": read_there, "write": write_there, "release": release, "file": file})
        command = [sys.executable] + subprocess._args_from_interpreter_flags()
        command += ["-m", "regraft", "run", "--as", release, "-m", "pytest"] + arguments
        # Python 2 leaves all descriptors open, Python 3 none.
        keep = {"pass_fds": (read_there, write_there)} if hasattr(os, "set_inheritable") else {}
        try:
            with open(os.devnull) as nothing:
                self._process = subprocess.Popen(
                    command, env=environment, cwd=str(find_directory(config)), stdin=nothing, stdout=self._output,
                    stderr=subprocess.STDOUT if self._output else None, **keep)
        finally:
            os.close(read_there)
            os.close(write_there)

    def collect(self):
        """Wait until it has collected; its first message (dict).

        Raises: Lost
        """
        if self.collected is None:
            self.collected = self.receive(START_LIMIT)
            if "tests" not in self.collected:
                raise Lost("the process as %s could not begin:\n%s" % (self.release, self.collected.get("error")))
        return self.collected

    def send(self, message):
        """Say something to it.

        Raises: Lost
        """
        data = messages.encode(message)
        try:
            while data:
                data = data[os.write(self._sending, data):]
        except EnvironmentError:
            raise Lost(self._describe_end())

    def receive(self, limit):
        """Wait for a message.

        Args: limit (float), seconds; 0 for no limit.
        Returns:
            dict
        Raises: Lost
        """
        poll = select.poll()
        poll.register(self._input, select.POLLIN | select.POLLHUP)
        end = time.time() + limit
        while b"\n" not in self._buffer:
            # A process that it has left behind may hold the other end of the pipe open.
            ended = self._process.poll() is not None
            if poll.poll(0 if ended else STEP):
                data = os.read(self._input, 1 << 16)
                if not data:
                    raise Lost(self._describe_end())
                self._buffer += data
            elif ended:
                raise Lost(self._describe_end())
            elif limit and time.time() > end:
                self.kill()
                raise Lost("the process as %s was not done after %g seconds, and was ended%s"
                           % (self.release, limit, self._describe_output()))
        line, self._buffer = self._buffer.split(b"\n", 1)
        return messages.decode(line)

    def close(self, limit=END_LIMIT):
        """Let it tear down what its session has, and end; what takes too long is ended.

        Args: limit (float), seconds.
        """
        if self._sending is not None:
            os.close(self._sending)
            self._sending = None
        end = time.time() + limit
        if self._input is not None:
            poll = select.poll()
            poll.register(self._input, select.POLLIN | select.POLLHUP)
            # Whatever it still says must not fill the pipe.
            while self._process.poll() is None and time.time() < end:
                if poll.poll(STEP) and not os.read(self._input, 1 << 16):
                    break
        self._wait(end - time.time())
        self.kill()

    def kill(self):
        """End it at once, after it had a chance to say where it is (`faulthandler` does, on Python 3)."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGABRT)
            if self._wait(KILL_LIMIT) is None:
                self._process.kill()
        self._process.wait()
        for each in (self._sending, self._input):
            if each is not None:
                os.close(each)
        self._sending = self._input = None

    def _wait(self, limit):
        end = time.time() + limit
        while self._process.poll() is None and time.time() < end:
            time.sleep(0.01)
        return self._process.poll()

    def _describe_end(self):
        status = self._wait(END_LIMIT)
        if status is None:
            self.kill()
            return "the process as %s said no more, and was ended%s" % (self.release, self._describe_output())
        how = "ended with exit status %d" % status if status >= 0 else "was killed by %s" % name_signal(-status)
        return "the process as %s %s%s" % (self.release, how, self._describe_output())

    def _describe_output(self):
        if self._output is None:
            return "; what it printed is above"
        self._output.seek(0, os.SEEK_END)
        size = self._output.tell()
        self._output.seek(max(0, size - TAIL))
        text = self._output.read().decode("utf-8", "replace").strip()
        return ". It printed last:\n%s" % text if text else ", and printed nothing"


def name_signal(number):
    """Return what a signal is called (str), such as "signal 11 (SIGSEGV)".

    Args: number (int)
    """
    names = [each for each in dir(signal) if re.match("SIG[A-Z]", each) and getattr(signal, each) == number]
    return "signal %d%s" % (number, " (%s)" % names[0] if names else "")


def find_arguments(config, environment):
    """Return the words after `pytest` with which this process was started.

    Args:
        config: pytest's.
        environment (dict): of the process that gets them; what these words hold already is taken out.
    """
    if hasattr(config, "invocation_params"):
        return [str(each) for each in config.invocation_params.args or ()]
    # pytest 4.6 puts the settings `addopts` into its list of arguments.
    environment.pop("PYTEST_ADDOPTS", None)
    return list(config._origargs) + ["-o", "addopts="]


def find_directory(config):
    """Return the directory in which this process was started."""
    found = getattr(config, "invocation_params", None)
    return found.dir if found else config.invocation_dir
