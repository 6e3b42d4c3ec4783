"""Compiled code on disk: whatever happened to it, and wherever it cannot be kept, a program computes
the same picture; a warm start compiles nothing and several programs share one directory."""

import os
import pathlib
import random
import shutil
import subprocess

from weft_e2e import ROOT, WEFT, backends, check

PROGRAM = pathlib.Path(ROOT, "examples", "02-plasma.weft")
makers = [name for name in backends() if name != "reference"]


def start(name, directory):
    return subprocess.Popen([WEFT, "render", PROGRAM, "-o", "-", "--size", "33x17", "--frames", "0:2",
                             "--on", name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env={**os.environ, "WEFT_CACHE_DIR": directory})


def picture(running, what):
    out, said = running.communicate(timeout=120)
    check(running.returncode == 0 and not said, f"{what}: exit {running.returncode}\n{said.decode()}")
    return out


def kept(directory):
    return sorted(path for path in pathlib.Path(directory).rglob("*") if path.is_file())


dice = random.Random(5)
DAMAGES = {
    "cut": lambda data: data[:20],
    "emptied": lambda data: b"",
    "lengthened": lambda data: data + b"more",
    "changed": lambda data: data[:-40] + bytes(b ^ 0x5A for b in data[-40:]),
    "replaced": lambda data: dice.randbytes(len(data)),
}
due = {name: picture(start(name, "cache"), name) for name in makers}
files = kept("cache")
check(len(files) >= len(makers), f"each back end keeps its code: {files}")
check(all(len(path.suffix) > 1 and path.suffix[1:].isalpha() for path in files),
      f"nothing half written stays: {files}")
whole = {path: path.read_bytes() for path in files}
for what, damage in DAMAGES.items():
    for path in files:
        path.write_bytes(damage(whole[path]))
    for name in makers:
        check(picture(start(name, "cache"), f"{name}, {what}") == due[name], f"{name}: {what} code")
    check(all(path.read_bytes() != damage(whole[path]) or what == "replaced" for path in files),
          f"{what} code is compiled again")

# One program's code under another's name: the header tells.
for name in makers:
    mine = [path for path in files if name in path.parts]
    if len(mine) > 1:
        shutil.copy(mine[0], mine[1])
        check(picture(start(name, "cache"), name) == due[name], f"{name}: code of another kernel")

# Where nothing can be kept.
pathlib.Path("file").write_text("no directory")
for directory in ("file", "file/below", "/proc/weft", "/dev/full"):
    for name in makers:
        check(picture(start(name, directory), f"{name}, {directory}") == due[name],
              f"{name} without a cache: {directory}")

# All at once, with nothing there yet.
running = [(name, start(name, "shared")) for name in makers for _ in range(3)]
for name, one in running:
    check(picture(one, f"{name} beside others") == due[name], f"{name} beside others")
check([path.name for path in kept("shared")] == [path.name for path in files],
      "several programs leave what one leaves")
