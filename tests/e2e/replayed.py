"""WEFT_TRACE and weft-replay, where more than batches and frames is called: windows, sound devices,
and semaphores between two back ends. What was recorded is made again without the host, crashes
included; what cannot be is said."""

import json
import os
import pathlib
import re
import shutil
import signal

import jack
import xvfb
from weft_e2e import ROOT, WEFT, backends, check, program, run, skip

BUILT = pathlib.Path(os.environ.get("WEFT_BUILD", pathlib.Path(WEFT).resolve().parent.parent))
FIXTURES = BUILT / "tests" / "plugins"
REPLAY = pathlib.Path(WEFT).parent / "weft-replay"
CRASHED = -signal.SIGSEGV


def fixture(name, **manifest):
    library = FIXTURES / f"{name}.so"
    if not library.exists():
        skip(f"{library} was not built")
    pathlib.Path(name).mkdir()
    shutil.copy(library, name)
    pathlib.Path(name, f"{name}.json").write_text(json.dumps(
        {"name": name, "version": "1.0", "summary": "a fixture", "abi_min": 1, "abi_target": 1,
         "contexts": [], **manifest}), encoding="utf-8")


def made(said, plugin, without=()):
    """Of a replay that did all again, but for what is named."""
    told = re.search(rf"^(\d+) calls of '{plugin}', 0 differences$", said, re.MULTILINE)
    check(told and int(told[1]) > 0, f"all is as it was: {said}")
    check("left out" not in said or "left out" in without, f"nothing is left out: {said}")


def list_of(trace, table):
    """Calls of a table, without those that the plugin makes."""
    return [line for line in run(REPLAY, trace, "--list").splitlines() if f", {table}." in line]


def crashes(trace, plugin, function, *words, **environment):
    """The trace ends in a call, and its replay in the same."""
    open_calls = [line for line in list_of(trace, function.split(".")[0])
                  if "never returned" in line and f"of '{plugin}'" in line]
    check(len(open_calls) == 1 and function in open_calls[0], f"it ends in {function}: {open_calls}")
    said = run(REPLAY, trace, "--plugin", plugin, *words, expect=CRASHED, **environment)
    check(f"the plugin crashed in {open_calls[0].split(', thread')[0]}" in said,
          f"the same call: {said}")


def windows():
    program("still.weft", "me<width> = 64 me<height> = 48 me<fps> = 30\n"
            "display(r: me@frame / 20, g: me@y, b: 0)")
    show = (WEFT, "run", "still.weft", "--duration", "1", "--audio-device", "none", "--visual",
            "cpu")
    fixture("crashes", extensions=["weft.window/1", "weft.audio/1"])
    own = (*show, "--plugin-dir", "crashes")
    run(*own, WEFT_TRACE="window.trace")
    made(run(REPLAY, "window.trace", "--plugin", "crashes"), "crashes")
    presents = [line for line in list_of("window.trace", "weft_window_api") if "present" in line]
    check(len(presents) > 5, f"pictures are presented: {presents}")
    # By the number of the call, and by what is in the picture.
    for crash in ("present=4", "red=51"):
        run(*own, WEFT_TRACE="crash.trace", WEFT_TEST_CRASHES=crash, expect=CRASHED)
        crashes("crash.trace", "crashes", "weft_window_api.present", WEFT_TEST_CRASHES=crash)
    if not backends("vulkan", optional=True):
        return
    with xvfb.Screen(640, 480):
        run(*show, WEFT_TRACE="vulkan.trace", WEFT_CHECK="1")
        made(run(REPLAY, "vulkan.trace", "--plugin", "vulkan"), "vulkan")
        check(list_of("vulkan.trace", "weft_window_api"), "it opened a window")
    said = run(REPLAY, "vulkan.trace", "--plugin", "vulkan", expect=1)
    check("weft_window_api.open of 'vulkan': status 3, it was 0" in said
          and "its window was not opened" in said, f"without a screen: {said}")


