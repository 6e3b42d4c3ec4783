"""`weft new-plugin` in C and C++, against an installed prefix: what it makes passes its own CI, builds by
pkg-config too, and computes what the reference does; what cannot be made is said, and nothing is touched."""

import os
import pathlib
import shutil

import authors
from authors import PREFIX, WEFT, run_in, state_of
from weft_e2e import check

authors.install()

# Names that are words of a language or of a build tool are as good as others.
for language, name in (("c", "test"), ("c++", "double")):
    said = run_in(".", WEFT, "new-plugin", name, "--lang", language)
    check(f"cd {name}" in said, f"it says how to go on: {said}")
    said = run_in(name, "scripts/ci")
    check(said.endswith(f"{name}: as the reference has it\n"), said)
    shutil.rmtree(f"{name}/build")
    run_in(name, "make")
    check(state_of(name, f"{name}/build") == "ready", f"{name}, made by pkg-config")
    run_in(name, "make", "install")
    check(pathlib.Path(PREFIX, f"lib/weft/{name}.so").exists(), f"{name} is installed beside ours")
    left = [path for path in pathlib.Path(name).rglob("*")
            if path.is_file() and "build" not in path.parts and "TEMPLATE_" in path.read_text()]
    check(not left, f"what was to be replaced still stands in {left}")

# A plugin that is wrong does not pass.
source = pathlib.Path("test/src/operators.c")
source.write_text(source.read_text().replace("sin(a[0])", "cos(a[0])"))
said = run_in("test", "scripts/ci", expect=1)
check("semantics" in said or "differ" in said, f"a sine that is none is found: {said}")

# --- What cannot be made --------------------------------------------------------------------------
def refused(code, text, *args):
    said = run_in(".", WEFT, "new-plugin", *args, expect=code)
    check(text in said, f"new-plugin {' '.join(args)}: {said}")


def tree(directory):
    return {path: path.read_bytes() for path in pathlib.Path(directory).rglob("*") if path.is_file()}


before = tree("double")
refused(1, "not empty", "double")
check(tree("double") == before, "nothing is overwritten")
refused(2, "did you mean 'my_plugin'?", "My-Plugin")
refused(2, "no plugin can be called ''", "")
refused(2, "no plugin can be called '../up'", "../up")
refused(2, "lib", "libtape")
refused(2, "reference", "reference")
refused(2, "c,c++,rust", "tape", "--lang", "fortran")
refused(2, "NAME")
pathlib.Path("file").write_text("")
refused(1, "no directory", "tape", "--dir", "file")
refused(1, "No such file or directory", "tape", "--dir", "/proc/self/tape")
if os.geteuid() != 0:
    pathlib.Path("locked").mkdir(mode=0o500)
    refused(1, "Permission denied", "tape", "--dir", "locked/tape")
check(not pathlib.Path("tape").exists(), "nothing is left")
check(not [path for path in pathlib.Path(".").iterdir() if ".new-" in path.name], "nothing is left")

# An empty directory is as good as none, also the one that somebody is in.
pathlib.Path("here").mkdir()
run_in("here", WEFT, "new-plugin", "tape", "--dir", ".")
check(pathlib.Path("here/tape.json").exists() and os.access("here/tests/run", os.X_OK), "made here")
