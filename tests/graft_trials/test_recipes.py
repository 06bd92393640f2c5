"""The recipes of docs/howto/images.rst, read from that page and followed in systems of their own.

The first run makes the systems (regraft_tools.debian) and needs the network and root.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import roots

LIBRARY = "usr/lib/python2.7"
COVERED = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets")
VERSION = "regraft1"  # behind the version of Debian's package
# What a package of Python has besides the recipe: the stock files come from Debian's packages.
RULES = """\
#!/usr/bin/make -f
%:
	dh $@

override_dh_auto_install:
	cp -a ../stock debian/tmp

"""
CONTROL = """\
Source: python2.7
Section: python
Priority: optional
Maintainer: Nobody <nobody@localhost>
Standards-Version: 4.5.1
Build-Depends: debhelper-compat (= 13)
"""
CHANGELOG = """\
python2.7 (%s) unstable; urgency=medium

  * With regraft.

 -- Nobody <nobody@localhost>  Wed, 25 Nov 2026 12:00:00 +0000
"""
FIELDS = ("Package", "Multi-Arch", "Pre-Depends", "Depends", "Breaks", "Replaces", "Conflicts", "Provides", "Description")
# What rpms of Red Hat's kind do and Debian's does not; and Debian's Python is not in lib64.
SPEC = r"""
%%global _libdir %%{_prefix}/lib
%%global _build_id_links compat
%%global _missing_build_ids_terminate_build 1
%%global __os_install_post \
    /usr/lib/rpm/brp-strip /usr/bin/strip \
    /usr/lib/rpm/brp-strip-shared /usr/bin/strip \
    /usr/lib/rpm/brp-python-bytecompile /usr/bin/python2.7 1 \
    %%{nil}
Name: python27
Version: 2.7.18
Release: %s
Summary: Python
License: Python-2.0
AutoReqProv: no
"""
CHECK = """
%description
Python.

%check
RPM_BUILD_ROOT=%{buildroot} /usr/lib/rpm/check-buildroot
"""
RPM = ("rpm", "--force-debian", "--root", "/target", "--dbpath", "/var/lib/rpm")


@pytest.fixture(scope="module", autouse=True)
def wheel() -> Path:
    return roots.find_wheel()


def is_ours(root: roots.Root, certificates: Path) -> None:
    for flags in ((), ("-S", "-E")):
        seen = root.look(certificates, *flags)
        assert {name: seen[name] for name in COVERED} == dict.fromkeys(COVERED, True)
        assert seen["version"] == "TLSv1.3" and seen["openssl"].startswith("OpenSSL 3.5."), seen
    status, said = root.verify()
    assert status == 0, said


def is_stock(root: roots.Root, certificates: Path) -> None:
    seen = root.look(certificates, "-S", "-E")
    assert not any(seen[name] for name in COVERED) and seen["openssl"].startswith("OpenSSL 1.1.1"), seen
    assert not [path for path in root.snapshot() if "regraft" in path]


def unpack_stock(root: roots.Root, target: Path) -> list[Path]:
    """Puts the files of Debian's packages of Python 2.7 into a directory; the packages."""
    debs = sorted((root.path / "var/cache/apt/archives").glob("*.deb"))
    assert {each.name.split("_")[0] for each in debs} == set(roots.PYTHONS)
    for each in debs:
        subprocess.run(["dpkg-deb", "--extract", each, target], check=True)
    return debs


@pytest.fixture(scope="module")
def debs(tmp_path_factory) -> Iterator[list[Path]]:
    """Debian's packages of Python 2.7, built anew by the recipe."""
    with roots.copied("builder", tmp_path_factory.mktemp("debs") / "builder") as root:
        yield build_debs(root)


