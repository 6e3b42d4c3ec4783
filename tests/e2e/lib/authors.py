"""What the cases of authors share: Weft installed in a prefix of the case's own, and commands as
somebody gives them who has nothing else."""

import json
import os
import pathlib
import subprocess
import sys

from package import build_tree, run

PREFIX = pathlib.Path("prefix").resolve()
WEFT = PREFIX / "bin/weft"


def install():
    run("cmake", "--install", build_tree(), "--prefix", PREFIX)
    os.environ.update({
        "PATH": f"{PREFIX}/bin:{os.environ['PATH']}", "PKG_CONFIG_PATH": f"{PREFIX}/lib/pkgconfig",
        "WEFT": str(WEFT), "WEFT_PREFIX": str(PREFIX), "CMAKE_GENERATOR": "Ninja",
        # Warnings of what we give away are errors here.
        "CFLAGS": "-Werror", "CXXFLAGS": "-Werror"})
    os.environ.pop("WEFT_PLUGIN_PATH", None)


def run_in(directory, *command, expect=0, **variables):
    """What a command prints, both ways; a surprising exit code ends the case."""
    done = subprocess.run(list(map(str, command)), cwd=directory, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=240,
                          stdin=subprocess.DEVNULL, check=False, env={**os.environ, **variables})
    if done.returncode != expect:
        sys.exit(f"exit {done.returncode}, expected {expect}: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def state_of(name, directory):
    """What `weft plugins` says of one of them."""
    listed = json.loads(run(WEFT, "plugins", "--json", "--plugin-dir", directory))["plugins"]
    return next(one["state"] for one in listed if one["name"] == name)