def sound_devices():
    program("tone.weft", "loud<v> = sin(me@time * 2764)\nplay(loud@v * 0.1)")
    show = (WEFT, "run", "tone.weft", "--headless", "--duration", "1")
    own = (*show, "--plugin-dir", "crashes")
    run(*own, WEFT_TRACE="sound.trace")
    said = run(REPLAY, "sound.trace", "--plugin", "crashes")
    made(said, "crashes")
    check("a sound device" not in said, f"as many blocks as there had been: {said}")
    # On a thread of its own, of which no call tells.
    run(*own, WEFT_TRACE="crash.trace", WEFT_TEST_CRASHES="block=40", expect=CRASHED)
    said = run(REPLAY, "crash.trace", "--plugin", "crashes", WEFT_TEST_CRASHES="block=40",
               expect=CRASHED)
    check("the plugin crashed on another thread" in said, said)
    with jack.Server() as server:
        run(*show, WEFT_TRACE="jack.trace", WEFT_CHECK="1")
        made(run(REPLAY, "jack.trace", "--plugin", "audio"), "audio")
        check(len(list_of("jack.trace", "weft_audio_api")) >= 3, "it opened a device")


def semaphores():
    for name in ("offers", "offers_too"):
        fixture(name, contexts=["visual", "compute"])
    program("two.weft", """
me<width> = 40 me<height> = 30
trail<v> = cache(sin(me@x * 5) * cos(me@y * 3) * 0.5 + 0.5 + me@frame * 0.01, 3)
seen<v> = trail@v[trail@k ~ 1, me@x ~ me@x * 0.9] * 0.5 + trail@v[trail@k ~ 0] * 0.5
display(seen, me@x, me@y)
""")
    words = {"WEFT_OFFERS": "fd out:host device=1 semaphores", "WEFT_OFFERS_TOO": "fd device=1 takes"}
    show = (WEFT, "render", "two.weft", "-o", "two-%d.png", "--frames", "0:4", "--plugin-dir",
            "offers", "--plugin-dir", "offers_too", "--visual", "offers_too", "--owner", "trail=offers",
            "--no-cache")
    run(*show, WEFT_TRACE="two.trace", **words)
    calls = list_of("two.trace", "weft_semaphore_api")
    for function in ("create", "import", "trial_write", "trial_read", "submit", "release"):
        check(any(f"_api.{function} " in call for call in calls), f"{function} is called: {calls}")
    # Together nothing is missing; alone each lacks the other's end.
    for plugin, other in (("offers", "offers_too"), ("offers_too", "offers")):
        said = run(REPLAY, "two.trace", "--plugin", plugin, "--with", other, **words)
        made(said, plugin)
        made(said, other)
        # What one makes works without the other; what it takes is not there.
        alone = run(REPLAY, "two.trace", "--plugin", plugin, expect=plugin != "offers", **words)
        lacks = ("made without a semaphore: " if plugin == "offers"
                 else "import of 'offers_too': left out, as ")
        check(f"{lacks}its semaphore is shared with '{other}', which is not replayed: --with {other}"
              in alone, f"what is missing is said: {alone}")
    for plugin, other, variable in (("offers", "offers_too", "WEFT_OFFERS"),
                                    ("offers_too", "offers", "WEFT_OFFERS_TOO")):
        broken = {**words, variable: words[variable] + " crashes=2"}
        run(*show, WEFT_TRACE="crash.trace", expect=CRASHED, **broken)
        crashes("crash.trace", plugin, "weft_semaphore_api.submit", "--with", other, **broken)
    said = run(REPLAY, "two.trace", "--plugin", "offers", "--with", "offers", expect=2, **words)
    check("'offers' is replayed already" in said, said)
    said = run(REPLAY, "two.trace", "--plugin", "offers", "--with", "nobody", expect=2, **words)
    check("the trace has no plugin 'nobody'" in said, said)


if not REPLAY.exists():
    skip(f"{REPLAY} was not built")
windows()
sound_devices()
semaphores()
