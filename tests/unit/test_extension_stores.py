"""Contexts share what they load from the same file, and nothing shows of it but in what they cost."""
from __future__ import absolute_import, division, print_function

import io
import os
import shutil
import tempfile
import threading
import time

import pytest

from handshakes import Pair, server_context
from regraft import _openssl
from regraft._openssl import _SSLContext

UNTRUSTED = 20  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
REVOKED = 23
CRL_CHECK = 4


def read(*parts):
    with io.open(os.path.join(*parts), "rb") as stream:
        return stream.read()


class Files(object):
    """Files that were left alone long enough to be shared."""

    def __init__(self, certs, folder):
        self.certs, self.folder = certs, str(folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, *sources, **options):
        """Write the files of the test certificates named by `sources` into one; returns its path."""
        with io.open(self.path(name), "wb") as stream:
            stream.write(b"".join(read(self.certs, each) for each in sources))
            stream.write(options.get("more", b""))
        return self.age(name)

    def age(self, name, seconds=1000):
        then = int(time.time()) - seconds
        os.utime(self.path(name), (then, then))
        return self.path(name)


@pytest.fixture
def files(certs, tmpdir):
    return Files(certs, tmpdir)


def new_context():
    return _SSLContext(_openssl.PROTOCOL_TLS_CLIENT)


def trusting(path, **more):
    context = new_context()
    context.load_verify_locations(path, **more)
    return context


def count(context):
    stats = context.cert_store_stats()
    return stats["x509"], stats["crl"]


def verdict(client, server):
    try:
        Pair(client, server).shake_hands()
    except _openssl.SSLCertVerificationError as error:
        return error.verify_code
    return 0


# ---- sharing does not show -----------------------------------------------------------

def test_contexts_of_one_file_verify_alike(certs, files):
    path = files.write("ca.pem", "ca.pem")
    contexts = [trusting(path) for _ in range(5)]
    assert [count(each) for each in contexts] == [(1, 0)] * 5
    assert [verdict(each, server_context(certs)) for each in contexts] == [0] * 5
    assert [verdict(each, server_context(certs, "untrusted.pem")) for each in contexts] == [UNTRUSTED] * 5
    assert contexts[0].get_ca_certs() == contexts[4].get_ca_certs()


@pytest.mark.parametrize("what", ["cafile", "cadata", "capath"])
def test_what_one_context_adds_no_other_trusts(certs, files, what):
    added = {"cafile": os.path.join(certs, "ca.pem"), "cadata": read(certs, "ca.der"),
             "capath": os.path.join(certs, "ca-path")}
    path = files.write("other.pem", "other-ca.pem")
    before, adding = trusting(path), trusting(path)
    adding.load_verify_locations(**{what: added[what]})
    after = trusting(path)
    assert verdict(adding, server_context(certs)) == 0
    assert verdict(adding, server_context(certs, "untrusted.pem")) == 0
    # Of a directory only what was needed is there, and only where it was needed.
    assert count(adding) == (2, 0)
    for each in (before, after):
        assert verdict(each, server_context(certs)) == UNTRUSTED
        assert verdict(each, server_context(certs, "untrusted.pem")) == 0
        assert count(each) == (1, 0)


def test_a_directory_is_asked_anew_by_each_context(certs, files):
    path, directory = files.write("other.pem", "other-ca.pem"), files.path("directory")
    shutil.copytree(os.path.join(certs, "ca-path"), directory)
    early = trusting(path, capath=directory)
    assert verdict(early, server_context(certs)) == 0
    shutil.rmtree(directory)
    late = trusting(path, capath=directory)
    assert (count(early), count(late)) == ((2, 0), (1, 0))
    assert verdict(late, server_context(certs)) == UNTRUSTED
    assert verdict(early, server_context(certs)) == 0


def test_flags_are_each_contexts_own(certs, files):
    path = files.write("with-list.pem", "ca.pem", "crl.pem")
    lenient, strict = trusting(path), trusting(path)
    strict.verify_flags |= CRL_CHECK
    assert verdict(strict, server_context(certs, "revoked.pem")) == REVOKED
    assert verdict(lenient, server_context(certs, "revoked.pem")) == 0
    assert verdict(strict, server_context(certs)) == 0
    assert not trusting(path).verify_flags & CRL_CHECK
    assert [count(each) for each in (lenient, strict)] == [(1, 1)] * 2


def test_a_list_that_one_context_adds_revokes_for_that_one_only(certs, files):
    path = files.write("ca.pem", "ca.pem")
    strict, other = trusting(path), trusting(path)
    strict.load_verify_locations(os.path.join(certs, "crl.pem"))
    for each in (strict, other):
        each.verify_flags |= CRL_CHECK
    assert verdict(strict, server_context(certs, "revoked.pem")) == REVOKED
    assert verdict(other, server_context(certs, "revoked.pem")) == 3  # X509_V_ERR_UNABLE_TO_GET_CRL
    assert (count(strict), count(other)) == ((1, 1), (1, 0))


