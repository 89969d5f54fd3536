#!/bin/sh
# The main job for real, in the order a learner meets it: scaffold, a red check, a green one, compare.
# The workspace stays in ./practice to go on with; the solved copy is thrown away.
set -eu

cd "$(dirname "$0")/.."
solutions=$(pwd)/solutions/3-frameworks/hello-service
PATH=$(pwd)/${VENV:-.venv}/bin:$PATH
export PATH

say() {
    printf '\n── %s\n\n' "$*"
}

# Shows a command and runs it; stops when it does not end with the code expected of it.
expect() {
    wanted=$1
    shift
    printf '$ %s\n' "$*"
    code=0
    "$@" || code=$?
    if [ "$code" -ne "$wanted" ]; then
        printf '\nthe demo expected exit code %s from this command, and got %s\n' "$wanted" "$code" >&2
        exit 1
    fi
}

place=practice
number=2
while [ -e "$place" ]; do
    place=practice-$number
    number=$((number + 1))
done
if [ "$place" != practice ]; then
    say "practice is there from before and stays as it is; this time the workspace is $place"
fi

say "1 of 4 · an exercise in front of you"
expect 0 backroad scaffold hello-service "$place"

say "2 of 4 · the untouched starter is red, and says what to do first"
expect 1 backroad check "$place"

say "3 of 4 · the reference laid over a copy of the workspace is green"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
# The copy's progress is nobody's: it goes into a journal of its own.
BACKROAD_HOME=$scratch/journal
export BACKROAD_HOME
cp -R "$place" "$scratch/solved"
cp -R "$solutions/reference/." "$scratch/solved/"
cd "$scratch"
expect 0 backroad check solved

say "4 of 4 · it beside another right design, after all designs were run; this takes a while"
expect 0 backroad compare solved --with flask-plain

say "the workspace is yours: edit $place/app.py, then  .venv/bin/backroad check $place"
