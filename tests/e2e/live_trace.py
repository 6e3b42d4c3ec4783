"""`--trace`: a file that Perfetto opens, with what every thread did and when; whole whatever ends
the show, within its size, and nothing that the audio thread would wait for."""

import collections
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import jack
import osc
from shows import to_its_end
from weft_e2e import ROOT, WEFT, check, program, weft

SMALL = ("--size", "64x64")

WATCH = pathlib.Path(WEFT).resolve().parent.parent / "tests" / "preload" / "audio_watch.so"
# Pictures and sound, and numbers that come from outside.
SHOW = """
fader = osc_in("/fader", 0.5)
spindle wave(a) :: <v> { out v = fract(a + EDIT * me@time) }
wave(me@x)::wide<v>
cache(wide, 8)::picture<v>
play(0.2 * fader * sin(2765 * me@time) + 0.1 * picture@v[me@x ~ 0.25])
display(picture@v)
"""


class Trace:
    """What a file says, held against what every trace says."""

    def __init__(self, path):
        self.all = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["traceEvents"]
        check(all({"ph", "name", "pid"} <= event.keys() for event in self.all),
              f"{path}: events are whole")
        self.threads = {event["tid"]: event["args"]["name"] for event in self.all
                        if event["name"] == "thread_name"}
        self.spans = sorted((event for event in self.all if event["ph"] == "X"),
                            key=lambda event: (event["ts"], -event["dur"]))
        self.instants = [event for event in self.all if event["ph"] == "i"]
        check(all(event["tid"] in self.threads for event in self.spans + self.instants),
              f"{path}: threads have names")

    def of(self, kind, thread=None):
        return [event for event in self.spans if event["cat"] == kind
                and thread in (None, self.threads[event["tid"]])]

    def happened(self, name):
        return [event for event in self.instants if event["name"] == name]

    def counters(self):
        return {event["name"] for event in self.all if event["ph"] == "C"}

    def check_nested(self):
        """On one thread a thing ends before what it is a part of; times are whole nanoseconds."""
        inside = collections.defaultdict(list)
        for span in self.spans:
            begin, end = round(span["ts"] * 1000), round((span["ts"] + span["dur"]) * 1000)
            around = inside[span["tid"]]
            while around and around[-1] <= begin:
                around.pop()
            check(not around or end <= around[-1], f"{span} ends within what it is a part of")
            around.append(end)

    def within(self, part, whole):
        return (part["tid"] == whole["tid"] and whole["ts"] <= part["ts"]
                and part["ts"] + part["dur"] <= whole["ts"] + whole["dur"] + 1e-3)


def so_far(path):
    """What is there while more is written. Whoever reads while the end moves reads no whole."""
    while True:
        with contextlib.suppress(json.JSONDecodeError, FileNotFoundError):
            return Trace(path)
        time.sleep(0.02)


def what_cannot_be_made_is_said():
    program("still.weft", "display(me@x)")
    for words, text in ((("--trace", "/nowhere/a.json"), "No such file"),
                        (("--trace", "/dev/null"), "not a file"),
                        (("--trace", "a.json", "--trace-size", "10K"), "1M at least")):
        for command in (("run", "--headless"), ("render", "-o", "still.png")):
            done = weft(*command, "still.weft", *words, expect=1)
            said = done.stderr.decode()
            check(text in said and len(said.splitlines()) == 1, f"{words}: {said}")
    check(not pathlib.Path("still.png").exists(), "nothing was rendered")


def a_render_is_traced():
    program("film.weft", "cache(fract(me@x + me@time), 4)::c<v> display(c@v)")
    weft("render", "film.weft", "-o", "film.apng", "--frames", "0:40", "--size", "64x64",
         "--trace", "render.json")
    trace = Trace("render.json")
    trace.check_nested()
    frames = trace.of("frame")
    check([frame["args"]["frame"] for frame in frames] == list(range(40)), "forty frames")
    steps = trace.of("step")
    check(all(any(trace.within(step, frame) for step in steps) for frame in frames),
          "a frame has steps")
    check(any("display" in step["name"] for step in steps), "steps say what they compute")
    check({event["args"]["frame"] for event in trace.of("file")} == set(range(40)),
          "frames are written")
    names = {event["name"] for event in trace.of("compile")}
    check({"parse", "analyze", "plan", "lower", "fold", "build"} <= names, f"passes: {names}")
    check(any(name.endswith("compiles") for name in names), "back ends compile")


def the_newest_is_kept():
    """However much happens, the file has its size, and its end is the show's."""
    program("small.weft", "display(me@x)")
    done = weft("render", "small.weft", "-o", "small.rgba.apng", "--frames", "0:6000",
                "--size", "8x8", "--trace", "small.json", "--trace-size", "1M")
    check(b"--trace-size" in done.stderr, "it is said that something is missing")
    check(pathlib.Path("small.json").stat().st_size <= 1 << 20, "the file has its size")
    trace = Trace("small.json")
    numbers = [frame["args"]["frame"] for frame in trace.of("frame")]
    check(numbers == list(range(numbers[0], 6000)) and len(numbers) > 500,
          f"the last {len(numbers)} frames, from {numbers[0]} to {numbers[-1]}")