# ---- loading more than once ----------------------------------------------------------

def test_loading_a_file_again_changes_nothing(certs, files):
    path = files.write("ca.pem", "ca.pem")
    context = trusting(path)
    context.load_verify_locations(path)
    assert count(context) == (1, 0)
    context.load_verify_locations(path, cadata=read(certs, "ca.der"))
    context.load_verify_locations(path)
    assert count(context) == (1, 0)
    assert verdict(context, server_context(certs)) == 0


def test_files_and_data_add_up(certs, files):
    first, second = files.write("ca.pem", "ca.pem"), files.write("other.pem", "other-ca.pem", "crl.pem")
    both, mixed, late = trusting(first), new_context(), new_context()
    both.load_verify_locations(second)
    mixed.load_verify_locations(second, cadata=read(certs, "ca.der"))
    late.load_verify_locations(cadata=read(certs, "ca.der"))
    late.load_verify_locations(second)
    for each in (both, mixed, late):
        assert count(each) == (2, 1)
        assert verdict(each, server_context(certs)) == 0
        assert verdict(each, server_context(certs, "untrusted.pem")) == 0
    assert (count(trusting(first)), count(trusting(second))) == ((1, 0), (1, 1))


@pytest.mark.parametrize("start", [None, "shared", "own"])
@pytest.mark.parametrize("wrong", [
    {"cafile": "nowhere.pem", "cadata": "ca"}, {"cafile": "README", "capath": "ca-path"},
    {"cafile": "ca.pem", "cadata": "rubbish"}, {"cafile": "ca.pem", "capath": "", "cadata": "ca"}])
def test_after_an_error_nothing_has_changed(certs, files, start, wrong):
    context = new_context()
    if start:
        context.load_verify_locations(files.write("other.pem", "other-ca.pem"))
    if start == "own":
        context.load_verify_locations(cadata=read(certs, "second-cert.pem").decode("ascii"))
    before = context.get_ca_certs(True), count(context)
    arguments = dict((key, value and os.path.join(certs, value)) for key, value in wrong.items() if key != "cadata")
    if "cadata" in wrong:
        arguments["cadata"] = read(certs, "ca.der") if wrong["cadata"] == "ca" else b"rubbish"
    with pytest.raises(EnvironmentError):
        context.load_verify_locations(**arguments)
    assert (context.get_ca_certs(True), count(context)) == before
    assert verdict(context, server_context(certs)) == UNTRUSTED


# ---- files that change ----------------------------------------------------------------

def test_a_changed_file_is_loaded_anew_and_contexts_keep_what_they_have(certs, files):
    path = files.write("trust.pem", "ca.pem")
    old = trusting(path)
    files.write("trust.pem", "ca.pem", "other-ca.pem")
    new = trusting(path)
    assert (count(old), count(new)) == ((1, 0), (2, 0))
    assert verdict(new, server_context(certs, "untrusted.pem")) == 0
    assert verdict(old, server_context(certs, "untrusted.pem")) == UNTRUSTED


@pytest.mark.parametrize("how", ["in place", "by a new file"])
def test_a_change_that_keeps_size_and_time_is_seen(certs, files, how):
    filler = len(read(certs, "ca.pem")) - len(read(certs, "other-ca.pem"))
    path = files.write("trust.pem", "ca.pem", more=b"\n" * max(0, -filler))
    old, before = trusting(path), os.stat(path)
    if how == "by a new file":
        os.remove(path)
    files.write("trust.pem", "other-ca.pem", more=b"\n" * max(0, filler))
    os.utime(path, (before.st_atime, before.st_mtime))
    after = os.stat(path)
    assert (after.st_size, int(after.st_mtime)) == (before.st_size, int(before.st_mtime))
    assert verdict(trusting(path), server_context(certs)) == UNTRUSTED
    assert verdict(old, server_context(certs)) == 0


def test_a_file_that_is_gone_is_an_error_though_it_was_loaded_before(certs, files):
    path = files.write("trust.pem", "ca.pem")
    old = trusting(path)
    os.remove(path)
    with pytest.raises(EnvironmentError) as caught:
        trusting(path)
    assert caught.value.errno == 2
    assert verdict(old, server_context(certs)) == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can lose a right")