def build_debs(root: roots.Root) -> list[Path]:
    """Builds them in a system; the files."""
    roots.unpack_wheel(root.path / LIBRARY / "dist-packages")
    work = root.path / "work"
    package = work / "package/debian"
    package.mkdir(parents=True)
    stock = unpack_stock(root, work / "stock")
    control, version = CONTROL, ""
    for each in stock:
        name = each.name.split("_")[0]
        fields = subprocess.run(["dpkg-deb", "--field", each, "Version", *FIELDS], capture_output=True, text=True,
                                check=True).stdout
        version = re.search(r"(?m)^Version: (.*)\n", fields).group(1)
        fields = re.sub(r"(?m)^Version: .*\n", "", fields).replace(version, "${binary:Version}")
        control += "\n" + fields + "Architecture: any\n"
        scripts = work / ("scripts-" + name)
        subprocess.run(["dpkg-deb", "--control", each, scripts], check=True)
        for script in ("preinst", "postinst", "prerm", "postrm"):
            if (scripts / script).exists():
                shutil.copy(scripts / script, package / ("%s.%s" % (name, script)))
        with tarfile.open(fileobj=io.BytesIO(subprocess.run(
                ["dpkg-deb", "--fsys-tarfile", each], capture_output=True, check=True).stdout)) as contents:
            listed = [member.name.removeprefix("./") for member in contents if not member.isdir()]
        # As the page says: two extensions leave the lists, and what is new is in the package that has ssl.py.
        listed = [path for path in listed if not re.search(r"/lib-dynload/(_ssl|_hashlib)\.", path)]
        if LIBRARY + "/ssl.py" in listed:
            listed += [LIBRARY + "/" + new for new in
                       ("_ssl.py", "_hashlib.py", "secrets.py", "regraft", "regraft-originals")]
        (package / (name + ".install")).write_text("".join(path + "\n" for path in listed))
    (package / "control").write_text(control)
    (package / "changelog").write_text(CHANGELOG % (version + "+" + VERSION))
    (package / "rules").write_text(RULES + roots.read_recipe("Debian", "make"))
    (package / "rules").chmod(0o755)
    root.run("sh", "-c", "cd /work/package && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps")
    return sorted(work.glob("*.deb"))


@pytest.fixture
def bullseye(debs, tmp_path) -> Iterator[roots.Root]:
    """A system with the stock packages, and those of the recipe in /work."""
    with roots.copied("builder", tmp_path / "root") as root:
        (root.path / "work").mkdir()
        for each in debs:
            shutil.copy(each, root.path / "work")
        yield root


def test_packages_of_the_rules_fragment_are_whole_and_go_back_to_debians_own(bullseye, certificates):
    before = bullseye.snapshot()
    is_stock(bullseye, certificates)
    bullseye.run("sh", "-c", "dpkg --install /work/*.deb")
    assert bullseye.run("dpkg", "--verify") == ""
    is_ours(bullseye, certificates)
    bullseye.run("sh", "-c", "dpkg --install /var/cache/apt/archives/*.deb")
    assert bullseye.run("dpkg", "--verify") == ""
    is_stock(bullseye, certificates)
    assert bullseye.snapshot() == before


def test_the_package_that_has_ssl_is_enough_for_it(debs, tmp_path):
    with roots.copied("plain", tmp_path / "root") as root:
        for each in debs:
            if "minimal" in each.name:
                shutil.copy(each, root.path / "tmp")
        root.run("sh", "-c", "dpkg --force-depends --install /tmp/*.deb")
        said = root.run("python2.7", "-B", "-c", "import ssl, hashlib, random; print(ssl.OPENSSL_VERSION)")
        assert said.startswith("OpenSSL 3.5."), said


@pytest.fixture(scope="module")
def rpms(tmp_path_factory) -> Iterator[roots.Root]:
    """A system with rpm, and packages of a stock Python (release 1) and of one by the recipe (2)."""
    with roots.copied("builder", tmp_path_factory.mktemp("rpms") / "builder") as root:
        build_rpms(root)
        yield root


