"""What ungraft-tree gives back, what verify-tree sees, and what graft-tree refuses."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys

import pytest

import prefixes
from regraft import _boot

HOLD = ("import fcntl, os, sys; stream = open(sys.argv[1], 'r+'); "
        "fcntl.lockf(stream, fcntl.LOCK_EX); print('held'); sys.stdout.flush(); sys.stdin.read()")


def refused(result, *words):
    """Tell whether a command ended with one sentence that has these words in it."""
    assert result.status == 1 and not result.out and result.err.count("\n") == 1, result
    assert result.err.startswith("regraft ") and "Traceback" not in result.err, result
    for word in words:
        assert word in result.err, result
    return True


def test_every_byte_mode_owner_and_time_comes_back(prefix):
    before = prefix.snapshot()
    folder = os.stat(prefix.library)
    prefix.graft()
    assert prefix.snapshot() != before
    prefix.ungraft(own=True)
    assert prefix.snapshot() == before
    assert int(os.stat(prefix.library).st_mtime) == int(folder.st_mtime)


def test_new_files_have_modes_and_owners_of_the_originals(template, grafted):
    before, after = template.snapshot(), grafted.snapshot()
    for name in ("ssl.py", "random.py"):
        path = os.path.join("lib", prefixes.NAME, name)
        assert after[path][:3] == before[path][:3] and after[path] != before[path]
    assert sorted(each for each in before if each not in after) == [
        each for each in sorted(before) if os.path.basename(each).startswith(("_ssl.", "_hashlib."))]
    new = [after[each] for each in after if each not in before]
    owners = before[os.path.join("lib", prefixes.NAME, "ssl.py")][1:3]
    assert new and all(each[1:3] == owners and each[0] & 0o444 == 0o444 for each in new)


def test_the_receipt_says_what_was_done(grafted):
    with open(os.path.join(grafted.store, "receipt.json")) as stream:
        receipt = json.load(stream)
    assert receipt["regraft"] and receipt["openssl"]["loaded"].startswith("OpenSSL ")
    assert receipt["command"][-1] == grafted.python and receipt["time"].endswith("Z")
    ssl = [each for each in receipt["modules"] if each["name"] == "ssl"][0]["files"]["ssl.py"]
    assert sorted(ssl["taken"]) == ["gid", "mode", "mtime_ns", "sha256", "size", "uid"]
    assert ssl["put"]["sha256"] != ssl["taken"]["sha256"]
    assert receipt["interpreter"]["release"] == sys.version.split()[0]


def test_nothing_names_the_directory_in_which_a_package_is_built(prefix):
    root = os.path.realpath(os.path.dirname(prefix.path))
    arguments = ("graft-tree", "--any-release", "--destdir", root, os.path.join(root, "usr"))
    result = prefix.regraft(*arguments, SOURCE_DATE_EPOCH="1700000000", preexec_fn=lambda: os.umask(0o077) and None)
    assert result.status == 0, result
    closed = [path for path, what in prefix.snapshot().items() if not what[0] & 0o004]
    assert closed == []
    with open(os.path.join(prefix.store, "receipt.json")) as stream:
        receipt = json.load(stream)
    assert receipt["time"] == "2023-11-14T22:13:20Z" and receipt["command"][-1] == "/usr"
    assert int(os.stat(os.path.join(prefix.library, "ssl.py")).st_mtime) == 1700000000
    guilty = [path for path, what in prefix.snapshot().items() if len(what) > 3 and root.encode() in what[-1]]
    assert guilty == []
    prefix.look()


def test_an_upgrade_of_the_package_leaves_an_interpreter_that_works_and_can_be_grafted_anew(regrafted, template):
    # It puts its own modules and extensions back, and knows nothing of what it has not.
    for name, path in [(each, os.path.join(template.library, each)) for each in os.listdir(template.library)]:
        if name.endswith(".py") and name.split(".")[0] in prefixes._CHANGED:
            regrafted.write(name, prefixes.read(path) + b"# upgraded\n")
    for name in os.listdir(os.path.join(template.library, "lib-dynload")):
        if name.startswith(("_ssl.", "_hashlib.")):
            name = os.path.join("lib-dynload", name)
            regrafted.write(name, prefixes.read(os.path.join(template.library, name)))
    assert regrafted.look()["ssl"] is False
    assert regrafted.verify()[0] == 1
    # What regraft is asked for, it says that it does not do.
    result = regrafted.run("-c", "import regraft; regraft.activate()")
    assert result.status == 1 and "is not graft-tree's any more" in result.err, result
    for command in (("enable",), ("run", "-c", "pass")):
        result = regrafted.regraft(*command, own=True)
        assert result.status and "is not graft-tree's any more" in result.err and result.err.count("\n") == 1, result
    result = regrafted.regraft("status", own=True)
    assert result.status == 1 and "NOT active, though the standard library was grafted" in result.out, result
    regrafted.ungraft("--keep-changed")
    assert regrafted.look()["_ssl"] is False
    regrafted.graft()
    assert regrafted.look()["ssl"] is True and regrafted.verify()[0] == 0


def test_what_python_has_written_since_goes_too(prefix):
    before = prefix.snapshot()
    prefix.graft()
    command = [prefix.python, "-S", "-E", "-OO", "-c", "import ssl, secrets, regraft.policy"]
    assert prefix.run(command=command).status == 0
    prefix.ungraft()
    after = prefix.snapshot()
    ours = [each for each in after if each not in before and os.path.basename(each).split(".")[0] in _boot.COVERED]
    assert ours == []


def test_verify_tells_a_whole_tree_from_a_changed_one_and_from_an_original(prefix):
    status, report = prefix.verify()
    assert (status, report["state"]) == (3, "original")
    prefix.graft()
    status, report = prefix.verify(own=True)
    assert (status, report["state"], report["changes"]) == (0, "grafted", [])
    prefix.write("hmac.py", b"# of the package's new version\n")
    os.remove(os.path.join(prefix.library, "regraft", "policy.py"))
    os.chmod(os.path.join(prefix.library, "random.py"), 0o600)
    status, report = prefix.verify()
    assert (status, report["state"]) == (1, "altered")
    assert dict((each["path"], each["what"]) for each in report["changes"]) == {
        "hmac.py": "changed", os.path.join("regraft", "policy.py"): "missing", "random.py": "of another mode or owner"}
    result = prefix.regraft("verify-tree", prefix.path)
    assert result.status == 1 and "CHANGED" in result.out and "hmac.py" in result.out, result


def test_a_file_that_was_changed_since_is_neither_lost_nor_overwritten_unasked(regrafted, template):
    newer = b"import _ssl\nSENTINEL = 1\n"
    regrafted.write("ssl.py", newer)
    before = regrafted.snapshot()
    assert refused(regrafted.regraft("ungraft-tree", regrafted.path), "ssl.py was changed", "--keep-changed",
                   "--discard-changed")
    assert regrafted.snapshot() == before
    result = regrafted.ungraft("--keep-changed")
    assert "left as it was found: ssl.py" in result.out
    after, first = regrafted.snapshot(), template.snapshot()
    kept = os.path.join("lib", prefixes.NAME, "ssl.py")
    assert after.pop(kept)[-1] == newer
    stale = [each for each in first if os.path.basename(each).startswith("ssl.") and each != kept]
    assert after == dict((each, first[each]) for each in first if each != kept and each not in stale)


def test_a_changed_file_can_be_given_up(regrafted, template):
    regrafted.write("ssl.py", b"broken = (")
    assert "discarded: ssl.py" in regrafted.ungraft("--discard-changed").out
    assert regrafted.snapshot() == template.snapshot()


def test_a_tree_whose_extension_is_broken_is_given_back_by_its_own_regraft(regrafted, template):
    folder = os.path.join(regrafted.library, "regraft")
    names = [each for each in os.listdir(folder) if each.startswith("_openssl.") and not each.endswith(".pyi")]
    regrafted.write(os.path.join("regraft", names[0]), b"")
    assert regrafted.run("-c", "import hashlib").status == 1
    regrafted.ungraft(own=True)
    assert regrafted.snapshot() == template.snapshot()


def test_originals_that_are_lost_are_said_before_anything_is_done(regrafted):
    os.remove(os.path.join(regrafted.store, "random.py"))
    before = regrafted.snapshot()
    assert refused(regrafted.regraft("ungraft-tree", regrafted.path), "random.py is not what it was")
    assert regrafted.snapshot() == before


def test_a_second_graft_and_a_second_ungraft_are_refused(prefix, regrafted):
    before = regrafted.snapshot()
    assert refused(regrafted.regraft("graft-tree", "--any-release", regrafted.path), "was grafted", "ungraft-tree")
    assert regrafted.snapshot() == before
    assert refused(prefix.regraft("ungraft-tree", prefix.path), "is not grafted")


def test_a_release_that_is_not_known_is_refused_unless_asked_for(prefix):
    path = os.path.join(prefix.library, "hmac.py")
    prefix.write("hmac.py", prefixes.read(path) + b"# of a vendor\n")
    before = prefix.snapshot()
    result = prefix.regraft("graft-tree", prefix.path)
    assert refused(result, "--any-release") and ("hmac.py" in result.err or "no release" in result.err), result
    assert prefix.snapshot() == before
    prefix.graft()
    prefix.ungraft()
    assert prefix.snapshot() == before


def test_a_tree_that_cannot_be_written_to_is_refused(prefix, without_override):
    before = prefix.snapshot()
    os.chmod(prefix.library, 0o555)
    result = prefix.regraft("graft-tree", "--any-release", prefix.path, preexec_fn=without_override)
    assert refused(result, "Permission denied", prefix.library)
    os.chmod(prefix.library, 0o755)
    assert prefix.snapshot() == before


def test_links_strangers_and_other_builds_are_refused(prefix):
    ssl = os.path.join(prefix.library, "ssl.py")
    os.rename(ssl, ssl + ".real")
    os.symlink(ssl + ".real", ssl)
    assert refused(prefix.regraft("graft-tree", "--any-release", prefix.path), "symbolic link")
    os.rename(ssl + ".real", ssl)
    os.mkdir(os.path.join(prefix.library, "regraft"))
    assert refused(prefix.regraft("graft-tree", "--any-release", prefix.path), "has a regraft already")
    os.rmdir(os.path.join(prefix.library, "regraft"))
    native = [each for each in os.listdir(os.path.join(prefix.library, "lib-dynload")) if each.startswith("_ssl.")]
    debug = native[0].replace("_ssl.", "_ssl_d.")
    prefix.write(os.path.join("lib-dynload", debug), b"")
    assert refused(prefix.regraft("graft-tree", "--any-release", prefix.path), "another build of Python", debug)


@pytest.mark.parametrize("library, executable, word", [
    ("/opt/lib/python27.zip", "/opt/bin/python2.7", "in an archive"),
    ("{library}", "/elsewhere/bin/python2.7", "is not in /elsewhere")])
def test_a_library_in_an_archive_or_of_another_interpreter_is_refused(prefix, tmp_path, library, executable, word):
    program = tmp_path / "python2.7"
    answer = {"library": library.format(library=prefix.library), "executable": executable}
    program.write_text(u"#!/bin/sh\necho '%s'\n" % json.dumps(answer).replace("'", "'\\''"))
    program.chmod(0o755)
    before = prefix.snapshot()
    assert refused(prefix.regraft("graft-tree", "--any-release", "--python", str(program)), word)
    assert prefix.snapshot() == before


@pytest.mark.parametrize("command", [("graft-tree", "--any-release"), ("ungraft-tree",)], ids=lambda each: each[0])
def test_a_link_does_not_lead_to_the_tree_of_another_prefix(prefix, regrafted, tmp_path, command):
    # As in a home directory or an image that was put together of links: what is named is not what would be changed.
    shared = prefix if command[0] == "graft-tree" else regrafted
    named = str(tmp_path / "named")
    os.makedirs(os.path.join(named, "bin"))
    os.mkdir(os.path.join(named, "lib"))
    prefixes.shutil.copy2(shared.python, os.path.join(named, "bin", prefixes.NAME))
    os.symlink(shared.library, os.path.join(named, "lib", prefixes.NAME))
    before = shared.snapshot()
    for how in ([named], ["--python", os.path.join(named, "bin", prefixes.NAME)]):
        assert refused(shared.regraft(*(command + tuple(how))), shared.library, "is not in " + named)
        assert shared.snapshot() == before


def test_a_library_deeper_in_the_prefix_is_another_interpreters(prefix, tmp_path):
    # ~/bin/python2.7, a copy of the one in ~/.pyenv, uses that one's library.
    home = os.path.dirname(os.path.dirname(prefix.path))
    program = tmp_path / "python2.7"
    answer = {"library": prefix.library, "executable": os.path.join(home, "bin", "python2.7")}
    program.write_text(u"#!/bin/sh\necho '%s'\n" % json.dumps(answer).replace("'", "'\\''"))
    program.chmod(0o755)
    before = prefix.snapshot()
    assert refused(prefix.regraft("graft-tree", "--any-release", "--python", str(program)), "is not in " + home)
    assert prefix.snapshot() == before


def test_a_command_line_without_a_tree_or_with_none_at_its_place_is_refused(prefix, tmp_path):
    for arguments in ((), (prefix.path, "--python", prefix.python)):
        result = prefix.regraft("graft-tree", *arguments)
        assert result.status == 2 and "name a tree" in result.err, result
    assert refused(prefix.regraft("graft-tree", str(tmp_path)), "has no pythonX.Y")
    (tmp_path / "bin").mkdir()
    os.symlink("gone", str(tmp_path / "bin" / prefixes.NAME))
    assert refused(prefix.regraft("graft-tree", str(tmp_path)), "has no pythonX.Y")
    assert refused(prefix.regraft("graft-tree", "--python", "/bin/sh"), "/bin/sh")
    assert refused(prefix.regraft("verify-tree", "--python", str(tmp_path / "no")), "no program")


def test_a_regraft_without_an_extension_for_the_tree_is_refused(prefix, tmp_path):
    copy = str(tmp_path / "site" / "regraft")
    prefixes.shutil.copytree(os.path.join(prefixes.SITE, "regraft"), copy,
                             ignore=prefixes.shutil.ignore_patterns("_openssl.*so"))
    before = prefix.snapshot()
    result = prefix.regraft("graft-tree", "--any-release", prefix.path, PYTHONPATH=os.path.dirname(copy))
    assert refused(result, "has no extension for", prefix.python)
    with open(os.path.join(copy, "_openssl.so" if prefixes.PY2 else "_openssl.abi3.so"), "w") as stream:
        stream.write("for another machine")
    result = prefix.regraft("graft-tree", "--any-release", prefix.path, PYTHONPATH=os.path.dirname(copy))
    assert refused(result, prefix.python)
    assert prefix.snapshot() == before


def make_dpkg(prefix):
    """Make of the directory above a system whose dpkg knows the prefix, as /usr."""
    import hashlib

    root = os.path.dirname(prefix.path)
    info = os.path.join(root, "var", "lib", "dpkg", "info")
    os.makedirs(info)
    names = [name for name in os.listdir(prefix.library) if name.endswith(".py")]
    stem = os.path.join(info, "lib%s-stdlib:amd64" % prefixes.NAME)
    with open(stem + ".list", "w") as stream:
        stream.write("/.\n")
        stream.writelines("/usr/lib/%s/%s\n" % (prefixes.NAME, name) for name in names)
    with open(stem + ".md5sums", "w") as stream:
        for name in names:
            digest = hashlib.md5(prefixes.read(os.path.join(prefix.library, name))).hexdigest()
            stream.write("%s  usr/lib/%s/%s\n" % (digest, prefixes.NAME, name))
    with open(os.path.join(root, "var", "lib", "dpkg", "status"), "w") as stream:
        stream.write("Package: a\nVersion: 9\n\nPackage: lib%s-stdlib\nArchitecture: amd64\nVersion: 1.2-3\n\n"
                     % prefixes.NAME)
    lock = os.path.join(root, "var", "lib", "dpkg", "lock-frontend")
    open(lock, "w").close()
    return lock


def test_files_as_their_debian_package_has_them_are_of_a_known_release(prefix):
    path = os.path.join(prefix.library, "hmac.py")
    prefix.write("hmac.py", prefixes.read(path) + b"# as Debian has it\n")
    make_dpkg(prefix)
    result = prefix.regraft("graft-tree", prefix.path)
    assert result.status == 0, result
    assert prefix.verify()[1]["release"] == "Debian's lib%s-stdlib:amd64 1.2-3" % prefixes.NAME
    prefix.ungraft()
    prefix.write("hmac.py", prefixes.read(path) + b"# as nobody has it\n")
    assert refused(prefix.regraft("graft-tree", prefix.path), "--any-release")


@pytest.mark.parametrize("name, lock, how", [
    ("rpm", "var/lib/rpm/.rpm.lock", "lockf"), ("rpm", "usr/lib/sysimage/rpm/.rpm.lock", "lockf"),
    ("apk", "lib/apk/db/lock", "flock"), ("apk", "run/apk/db.lock", "flock")])
def test_rpm_and_apk_at_work_are_not_disturbed(prefix, name, lock, how):
    root = os.path.dirname(prefix.path)
    lock = os.path.join(root, lock)
    os.makedirs(os.path.dirname(lock))
    open(lock, "w").close()
    if name == "apk":
        database = os.path.join(root, "lib", "apk", "db")
        if not os.path.isdir(database):
            os.makedirs(database)
        with open(os.path.join(database, "installed"), "w") as stream:
            stream.write("P:python\nF:usr/lib/%s\nR:ssl.py\n" % prefixes.NAME)
    holder = subprocess.Popen([sys.executable, "-c", HOLD.replace("lockf", how), lock], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline().strip() == b"held"
        assert refused(prefix.regraft("graft-tree", "--any-release", prefix.path), name + " is at work", lock)
    finally:
        holder.communicate()


@pytest.mark.parametrize("interrupted", [False, True], ids=["", "interrupted"])
@pytest.mark.parametrize("command", ["graft-tree", "ungraft-tree"])
def test_a_package_manager_that_is_at_work_is_not_disturbed(prefix, command, interrupted):
    lock = make_dpkg(prefix)
    if interrupted:
        os.mkdir(prefix.store)
        with open(os.path.join(prefix.store, "journal.json"), "w") as stream:
            json.dump({"operation": "graft", "phase": "staging"}, stream)
    elif command == "ungraft-tree":
        prefix.graft()
    before = prefix.snapshot()
    holder = subprocess.Popen([sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline().strip() == b"held"
        arguments = ["--any-release"] if command == "graft-tree" else []
        assert refused(prefix.regraft(command, prefix.path, *arguments), "dpkg is at work", lock)
        assert prefix.snapshot() == before
    finally:
        holder.communicate()
    result = prefix.regraft(command, prefix.path, *arguments)
    assert result.status == 0, result


def test_a_package_manager_of_a_tree_that_is_not_its_own_may_work(prefix):
    lock = make_dpkg(prefix)
    info = os.path.join(os.path.dirname(lock), "info")
    for name in os.listdir(info):
        os.rename(os.path.join(info, name), os.path.join(info, "other-" + name + ".off"))
    holder = subprocess.Popen([sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline().strip() == b"held"
        prefix.graft()
    finally:
        holder.communicate()
