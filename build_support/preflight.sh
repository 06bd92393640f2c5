#!/bin/sh
# Looks for what `make` needs before anything long starts. Prints the Python 3.11+ to use, or on
# standard error everything that is missing, each with the names of its packages.

problems=0
problem() {
    problems=$((problems + 1))
    printf 'regraft: %s\n' "$1" >&2
}

usable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

python= bare=
for each in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3.15 python3 python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-5]*/bin/python}; do
    usable "$each" || continue
    if "$each" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        python=$each
        break
    fi
    bare=$each
done
if [ -n "$python" ]; then
    :
elif [ -n "$bare" ]; then
    problem "$bare has no module venv. Install the package python3-venv (Debian, Ubuntu)."
elif [ -n "${PYTHON:-}" ]; then
    problem "PYTHON=$PYTHON is not a Python 3.11 or newer."
else
    problem "the tools need Python 3.11 or newer, and none was found; $(
        python3 --version 2>/dev/null || echo 'no python3 either'
    ). Install python3 and python3-venv (Debian 12 up, Ubuntu 24.04 up), python3.11 (Fedora, RHEL, Homebrew), or with pyenv: pyenv install 3.13. PYTHON=<path> names one elsewhere."
fi

compiler=
for each in ${CC:-cc gcc clang}; do
    if command -v "$each" >/dev/null 2>&1; then
        compiler=$each
        break
    fi
done
if [ -z "$compiler" ]; then
    problem "no C compiler${CC:+ (CC=$CC)}. Install build-essential (Debian, Ubuntu), gcc (Fedora, RHEL), build-base (Alpine) or the Xcode command line tools."
else
    if [ -n "${REGRAFT_OPENSSL:-}" ]; then
        flags=-I$REGRAFT_OPENSSL/include
    else
        flags=$("${PKG_CONFIG:-pkg-config}" --cflags openssl 2>/dev/null)
    fi
    # Flags are several words. A prefix must have the headers itself: without them the compiler
    # would take the system's.
    # shellcheck disable=SC2086
    if ! echo '#include <stdio.h>' | "$compiler" $flags -E - >/dev/null 2>&1; then
        problem "the C compiler $compiler finds no <stdio.h>. Install build-essential (Debian, Ubuntu) or glibc-devel (Fedora, RHEL)."
    elif [ -n "${REGRAFT_OPENSSL:-}" ] && ! [ -f "$REGRAFT_OPENSSL/include/openssl/ssl.h" ] ||
            ! echo '#include <openssl/ssl.h>' | "$compiler" $flags -E - >/dev/null 2>&1; then
        problem "no headers of OpenSSL${REGRAFT_OPENSSL:+ in REGRAFT_OPENSSL=$REGRAFT_OPENSSL}. Install libssl-dev (Debian, Ubuntu), openssl-devel (Fedora, RHEL), openssl-dev (Alpine) or openssl@3 (Homebrew); or set REGRAFT_OPENSSL to the prefix of an OpenSSL 1.1.1 or newer."
    fi
fi

[ "$problems" -eq 0 ] || exit 1
printf '%s\n' "$python"
