"""Several sound devices at once: channels of the second follow those of the first, each device is a
microphone of its own, maps say which of a device's channels are meant; and what cannot be is said.
The devices are clients of a JACK server of the case's own, and cards of ALSA's that are none."""

import array
import contextlib
import json
import math
import os
import pathlib
import subprocess

import jack
from weft_e2e import WEFT, check, program, weft

RATE, PERIOD = 48000, 256
FOUR = program("four.weft", """
tau = 6.283185307179586
play(0.5 * sin(tau * 300 * me@time), 0.5 * sin(tau * 500 * me@time),
     0.5 * sin(tau * 700 * me@time), 0.5 * sin(tau * 1100 * me@time))
""")


@contextlib.contextmanager
def running(*words):
    with open("run.log", "wb") as log:
        process = subprocess.Popen([WEFT, "run", "--headless", *words], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log)
    try:
        yield process
        process.terminate()
        check(process.wait(jack.PATIENCE_S) == 0,
              f"{words}: " + pathlib.Path("run.log").read_text(errors="replace"))
    finally:
        process.kill()
        process.wait()


# Whole periods of all tones that are played.
WINDOW = RATE // 25
TONES = [300, 500, 700, 1100, 2 * RATE / PERIOD, 4 * RATE / PERIOD]
WAVES = {f: [(math.sin(2 * math.pi * f * i / RATE), math.cos(2 * math.pi * f * i / RATE))
             for i in range(WINDOW)] for f in TONES}


def newest(recorder, channel):
    samples = array.array("f")
    samples.frombytes(bytes(recorder.channels[channel][-4 * WINDOW:]))
    return samples


def level(samples, frequency):
    a = sum(x * s for x, (s, _) in zip(samples, WAVES[frequency]))
    b = sum(x * c for x, (_, c) in zip(samples, WAVES[frequency]))
    return math.hypot(a, b) / (len(samples) / 2)


def wait_for_tones(recorder, frequencies):
    """Until each channel holds the tone that it is to hold, and none of the others. A server that
    waits for its clients is late when the machine is, so that what goes from clock to clock has
    gaps: there are moments without."""
    def holds(channel, wanted):
        samples = newest(recorder, channel)
        if len(samples) < WINDOW:
            return False
        levels = {f: level(samples, f) for f in TONES}
        return abs(levels.pop(wanted) - 0.5) < 0.05 and max(levels.values()) < 0.05
    for channel, wanted in enumerate(frequencies):
        if wanted:
            jack.wait_until(lambda c=channel, w=wanted: holds(c, w),
                            f"{recorder.name} hears {wanted} Hz on channel {channel}")


def a_second_device_plays_the_channels_that_follow(server):
    with jack.Recorder(server, [None, None], name="stage") as stage:
        with running(FOUR, "--audio-device", "JACK: system", "--audio-device", "stage",
                     "--status", "status.jsonl"):
            with jack.Recorder(server, ["weft:out_0", "weft:out_1"]) as first:
                wait_for_tones(first, [300, 500])
                wait_for_tones(stage, [700, 1100])
    sound = json.loads(pathlib.Path("status.jsonl").read_text().split("\n")[-2])["sound"]
    check((sound["device"], sound["beside"][0]["device"]) == ("JACK: system", "JACK: stage"),
          f"the status names both: {sound}")


def maps_say_which_channels(server):
    with jack.Recorder(server, [None] * 4, name="stage") as stage:
        with running(FOUR, "--audio-device", "stage", "--audio-map", "4,1-2"):
            wait_for_tones(stage, [500, 700, None, 300])
            check(not any(newest(stage, 2)), "a channel that is not named is silent")
    said = pathlib.Path("run.log").read_text(encoding="utf-8")
    check("4 channels are played, and there is room for 3" in said, f"it is told: {said}")


def every_device_is_a_microphone(server):
    def waves(cycles):
        return array.array("f", (0.5 * math.sin(2 * math.pi * cycles * i / PERIOD)
                                 for i in range(PERIOD))).tobytes()
    ears = program("ears.weft", """
mic()::one<v>
mic(2)::two<v>
mic(3)::three<v>
play(one@v, two@v + three@v)
""")
    with jack.Player(server, waves(2), name="voice"), jack.Player(server, waves(4), name="drum"):
        with running(ears, "--input-device", "voice", "--input-device", "drum"):
            with jack.Recorder(server, ["weft:out_0", "weft:out_1"]) as heard:
                wait_for_tones(heard, [2 * RATE / PERIOD, 4 * RATE / PERIOD])
    said = pathlib.Path("run.log").read_text(encoding="utf-8")
    check("mic(3) is silent" in said, f"it is told: {said}")


def devices_of_several_systems(server):
    """A card that takes all at once, and hears silence, beside a server."""
    pathlib.Path("asound.conf").write_text(
        "pcm.card { type null }\nctl.card { type null }\n"
        "pcm.default { type null }\nctl.default { type null }\n", encoding="utf-8")
    os.environ["ALSA_CONFIG_PATH"] = str(pathlib.Path("asound.conf").resolve())
    ears = program("both.weft", "mic()::ear<v>\nplay(0.5 * sin(1884.955592 * me@time) + ear@v)")
    with running(ears, "--audio-device", "JACK: system", "--input-device", "card"):
        with jack.Recorder(server, ["weft:out_0", "weft:out_1"]) as heard:
            wait_for_tones(heard, [300, 300])
    del os.environ["ALSA_CONFIG_PATH"]


def what_cannot_be_is_said():
    for words, text in (
            (["--audio-map", "0"], "'0' are no channels"),
            (["--audio-map", "2-1"], "'2-1' are no channels"),
            (["--audio-map", "1,,2"], "'1,,2' are no channels"),
            (["--audio-map", "1,1"], "two channels of sound go to one channel of the device"),
            (["--audio-map", "1", "--audio-map", "2"], "more lists of channels than devices"),
            (["--audio-device", "system", "--audio-device", "none"], "'none' is no device beside"),
            (["--audio-device", "system", "--audio-device", "tape"], "is called 'tape'"),
            (["--input-device", "tape"], None)):
        done = weft("run", FOUR, "--headless", "--duration", "0.1", *words,
                    expect=0 if text is None else 1)
        said = done.stderr.decode()
        check(text is None or text in said, f"{words}: {said}")


with jack.Server(rate=RATE, period=PERIOD) as server:
    a_second_device_plays_the_channels_that_follow(server)
    maps_say_which_channels(server)
    every_device_is_a_microphone(server)
    devices_of_several_systems(server)
    what_cannot_be_is_said()
