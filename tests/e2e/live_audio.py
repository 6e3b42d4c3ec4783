"""What is heard of a running program is what is rendered of it, sample by sample, but for a delay;
and so is what comes back into `mic`. Nothing on the audio thread makes it wait. A sound server that
dies and comes back, or comes late, is told of, and the sound goes on where it is then."""

import array
import json
import os
import pathlib
import time

import jack
import osc
from shows import to_its_end, told
from weft_e2e import ROOT, WEFT, check, program, read_wav, weft

RATE = 48000
WATCH = pathlib.Path(WEFT).resolve().parent.parent / "tests" / "preload" / "audio_watch.so"


def samples_of(raw):
    samples = array.array("f")
    samples.frombytes(bytes(raw))
    return samples


def rendered(file, seconds, channels, *words):
    weft("render", file, "-o", "offline.wav", "--duration", str(seconds), *words)
    rate, count, samples = read_wav("offline.wav")
    check((rate, count) == (RATE, channels), f"{file} renders {channels} channels at {RATE}")
    return [array.array("f", samples[c::channels]) for c in range(channels)]


def compare(name, heard, expected, least):
    """All that `heard` holds, from where all channels sound to where one ends, is a piece of
    `expected`; one delay fits all channels. Where it begins in `expected`."""
    loud = [[i for i, sample in enumerate(channel) if sample != 0] for channel in heard]
    check(all(loud), f"{name} is heard")
    first, last = max(places[0] for places in loud), min(places[-1] for places in loud)
    piece = [channel[first:last + 1] for channel in heard]
    length = last + 1 - first
    check(length >= least, f"{name}: {length} samples are heard, {least} at least")
    # A window from the middle of it, where it is no longer faint, finds the place.
    window = 256
    middle = length // 2
    whole = expected[0].tobytes()
    sought = piece[0][middle:middle + window].tobytes()
    at = whole.find(sought)
    while at % 4 and at >= 0:
        at = whole.find(sought, at + 1)
    check(at >= 0, f"{name}: what is heard is nowhere in what is rendered")
    begin = at // 4 - middle
    check(begin >= 0 and begin + length <= len(expected[0]), f"{name}: more is heard than rendered")
    for c, channel in enumerate(piece):
        wanted = expected[c][begin:begin + length]
        if channel.tobytes() != wanted.tobytes():
            wrong = next(i for i in range(length) if channel[i] != wanted[i])
            check(False, f"{name}: channel {c}, sample {begin + wrong}: {channel[wrong]} is heard, "
                         f"{wanted[wrong]} is rendered")
    return begin


def play(file, channels, seconds=2):
    """What is heard of `file` while it runs, by channel."""
    outputs = [f"weft:out_{c}" for c in range(channels)]
    status = pathlib.Path("heard.jsonl")
    for _ in range(10):
        status.unlink(missing_ok=True)
        with to_its_end(file, "--duration", str(seconds), "--status", str(status)) as process:
            with jack.Recorder(server, outputs) as recorder:
                jack.wait_until(lambda: process.poll() is not None, f"{file} ends")
            # Before the server goes on without it.
            heard = [samples_of(channel) for channel in recorder.channels]
        sound = json.loads(status.read_text(encoding="utf-8").splitlines()[-1])["sound"]
        # A machine that stands still for a quarter of a second is not ours to mend: the show goes
        # on where it is then, and says so.
        if sound["skipped"] == 0:
            break
        print(f"{file}: once more, {sound['skipped']} samples were skipped")
    return heard


def examples_are_heard_as_rendered():
    for name in ("06-additive-tone", "07-filtered-saws", "13-tape"):
        file = str(ROOT / "examples" / f"{name}.weft")
        # What comes last is in the server when the program ends, and not all of it is heard.
        begin = compare(name, play(file, 2), rendered(file, 6, 2), RATE)
        print(f"{name}: the same from sample {begin} on")


def what_is_heard_comes_back():
    """A tone goes out on the left, comes back into the microphone, and goes out on the right."""
    file = program("mirror.weft", """
tau = 6.283185307179586
mic()::ear<left,right>
play(left: 0.5 * sin(tau * 331 * me@time) + 0.3 * sin(tau * 1234.5 * me@time), right: ear@left)
""")
    with to_its_end(file, "--duration", "2") as process:
        with jack.Recorder(server, ["weft:out_0", "weft:out_1"]) as recorder:
            server.connect("weft:out_0", "weft:in_0")
            jack.wait_until(lambda: process.poll() is not None, f"{file} ends")
    tone, echo = (samples_of(channel) for channel in recorder.channels)
    # From the server into the microphone and out again: a period each, one of which the tone has
    # behind it, too.
    first = next(i for i, sample in enumerate(echo) if sample != 0)
    last = max(i for i, sample in enumerate(echo) if sample != 0)
    check(last - first > RATE, f"{last - first} samples come back")
    delay = server.period
    check(echo[first:last + 1] == tone[first - delay:last + 1 - delay],
          f"the microphone hears what is played, {delay} samples later")


