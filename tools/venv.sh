#!/bin/sh
# Makes the folder VENV with the kit and the test tools in it, and renews it when pyproject.toml has
# changed or another interpreter was asked for:   VENV=.venv PYTHON= tools/venv.sh demo|test
set -eu

cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
kind=$1

enough='import sys; sys.exit(sys.version_info < (3, 11))'
# Debian's python3 has venv but no ensurepip until python3-venv is there.
complete='import ensurepip, venv'
version_of='import sys; print(sys.version)'

stop() {
    printf '%s\n' "$@" >&2
    exit 2
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        "$PYTHON" -c "$enough" 2>/dev/null || stop \
            "PYTHON=$PYTHON is no Python 3.11 or newer; name another one, or leave PYTHON out"
        printf '%s\n' "$PYTHON"
        return
    fi
    found=
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        "$candidate" -c "$enough" 2>/dev/null || continue
        found=$candidate
        if "$candidate" -c "$complete" 2>/dev/null; then
            break
        fi
    done
    [ -n "$found" ] || stop \
        "backroad needs Python 3.11 or newer; here is $(python3 --version 2>&1 || echo 'no python3')" \
        "  Debian, Ubuntu  sudo apt-get install python3.11 python3.11-venv" \
        "  Fedora          sudo dnf install python3.12" \
        "  macOS           brew install python@3.12" \
        "  others          https://www.python.org/downloads" \
        "then the same command again; PYTHON=/path/to/python3.12 chooses one that is not on the PATH"
    printf '%s\n' "$found"
}

make_venv() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$1" -c "$complete" 2>/dev/null || stop \
        "$1 is Python $version without the parts that make virtual environments (venv, ensurepip)" \
        "  Debian, Ubuntu  sudo apt-get install python$version-venv" \
        "  others          install the whole Python $version, or name another one with PYTHON=…" \
        "then the same command again"
    echo "making $venv with Python $version"
    "$1" -m venv --clear "$venv"
}

usable() {
    # A half-made environment, or one whose Python was upgraded away, has no working pip.
    "$venv/bin/python" -c 'import pip' 2>/dev/null || return 1
    [ -z "${PYTHON:-}" ] || [ "$("$venv/bin/python" -c "$version_of")" = "$("$PYTHON" -c "$version_of")" ]
}

is_fresh() {
    stamp=$venv/.$1-installed
    # A checkout that was moved or copied still points to its old place.
    [ -e "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ] && [ "$(cat "$stamp")" = "$(pwd)" ]
}

if ! usable; then
    python=$(find_python)
    make_venv "$python"
fi
if ! is_fresh "$kind"; then
    extras=
    [ "$kind" = demo ] || extras="[$kind]"
    echo "installing backroad$extras into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".$extras"
    # As pip does where it copies: the processes that run the checks write no bytecode.
    "$venv/bin/python" -m compileall -q checker
    pwd > "$venv/.$kind-installed"
fi
