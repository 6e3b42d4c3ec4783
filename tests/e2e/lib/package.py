"""What the cases about installing share."""

import pathlib
import subprocess
import sys

from weft_e2e import WEFT, skip


def run(*command):
    """What a command prints to standard output; anything but success ends the case."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"exit {done.returncode}: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build_tree():
    """The tree that the program under test was built in; it is installed as it stands."""
    tree = pathlib.Path(WEFT).resolve().parent.parent
    cache = tree / "CMakeCache.txt"
    if not cache.exists():
        skip(f"{WEFT} was not built here")
    for line in cache.read_text(encoding="utf-8").splitlines():
        if line.startswith("WEFT_SANITIZE:") and line.split("=", 1)[1]:
            skip("a build with sanitizers is not installed")
    return tree
