"""The first file that runs: it is `__main__.py` of the bundle. Makes sure that this is a Python for it, and undamaged."""
from __future__ import absolute_import, division, print_function

import sys

PACKAGE = "regraft_installer"


def find_archive():
    """Return the path of the file that this is in, whatever its name is by now."""
    return getattr(globals().get("__loader__"), "archive", None) or sys.path[0]


def find_damage(path):
    """Return the name of a member, other than a wheel, whose checksum is wrong, or None. Wheels have a better one."""
    import zipfile
    archive = zipfile.ZipFile(path)
    try:
        for name in archive.namelist():
            if not name.endswith(".whl"):
                try:
                    archive.read(name)
                except zipfile.BadZipfile:
                    return name
    finally:
        archive.close()
    return None


def main():
    """Hand over to the installer; return the exit status."""
    version = tuple(sys.version_info[:2])
    if version < (2, 7) or (3, 0) <= version < (3, 6):
        sys.stderr.write("regraft serves CPython 2.7 and 3.6 to 3.15; this is %s (%s)\n"
                         % (sys.version.split()[0], sys.executable))
        return 1
    path = find_archive()
    try:
        damaged = find_damage(path)
        if damaged:
            sys.stderr.write("%s is damaged (%s in it has a wrong checksum): fetch it again; nothing was changed\n"
                             % (path, damaged))
            return 1
        command = __import__(PACKAGE + ".command", fromlist=["main"])
    except ImportError as error:
        sys.stderr.write("this Python (%s) lacks a part of its standard library, and nothing was changed: %s\n"
                         % (sys.executable, error))
        return 1
    return command.main(path, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
