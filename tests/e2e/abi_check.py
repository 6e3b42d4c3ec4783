"""scripts/check-abi sees every kind of break, by trying each on a copy of the headers; growth it takes
over when it is told to."""

import pathlib
import shutil
import subprocess

from weft_e2e import ROOT, check, skip

for tool in ("abidw", "abidiff"):
    if not shutil.which(tool):
        skip(f"{tool} is not installed")

HEADERS = pathlib.Path("sdk/include/weft")
SCRIPTS = pathlib.Path("scripts")
SCRIPTS.mkdir()
for script in ("check-abi", "abi-growth"):
    shutil.copy(ROOT / SCRIPTS / script, SCRIPTS)
shutil.copytree(ROOT / "sdk/abi", "sdk/abi")
shutil.copytree(ROOT / "sdk/include", "sdk/include")


def check_abi(*args):
    done = subprocess.run([SCRIPTS / "check-abi", *args], capture_output=True, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def after(header, before, now, *args):
    """What the check says when `before` was replaced in a header."""
    path = HEADERS / header
    text = path.read_text(encoding="utf-8")
    check(text.count(before) == 1, f"{header} has one {before!r}")
    path.write_text(text.replace(before, now), encoding="utf-8")
    code, said = check_abi(*args)
    path.write_text(text, encoding="utf-8")
    return code, said


code, said = check_abi()
check(code == 0, f"the contract as it is: {said}")

# A break is not taken over either: --rebase says the same.
for header, before, now, reason in (
        ("batch.h", "const double* settings;", "const double* more; const double* settings;",
         "weft_batch.homes was"),
        ("batch.h", "} weft_store;", "uint64_t grown; } weft_store;", "weft_store must not grow"),
        ("grid.h", "} weft_axis;", "uint64_t grown; } weft_axis;", "weft_axis must not grow"),
        ("frame.h", "int64_t left_out;", "double left_out;", "weft_frame.left_out was"),
        ("host.h", "memory_free)(void* context, weft_memory* memory)", "memory_free)(void* context)",
         "weft_host.memory_free was"),
        ("backend.h", "weft_str summary;", "weft_str blurb;", "weft_backend_info.summary is called"),
        ("abi.h", "#define WEFT_TIMEOUT 5", "#define WEFT_TIMEOUT 9", "WEFT_TIMEOUT was 5"),
        ("ops.def", "WEFT_OP(34, MUL", "WEFT_OP(134, MUL", "ops.def: 34, MUL"),
        ("window.h", "(*read)(", "(*look)(", "weft_window_api.read is called")):
    code, said = after(header, before, now, "--rebase")
    check(code == 1 and reason in said, f"{header}: {now}: exit {code}\n{said}")

GROWN = ("frame.h", "} weft_frame;", "uint64_t grown; } weft_frame;")
code, said = after(*GROWN)
check(code == 1 and "grew" in said, f"growth is to be taken over: exit {code}\n{said}")
code, said = after(*GROWN, "--rebase")
check(code == 0, f"growth is taken over: {said}")