def test_a_file_that_may_no_longer_be_read_is_an_error(certs):
    folder = tempfile.mkdtemp()
    try:
        os.chmod(folder, 0o755)
        files = Files(certs, folder)
        path = files.write("trust.pem", "ca.pem")
        os.chmod(path, 0o600)
        assert count(trusting(path)) == (1, 0)
        os.seteuid(65534)
        try:
            with pytest.raises(EnvironmentError) as caught:
                trusting(path)
        finally:
            os.seteuid(0)
        assert caught.value.errno == 13
    finally:
        shutil.rmtree(folder)


def test_a_file_that_was_written_just_now_is_read_each_time(certs, files):
    for source, expected in (("ca.pem", 0), ("other-ca.pem", UNTRUSTED)) * 5:
        shutil.copyfile(os.path.join(certs, source), files.path("trust.pem"))
        assert verdict(trusting(files.path("trust.pem")), server_context(certs)) == expected


def test_a_name_is_that_of_the_directory_one_is_in(certs, files, monkeypatch):
    for folder, source in (("one", "ca.pem"), ("two", "other-ca.pem")):
        os.mkdir(files.path(folder))
        files.write(os.path.join(folder, "trust.pem"), source)
    found = []
    for folder in ("one", "two", "one"):
        monkeypatch.chdir(files.path(folder))
        found.append(verdict(trusting("trust.pem"), server_context(certs)))
    assert found == [0, UNTRUSTED, 0]


def test_a_pipe_can_be_loaded(certs):
    for _ in range(2):
        reader, writer = os.pipe()
        os.write(writer, read(certs, "ca.pem"))
        os.close(writer)
        try:
            assert count(trusting("/dev/fd/%d" % reader)) == (1, 0)
        finally:
            os.close(reader)


def test_more_files_than_are_kept(certs, files):
    paths = [files.write("ca-%d.pem" % each, "ca.pem") for each in range(20)]
    contexts = [trusting(path) for path in paths + paths[::-1]]
    assert [verdict(each, server_context(certs)) for each in contexts] == [0] * 40


# ---- threads and children ---------------------------------------------------------------

def in_threads(*functions):
    errors = []

    def run(function):
        try:
            function()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in functions]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert not errors and not any(each.is_alive() for each in threads)


def test_threads_may_load_at_the_same_time(certs, files):
    path, server = files.write("both.pem", "ca-and-other.pem", "crl.pem"), server_context(certs)
    found = []

    def load():
        for turn in range(20):
            context = trusting(path)
            if turn % 3:
                context.load_verify_locations(cadata=read(certs, "second-cert.pem").decode("ascii"))
            found.append((turn % 3 > 0, count(context), verdict(context, server)))

    def change():
        for _ in range(40):
            files.age("both.pem")

    in_threads(load, load, load, change)
    assert len(found) == 60
    assert set(found) == set([(True, (3, 1), 0), (False, (2, 1), 0)])


def test_what_threads_add_to_one_context_is_all_there(certs, files):
    bundle, crl = files.write("both.pem", "ca-and-other.pem"), files.write("crl.pem", "crl.pem")
    names = ["second-cert.pem", "client-cert.pem", "expired-cert.pem", "ip-cert.pem"]
    texts = [read(certs, each).decode("ascii") for each in names]
    for turn in range(30):
        context = new_context()
        if turn % 2:
            context.load_verify_locations(bundle)
        work = [lambda text=text: context.load_verify_locations(cadata=text) for text in texts]
        work += [lambda: context.load_verify_locations(bundle), lambda: context.load_verify_locations(crl)]
        in_threads(*work)
        assert count(context) == (6, 1)
        assert (count(trusting(bundle)), count(trusting(crl))) == ((2, 0), (0, 1))


def test_a_context_may_get_another_store_while_handshakes_run(certs, files):
    path, server = files.write("ca.pem", "ca.pem"), server_context(certs)
    for _ in range(10):
        context, found = new_context(), []

        def connect():
            for _ in range(5):
                found.append(verdict(context, server))

        def load():
            context.load_verify_locations(path)
            context.load_verify_locations(os.path.join(certs, "other-ca.pem"))
            context.load_verify_locations(capath=os.path.join(certs, "ca-path"))

        in_threads(connect, connect, load)
        assert set(found) <= set([0, UNTRUSTED])
        assert verdict(context, server) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_a_forked_child_has_what_it_inherits_and_loads_its_own(certs, files):
    path = files.write("ca.pem", "ca.pem")
    inherited = trusting(path)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            made = trusting(path)
            made.load_verify_locations(os.path.join(certs, "other-ca.pem"))
            good = [verdict(each, server_context(certs)) for each in (inherited, made, trusting(path))]
            status = 0 if good == [0, 0, 0] and count(made) == (2, 0) else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert count(inherited) == count(trusting(path)) == (1, 0)
