#!/usr/bin/env bash
# Gradescope: runs once, when the image of the autograder is built.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends python3 python3-venv
python3 -m venv /autograder/venv
/autograder/venv/bin/pip install backroad