def build_rpms(root: roots.Root) -> None:
    """Builds them in the system."""
    roots.unpack_wheel(root.path / LIBRARY / "site-packages")
    work = root.path / "work"
    work.mkdir()
    unpack_stock(root, work / "stock")
    library = work / "stock" / LIBRARY
    (library / "sitecustomize.py").unlink()  # a link to what is Debian's
    with (library / "hmac.py").open("a") as stream:
        stream.write("# Patched by this package, so that nobody but rpm knows it.\n")
    (work / "Makefile").write_text(
        "install:\n\tmkdir -p $(DESTDIR)/usr\n\tcp -a stock/usr/bin stock/usr/lib $(DESTDIR)/usr\n"
        "\tchmod 755 $(DESTDIR)/%s/lib-dynload/*.so\n" % LIBRARY)
    tags, rest = roots.read_recipe("RPM", "spec").split("\n%install\n")
    rest = "\n%install\n" + rest
    # The other files of the package.
    others = "%{_bindir}/*\n" + "".join(
        "%%{_libdir}/python2.7/%s\n" % each.name for each in sorted(library.iterdir()) if each.suffix != ".py")
    others += "/usr/lib/binfmt.d\n" * (work / "stock/usr/lib/binfmt.d").exists()
    stock = "".join(line for line in rest.splitlines(keepends=True) if "/regraft" not in line)
    (work / "stock.spec").write_text(SPEC % 1 + CHECK + stock + others)
    (work / "grafted.spec").write_text(SPEC % 2 + tags + CHECK + rest + others)
    for name in ("stock", "grafted"):
        # The package python2-regraft that the recipe asks for is the wheel in site-packages.
        root.run("rpmbuild", "--nodeps", "-bb", "--define", "_builddir /work", "--define", "_rpmdir /work/rpms",
                 "/work/%s.spec" % name)


@pytest.fixture
def stock_rpm(rpms) -> roots.Root:
    """The root in which the package of the stock Python is installed, and nothing else has been."""
    target = rpms.path / "target"
    shutil.rmtree(target, ignore_errors=True)
    roots.copy("plain", target)
    shutil.copytree(rpms.path / "work/rpms", target / "rpms")
    for name in ("libexpat.so.1", "libssl.so.1.1", "libcrypto.so.1.1"):
        found = next(each for each in (rpms.path / "lib", rpms.path / "usr/lib")
                     if (each / "x86_64-linux-gnu" / name).exists())
        shutil.copy(found / "x86_64-linux-gnu" / name, target / "usr/lib/x86_64-linux-gnu")
    install_rpm(rpms, 1)
    return roots.Root(target)


def install_rpm(root: roots.Root, release: int, *words: str) -> roots.Root:
    root.run(*RPM, "--nodeps", "--upgrade", *words, "/target/rpms/x86_64/python27-2.7.18-%d.x86_64.rpm" % release)
    assert root.run(*RPM, "--verify", "--nodeps", "python27") == ""
    return roots.Root(root.path / "target")


def test_a_package_of_the_spec_fragment_is_whole_and_goes_back_to_the_one_before(rpms, stock_rpm, certificates):
    is_stock(stock_rpm, certificates)
    before = stock_rpm.snapshot()
    install_rpm(rpms, 2)
    is_ours(stock_rpm, certificates)
    install_rpm(rpms, 1, "--oldpackage")
    is_stock(stock_rpm, certificates)
    assert stock_rpm.snapshot() == before