# What a show may ask of the audio thread, all at once, beside a program of the benchmarks: knobs
# that are smoothed, a microphone, numbers out of pictures.
ALL = """
#slider level<s> = 0, 1, 0.5
fader = osc_in("/fader", 0.5)
#smooth level, fader
mic()::ear<first,second>
spindle wave(a) :: <v> { out v = fract(a + me@time) }
wave(me@x)::wide<v>
cache(wide, 8)::picture<v>
play(EDIT * fader * level * ear@first[me@time ~ me@time - 0.05] + 0.1 * picture@v[me@x ~ 0.25])
display(picture@v)
"""


def watched(name, *words):
    """weft run, with what its audio thread does that it must not."""
    return to_its_end(name, "--block", "64", *words, environment={
        "LD_PRELOAD": str(WATCH), "WEFT_AUDIO_WATCH": "watch.json", "WEFT_AUDIO_WATCH_SKIP": "50"})


def check_watched(name):
    found = json.loads(pathlib.Path("watch.json").read_text(encoding="utf-8"))
    if not found["able"]:
        print("not watched: this kernel or build cannot")
        return False
    check(found["calls"] > 100, f"{name}: the audio thread is watched: {found}")
    for what in ("allocations", "locks", "system_calls", "page_faults"):
        check(found[what] == 0, f"{name}: no {what} on the audio thread: {found}")
    return True


def a_show_that_is_edited_never_waits():
    """... nor while knobs turn, a log is written, and another program takes its place."""
    port = osc.free_port()
    for name in ("partials64", "saws8"):
        text = (ROOT / "bench" / "programs" / f"{name}.weft").read_text(encoding="utf-8") + ALL
        program("show.weft", text.replace("EDIT", "0"))
        status = pathlib.Path(f"{name}.jsonl")

        def edits_taken():
            sender.send(port, osc.message("/fader", time.monotonic() % 1))
            lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
            return json.loads(lines[-1])["reloads"]["taken"] if lines else -1

        with watched("show.weft", "--osc", str(port), "--status", str(status), "--record",
                     f"{name}.log", "--size", "64x64") as process, osc.Receiver() as sender:
            server.connect("weft:out_0", "weft:in_0")
            for edit in range(4):
                jack.wait_until(lambda e=edit: edits_taken() >= e, f"edit {edit} is heard")
                program("next.weft", text.replace("EDIT", f"0.{edit + 1}"))
                os.replace("next.weft", "show.weft")
            jack.wait_until(lambda: edits_taken() >= 4, "the last edit is heard")
            process.terminate()
        if not check_watched(f"{name} and all else"):
            return


def the_audio_thread_never_waits():
    """Nothing is allocated, locked, asked of the system or faulted in while it computes."""
    if not WATCH.exists():
        check(not os.environ.get("WEFT_TEST_REQUIRE"), f"{WATCH} is built")
        print(f"not watched: {WATCH} is not built")
        return
    mirror = program("mirror.weft", "mic()::ear<l,r> play(ear@l[me@time ~ me@time - 0.01])")
    for name in (mirror, *(str(ROOT / "examples" / f"{name}.weft") for name in (
            "06-additive-tone", "07-filtered-saws", "13-tape"))):
        with watched(name, "--duration", "1.5"):
            pass
        if not check_watched(name):
            return
    a_show_that_is_edited_never_waits()


def a_server_that_dies_is_taken_up_again():
    file = program("tone.weft", "play(0.25 * sin(2765 * me@time))")
    with to_its_end(file, "--status", "status.jsonl") as process:
        server.wait_for_port("weft:out_1")
        server.kill()
        lines = pathlib.Path("run.log")
        jack.wait_until(lambda: "is away" in lines.read_text(encoding="utf-8"), "it is told")
        server.start()
        with jack.Recorder(server, ["weft:out_0"]) as recorder:
            jack.wait_until(lambda: any(samples_of(recorder.channels[0][-4096:])),
                            "sound goes on")
        process.terminate()


def a_server_that_comes_later_is_taken():
    """As where a machine starts the show before its sound server."""
    file = program("tone.weft", "play(0.25 * sin(2765 * me@time))")
    lines = pathlib.Path("run.log")
    server.stop()
    with to_its_end(file, "--status", "status.jsonl") as process:
        jack.wait_until(lambda: "one that comes is taken" in lines.read_text(encoding="utf-8"),
                        "it is told that there is no sound")
        server.start()
        with jack.Recorder(server, ["weft:out_0"]) as recorder:
            jack.wait_until(lambda: any(samples_of(recorder.channels[0][-4096:])),
                            "sound begins")
        # A line a second: the newest may be of before.
        jack.wait_until(lambda: told("status.jsonl").get("sound", {}).get("device") == "JACK: system",
                        "the status tells which device it is")
        process.terminate()
    sound = told("status.jsonl")["sound"]
    check(sound["reconnects"] == 0, f"status: {sound}")


with jack.Server(rate=RATE, period=256) as server:
    examples_are_heard_as_rendered()
    what_is_heard_comes_back()
    the_audio_thread_never_waits()
    a_server_that_dies_is_taken_up_again()
    a_server_that_comes_later_is_taken()
