"""WEFT_CHECK: a plugin that breaks the contract is named, with the function and what was expected,
and the show goes on; our own break nothing. WEFT_TRACE: what was recorded is done again by
weft-replay, without the host, up to the crash."""

import json
import os
import pathlib
import shutil
import signal

from weft_e2e import ROOT, WEFT, backends, check, program, run, skip

FIXTURE = pathlib.Path(os.environ.get("WEFT_BUILD", ROOT / "build"), "tests/plugins/misbehaves.so")
REPLAY = pathlib.Path(WEFT).parent / "weft-replay"
OFFENCE = "breaks the contract"
# What it does, by its word: the function in which it is found out, and how.
OFFENCES = {
    "thread": ("memory_alloc", "called on a thread of its own"),
    "alloc": ("memory_alloc", "called within execute, which promises no allocation"),
    "lookup": ("lookup", "called within execute; expected within compile"),
    "generation": ("execute", "generation went from 1000 back to 999"),
    "lines": ("execute", "its message is more than one line"),
    "status": ("execute", "returned 99"),
    "leak": ("cleanup", "4096 bytes, were never freed"),
    "twice": ("memory_free", "freed: twice"),
    "pointer": ("compile", "failed and left a pointer"),
}
FAILS = {"lines": 3, "status": 3, "pointer": 1}


def install():
    if not FIXTURE.exists():
        skip(f"{FIXTURE} was not built")
    pathlib.Path("plugins").mkdir()
    shutil.copy(FIXTURE, "plugins/misbehaves.so")
    pathlib.Path("plugins/misbehaves.json").write_text(json.dumps(
        {"name": "misbehaves", "version": "1.0", "summary": "a fixture", "abi_min": 1,
         "abi_target": 1, "contexts": ["visual", "audio"]}), encoding="utf-8")


def fixture(*words, expect=0, **environment):
    return run(WEFT, "render", "small.weft", "-o", "small-%d.png", "--frames", "0:4",
               "--plugin-dir", "plugins", "--visual", "misbehaves", *words, expect=expect,
               **environment)


install()
program("small.weft", """
me<width> = 8
me<height> = 8
old<v> = cache(old@v[old@k ~ 1] + 1, 2)
display(me@x, old@v, 0)
""")

for word, (function, text) in OFFENCES.items():
    said = fixture(WEFT_CHECK="1", WEFT_TEST_MISBEHAVES=word, expect=FAILS.get(word, 0))
    told = [line for line in said.splitlines() if "[W0513]" in line]
    check(any(f"the plugin 'misbehaves' breaks the contract in {function}: " in line
              and text in line for line in told), f"{word} is found out: {said}")
    check(len(told) == len(set(told)), f"{word} is told once: {said}")
    off = fixture(WEFT_TEST_MISBEHAVES=word, expect=FAILS.get(word, 0))
    check(OFFENCE not in off, f"nobody asked: {off}")
check(OFFENCE not in fixture(WEFT_CHECK="1"), "one that behaves is not told of")

said = fixture(WEFT_CHECK="abort", WEFT_TEST_MISBEHAVES="lookup", expect=-signal.SIGABRT)
check("breaks the contract in lookup" in said, said)
check("expected 0, 1 or abort" in fixture(WEFT_CHECK="yes", expect=2), "a word that is none")

# While it runs.
said = run(WEFT, "run", "small.weft", "--headless", "--duration", "0.3", "--audio-device", "none",
           "--plugin-dir", "plugins", "--visual", "misbehaves", WEFT_CHECK="1",
           WEFT_TEST_MISBEHAVES="alloc")
check("breaks the contract in memory_alloc: called within execute" in said, said)

# Our own: pictures with caches, sound, files in and out, numbers from outside.
program("own.weft", """
me<width> = 32
me<height> = 24
knob<level> = osc_in("/level")
photo<r, g, b> = load("small-0.png")
old<v> = cache(photo@r * 0.5 + old@v[old@k ~ 1, me@x ~ me@x + 0.1] * 0.5, 2)
loud<v> = cache(sin(me@time * 2764), 2)
display(old@v, knob@level, photo@b)
play(loud@v * 0.1)
""")
for name in backends("cpu", "vulkan", "opencl", optional=True):
    said = run(WEFT, "render", "own.weft", "-o", "own.mkv", "--frames", "0:4", "--visual", name,
               WEFT_CHECK="1")
    check(OFFENCE not in said, said)
    said = run(WEFT, "run", "own.weft", "--headless", "--duration", "0.3", "--audio-device", "none",
               "--osc", "unix:" + os.path.abspath("osc"), "--visual", name, WEFT_CHECK="1")
    check(OFFENCE not in said, said)

# Traces.
if not REPLAY.exists():
    skip(f"{REPLAY} was not built")
fixture(WEFT_TRACE="crash.trace", WEFT_TEST_MISBEHAVES="crash=3", expect=-signal.SIGSEGV)
calls = run(REPLAY, "crash.trace", "--list").splitlines()
crashed = [line for line in calls if "of 'misbehaves'" in line and "never returned" in line]
check(len(crashed) == 1 and "execute" in crashed[0], f"the trace ends in a call: {calls}")
call = crashed[0].split(", thread")[0]
# Its writer's threads may have been at work too.
said = run(REPLAY, "crash.trace", "--plugin", "misbehaves", WEFT_TEST_MISBEHAVES="crash=3",
           expect=-signal.SIGSEGV)
check(f"the plugin crashed in {call}" in said, f"the same call, {call}: {said}")
said = run(REPLAY, "crash.trace", "plugins/misbehaves.so", "--plugin", "misbehaves", expect=1)
check("the trace ends within it" in said, f"a plugin that was mended: {said}")

for name in backends("cpu", "vulkan", "opencl", optional=True):
    run(WEFT, "render", "own.weft", "-o", "own.mkv", "--frames", "0:4", "--visual", name,
        WEFT_TRACE="own.trace")
    for plugin in (name, "media"):
        said = run(REPLAY, "own.trace", "--plugin", plugin, TMPDIR=os.getcwd())
        check(", 0 differences" in said, f"the same results: {said}")

whole = pathlib.Path("own.trace").read_bytes()
for bad, reason in ((whole[:-3], "it ends within record"), (b"RIFF" + whole[4:], "not a trace"),
                    (whole[:60] + b"\xff" * 40 + whole[100:], "cannot be replayed")):
    pathlib.Path("bad.trace").write_bytes(bad)
    said = run(REPLAY, "bad.trace", expect=2)
    check(reason in said, f"{reason}: {said}")