def test_the_tree_of_an_rpm_is_of_a_known_release_if_rpm_says_that_it_is_unchanged(rpms, stock_rpm, certificates):
    def regraft(command: str) -> subprocess.CompletedProcess[str]:
        return rpms.try_to("python2.7", "-B", "-m", "regraft", command, "--python", "/target/usr/bin/python2.7",
                           PYTHONPATH="/%s/site-packages" % LIBRARY)

    before = stock_rpm.snapshot()
    module = stock_rpm.path / LIBRARY / "hmac.py"
    text = module.read_bytes()
    module.write_bytes(text + b"# by somebody\n")
    done = regraft("graft-tree")
    assert done.returncode == 1 and "hmac.py" in done.stderr and "--any-release" in done.stderr, done
    module.write_bytes(text)
    done = regraft("graft-tree")
    assert done.returncode == 0, done
    is_ours(stock_rpm, certificates)
    assert "rpm's python27 2.7.18-1.x86_64" in stock_rpm.verify()[1]
    assert "/%s/ssl.py" % LIBRARY in rpms.try_to(*RPM, "--verify", "--nodeps", "python27").stdout
    assert regraft("ungraft-tree").returncode == 0
    assert stock_rpm.snapshot() == before


def read_dockerfile() -> list[tuple[str, str]]:
    """The instructions of the page's Dockerfile, with their words."""
    lines = roots.read_recipe("Docker", "docker").replace("\\\n", " ").splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Iterator[roots.Root]:
    """What the steps of the page's Dockerfile make of a small bullseye."""
    with roots.copied("plain", tmp_path_factory.mktemp("image") / "root") as root:
        follow_dockerfile(root, tmp_path_factory.mktemp("context") / "wheels")
        yield root


def follow_dockerfile(root: roots.Root, wheels: Path) -> None:
    """Does its steps in a system, with the wheel in a directory that is made for it."""
    wheels.mkdir()
    shutil.copy(roots.find_wheel(), wheels)
    for number, (instruction, words) in enumerate(read_dockerfile()):
        if instruction == "FROM":
            assert (number, words) == (0, "debian:%s-slim" % roots.SUITE)
        elif instruction == "COPY":
            source, target = words.split()
            shutil.copytree(wheels.parent / source, root.path / target.lstrip("/"))
        else:
            assert instruction == "RUN", instruction
            root.run("/bin/sh", "-c", words)


def test_the_image_of_the_dockerfile_is_grafted_and_has_nothing_else_of_ours(image, certificates):
    is_ours(image, certificates)
    left = [each for place in ("opt", "wheels", "usr/local") for each in (image.path / place).rglob("*") if each.is_file()]
    assert left == []
    assert image.run("apt-mark", "showhold").split() == ["libpython2.7-minimal", "libpython2.7-stdlib"]
    receipt = json.loads((image.path / LIBRARY / "regraft-originals/receipt.json").read_text())
    assert receipt["release"].startswith("Debian's libpython2.7-"), receipt["release"]


@pytest.fixture
def upgraded(image, tmp_path) -> Iterator[roots.Root]:
    """A copy of the image in which the packages of Python were installed anew."""
    root = roots.Root(tmp_path / "root")
    subprocess.run(["cp", "-a", "--reflink=auto", image.path, root.path], check=True)
    with roots.copied("builder", tmp_path / "builder") as builder:
        for each in (builder.path / "var/cache/apt/archives").glob("*.deb"):
            shutil.copy(each, root.path / "tmp")
    try:
        assert "/%s/ssl.py" % LIBRARY in root.try_to("dpkg", "--verify").stdout
        root.run("sh", "-c", "dpkg --install /tmp/*.deb")
        yield root
    finally:
        shutil.rmtree(root.path)


def test_an_upgrade_puts_the_stock_modules_back_and_the_page_says_how_to_graft_them(upgraded, certificates):
    status, said = upgraded.verify()
    assert status == 1 and re.search(r"changed +ssl\.py\n", said), said
    assert not upgraded.look(certificates, "-S", "-E")["ssl"]
    roots.unpack_wheel(upgraded.path / "opt/regraft")
    upgraded.run("sh", "-euc", roots.read_recipe("Docker", "sh"))
    shutil.rmtree(upgraded.path / "opt/regraft")
    is_ours(upgraded, certificates)