def a_show_is_traced():
    """... edited meanwhile, with messages that come in, up to Ctrl-C; its file is whole always."""
    program("show.weft", SHOW.replace("EDIT", "1"))
    port = osc.free_port()
    with to_its_end(*SMALL, "show.weft", "--trace", "show.json", "--osc", str(port)) as process, \
            osc.Receiver() as sender:
        def traced(what):
            sender.send(port, osc.message("/fader", time.monotonic() % 1))
            return what(so_far("show.json"))

        jack.wait_until(lambda: traced(lambda trace: len(trace.of("frame")) > 30), "frames")
        program("next.weft", SHOW.replace("EDIT", "2"))
        os.replace("next.weft", "show.weft")
        jack.wait_until(lambda: traced(lambda trace: trace.happened("reload")), "an edit")
        program("next.weft", SHOW.replace("EDIT", "?"))
        os.replace("next.weft", "show.weft")
        jack.wait_until(lambda: "error" in pathlib.Path("run.log").read_text(), "an error")
        process.send_signal(signal.SIGINT)
    trace = Trace("show.json")
    trace.check_nested()
    frames = trace.of("frame", "frames")
    numbers = [frame["args"]["frame"] for frame in frames]
    check(numbers == sorted(set(numbers)), "frames come in their order, each once")
    check(all(any(trace.within(step, frame) for step in trace.of("step", "frames"))
              for frame in frames[:20]), "a frame has steps, each waited for by itself")
    check(trace.of("between", "frames"), "what is done between two frames is there")
    blocks = trace.of("block", "sound")
    firsts = [block["args"]["sample"] for block in blocks]
    check(len(blocks) > 50 and firsts == sorted(set(firsts)), "blocks come in their order")
    sounds = trace.of("sound", "sound")
    check(any("play" in sound["name"] for sound in sounds), "steps of sound")
    check(all(any(trace.within(sound, block) for block in blocks) for sound in sounds[:50]),
          "a step of sound is a part of a block")
    check({"load", "late frames", "queued messages"} <= trace.counters(), "numbers are there")
    check(trace.happened("osc"), "messages that came are there")
    check(len(trace.happened("edit")) >= 2 and len(trace.happened("reload")) == 1,
          "edits and what became of them are there")
    check(any(event["name"].startswith("edit refused") for event in trace.instants),
          "an edit that was refused is there")
    check(len(trace.of("compile", "compile")) > 10, "the compile thread compiles")
    check(trace.of("work"), "other threads compute")


def one_thread_is_enough():
    """... to compute pictures, also where there is sound: nobody waits for himself."""
    with to_its_end(*SMALL, "show.weft", "--duration", "1", "--threads", "1", "--trace", "one.json"):
        pass
    trace = Trace("one.json")
    check(len(trace.of("frame", "frames")) > 10 and not trace.of("work", "main-1"), "frames")
    check("left out" in pathlib.Path("run.log").read_text() and
          "not done" not in pathlib.Path("run.log").read_text(), "no step is given up")


def a_show_that_is_killed_leaves_a_whole_file():
    with to_its_end(*SMALL, "show.weft", "--audio-device", "none", "--trace", "killed.json",
                 expect=-signal.SIGKILL) as process:
        jack.wait_until(lambda: len(so_far("killed.json").of("block")) > 20, "blocks")
        process.kill()
    check(len(Trace("killed.json").of("block")) > 20, "blocks")


def the_audio_thread_never_waits():
    if not WATCH.exists():
        check(not os.environ.get("WEFT_TEST_REQUIRE"), f"{WATCH} is built")
        print(f"not watched: {WATCH} is not built")
        return
    with to_its_end(*SMALL, "show.weft", "--block", "64", "--duration", "2", "--trace", "watched.json",
                 environment={"LD_PRELOAD": str(WATCH), "WEFT_AUDIO_WATCH": "watch.json",
                              "WEFT_AUDIO_WATCH_SKIP": "50"}):
        pass
    found = json.loads(pathlib.Path("watch.json").read_text(encoding="utf-8"))
    if not found["able"]:
        print("not watched: this kernel or build cannot")
        return
    check(found["calls"] > 100, f"the audio thread is watched: {found}")
    for what in ("allocations", "locks", "system_calls", "page_faults"):
        check(found[what] == 0, f"no {what} on the audio thread: {found}")
    check(len(Trace("watched.json").of("sound", "sound")) > 100, "it was traced")


def a_flame_graph_is_drawn():
    for trace in ("show.json", "render.json"):
        subprocess.run([sys.executable, ROOT / "bench/flame.py", trace, "-o", "flame.svg"],
                       check=True)
        text = pathlib.Path("flame.svg").read_text(encoding="utf-8")
        check(text.startswith("<svg") and "frame" in text and "display" in text, f"{trace} drawn")
        check(("block" in text) == (trace == "show.json"), f"{trace}: a block where there is one")


what_cannot_be_made_is_said()
a_render_is_traced()
the_newest_is_kept()
with jack.Server(period=256):
    a_show_is_traced()
    program("show.weft", SHOW.replace("EDIT", "1"))
    the_audio_thread_never_waits()
    one_thread_is_enough()
a_show_that_is_killed_leaves_a_whole_file()
a_flame_graph_is_drawn()
