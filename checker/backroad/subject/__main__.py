"""Start of the subject's process: `python -P …/subject CHANNEL [STACKS [LEASH SPACE MIB FILES FOLDER…]]`.

It serves the referee; with a leash, a keeper stays beside it, and sees to it that not more than so many MiB
and files come into the folders. With `--forks FD SPARE SPACE HELPERS MODULE…` it gets ready and then forks
subjects instead, see `forkserver`; without `-P` for services, whose programs are started without it.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main(*words: str) -> None:
    """Be the subject, or what forks subjects."""
    if not sys.flags.safe_path:
        del sys.path[0]  # this file's folder
    # Appended, not put first: an installed kit is found as usual, an unpacked one works as well,
    # and nothing beside the kit can hide a module of the standard library.
    sys.path.append(ROOT)
    if words[0] == "--forks":
        from backroad.subject import forkserver

        sys.path.remove(ROOT)
        forkserver.main(*words[1:])
        return
    inside = False
    if len(words) > 2:
        from backroad.subject import keeper  # before the libraries: little is loaded that is copied

        *own, leash, space, mebibytes, files = map(int, words[:6])
        inside = keeper.stay(space, [mebibytes, files, *words[6:]], [leash], own)
    from backroad.subject import agent

    sys.path.remove(ROOT)
    agent.main(*words[:2], inside=inside)


if __name__ == "__main__":
    main(*sys.argv[1:])
