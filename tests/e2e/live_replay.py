"""A show that was recorded live runs again, the same bit for bit: pictures and sound, with numbers
that came from outside, sound that was heard, knobs, and edits while it ran. What was played over a
sound server is in the file that the replay writes, sample by sample."""

import array
import json
import os
import pathlib
import signal
import time

import jack
import osc
import shows
from shows import said, save
from weft_e2e import check, program, read_png, read_wav, weft

RATE = 48000
PERIOD = 256


def running(name, *words):
    return shows.running(name, "--record", "show.log", *words)


def replay(name, out, *words):
    """What the replay says of itself; all of it must be as it was: checksums of every frame and of
    every block that the live show made are in the log."""
    done = weft("render", name, "--replay", "show.log", "-o", out, "--stats", *words)
    text = done.stderr.decode()
    stats = json.loads(text.splitlines()[-1])
    check(stats["compared_frames"] and stats["other_frames"] == 0 and stats["other_blocks"] == 0,
          f"nothing is other than it was: {text}")
    check(stats["frames"] > 0 and stats["lost"] == 0, f"all is there: {stats}")
    check("W08" not in text, f"there is nothing to say: {text}")
    return stats


def show(port, factor=1):
    """Pictures that remember, sound that remembers, both read each other and the outside."""
    return f"""
me<width> = 32  me<height> = 24  me<fps> = 60
#slider gain<s> = 0, 1, 0.5
fader<v, w> = osc_in("/fader", 0.25)
#smooth fader
voice<l> = mic()
camera("test")::seen<r>
trail<v> = cache(me@x * fader@v * {factor} + 0.5 * trail@v[trail@k ~ 1, me@y ~ me@y + 0.1], 3)
tone = sin(me@time * 2763.9) * fader@v * gain * 0.5
low<l> = cache(tone + 0.9 * low@l[low@k ~ 1], 64)
display(trail@v, low@l[low@k ~ floor(me@x * 60)], noise(me@x * 4, me@y * 4, me@time),
        0.5 + 0.5 * voice@l[me@time ~ me@time - me@x * 0.05])
play(tone * 0.5 + 0.1 * voice@l[me@time ~ me@time - 0.02] + 0.05 * trail@v[me@x ~ 0.5, me@y ~ 0.5],
     0.05 * low@l + 0.05 * seen@r[me@x ~ me@time * 30 % 1, me@y ~ 0.99])
osc("/echo", fader@v, {factor}, to: "127.0.0.1:{port}", rate: 60)
"""


def a_show_with_everything_runs_again():
    listens = osc.free_port()
    with jack.Server(period=PERIOD) as server, osc.Receiver() as receiver:
        program("show.weft", show(receiver.port))
        with running("show.weft", "--osc", f"udp:{listens}"):
            with jack.Recorder(server, ["weft:out_0", "weft:out_1"]) as recorder:
                server.connect("weft:out_0", "weft:in_0")
                receiver.wait(lambda one: one[1] == [0.25, 1], "it runs")
                for number, factor in ((0.5, 1), (0.75, 2), (0.125, 3)):
                    if factor > 1:
                        pathlib.Path("show.weft~").write_text(show(receiver.port, factor))
                        os.replace("show.weft~", "show.weft")
                        receiver.wait(lambda one, f=factor: one[1][1] == f, f"edit {factor}")
                    receiver.send(listens, osc.message("/fader", number, 3.0))
                    receiver.wait(lambda one, n=number: one[1][0] == n, f"/fader {number}")
                    recorder.wait_for(len(recorder.channels[0]) // 4 + RATE // 4)
            played = [array.array("f", bytes(channel)) for channel in recorder.channels]
        program("show.weft", show(receiver.port))
    stats = replay("show.weft", "replay.wav")
    check(stats["blocks"] > 100, f"sound is logged in blocks: {stats}")
    rate, channels, samples = read_wav("replay.wav")
    check((rate, channels) == (RATE, 2), "it is written as it was played")
    replayed = [array.array("f", samples[c::2]) for c in range(2)]
    # Ports are connected one after the other.
    begin = max(next(i for i, sample in enumerate(one) if sample != 0) for one in played)
    begin = -(-begin // PERIOD) * PERIOD
    end = len(played[0]) - RATE // 8
    check(end - begin > RATE // 2, f"{end - begin} samples can be compared")
    breaks = compare(played, replayed, begin, end)
    print(f"{stats['frames']} frames, {stats['blocks']} blocks, {end - begin} samples over JACK"
          + (f", {breaks} breaks where the machine was too slow" if breaks else ""))


def compare(played, replayed, begin, end):
    """Block by block, what was played is in the replay, in its order. Where the machine was too
    slow for the sound server something is left out or silent; how often."""
    whole = replayed[0].tobytes()
    shift, breaks = None, 0
    for at in range(begin, end, PERIOD):
        block = [one[at:at + PERIOD] for one in played]
        if shift is not None and all(one == other[at + shift:at + shift + PERIOD]
                                     for one, other in zip(block, replayed)):
            continue
        breaks += shift is not None
        if not any(block[0]):
            continue
        place = whole.find(block[0].tobytes(), 0 if shift is None else (at + shift) * 4)
        check(place >= 0 and place % 4 == 0, f"what was played at {at} is in the replay")
        shift = place // 4 - at
        check(all(one == other[at + shift:at + shift + PERIOD]
                  for one, other in zip(block, replayed)), f"all channels are, at {at}")
    check(breaks < 10, f"{breaks} breaks in {end - begin} samples")
    return breaks


def an_evening_of_edits():
    """Programs of all kinds after each other, good ones and bad ones, with numbers from outside, a
    standstill of the whole process, a sound server that dies and comes back; replayed twice."""
    listens = osc.free_port()
    memory = """fader<v> = osc_in("/fader", 0.25)
#smooth fader
#slider knob<s> = 0, 1, 0.5
voice<l> = mic()
trail<v> = cache(me@x * fader@v + 0.5 * trail@v[trail@k ~ 1, me@y ~ me@y + 0.1], 3)
low<l> = cache(0.3 * sin(me@time * 2763.9) * fader@v * knob + 0.9 * low@l[low@k ~ 1], 64)
me<height> = 24
"""
    picture = "display(trail@v, low@l[low@k ~ floor(me@x * 60)], voice@l[me@time ~ me@time - me@x])\n"
    parts = [picture + "play(0.1 * low@l)",
             "",
             "display(me@y, fract(me@time), voice@l)",
             "play(low@l * 0.05 + 0.2 * fader@v, 0.1 * voice@l[me@time ~ me@time - 0.01])",
             picture + "me<fps> = 25 play(0.1 * low@l + 0.1 * trail@v[me@x ~ 0.5, me@y ~ 0.5])",
             "nonsense(",
             picture + "me<width> = 48 play(0.1 * low@l)",
             picture + "me<width> = 48 play(0.1 * low@l)\ndisplay(me@x, target: \"other\")",
             "play(nobody)",
             'play(0.2 * sin(me@time * 500))\nme<rate> = 96000']
    with jack.Server(period=PERIOD) as server, osc.Receiver() as receiver:
        def text(number):
            part = parts[number % len(parts)]
            return ("" if "width" in part else "me<width> = 32\n") + memory + part + (
                f'\nosc("/echo", {number}, fader@v, to: "127.0.0.1:{receiver.port}", rate: 60)\n')

        program("show.weft", text(0))
        with running("show.weft", "--osc", f"udp:{listens}") as process:
            receiver.wait(lambda one: one[1][0] == 0, "it runs")
            server.connect("weft:out_0", "weft:in_0")
            for number in range(1, 2 * len(parts) + 1):
                receiver.send(listens, osc.message("/fader", number % 7 / 8))
                save(text(number))
                if number % len(parts) in (5, 8):
                    jack.wait_until(lambda n=number: said().count(parts[n % len(parts)])
                                    > n // len(parts),
                                    f"edit {number} is refused")
                    continue
                receiver.wait(lambda one, n=number: one[1] == [n, n % 7 / 8], f"edit {number}")
                if number == 3:
                    process.send_signal(signal.SIGSTOP)
                    time.sleep(0.3)
                    process.send_signal(signal.SIGCONT)
                if number == 12:
                    server.kill()
                if number == 14:
                    server.start()
                    server.wait_for_port("weft:out_0")
        save(text(0))
    results = []
    for turn in "first", "second":
        pathlib.Path(turn).mkdir()
        replay("show.weft", f"{turn}/%05d.png")
        replay("show.weft", f"{turn}/sound.wav")
        results.append({path.name: path.read_bytes() for path in pathlib.Path(turn).iterdir()})
    check(results[0] == results[1], "both replays are the same")
    check(any("-2.png" in name for name in results[0]), "pictures of another size are files apart")
    print(f"{len(results[0])} files of {2 * len(parts)} edits")


def a_file_that_changed_is_said():
    with osc.Receiver() as receiver:
        weft("render", program("source.weft", "display(me@x)"), "-o", "media.png", "--size", "8x8")
        program("show.weft", 'img<r> = load("media.png")\ndisplay(img@r)\nme<width> = 8\n'
                f'osc("/echo", 1, to: "127.0.0.1:{receiver.port}")')
        with running("show.weft", "--audio-device", "none"):
            receiver.wait(lambda one: one[1] == [1], "it runs")
    pathlib.Path("media").mkdir()
    replay("show.weft", "media/%05d.png")
    weft("render", program("source.weft", "display(me@y)"), "-o", "media.png", "--size", "8x8")
    done = weft("render", "show.weft", "--replay", "show.log", "-o", "media/%05d.png", "--stats")
    text = done.stderr.decode()
    check("media.png' is not as it was" in text and "W0823" in text, f"it is said, and seen: {text}")


def pictures_come_as_they_were_shown():
    listens = osc.free_port()
    with osc.Receiver() as receiver:
        program("show.weft", f"""
me<width> = 16  me<height> = 8  me<fps> = 60
level = osc_in("/level")
display(level, me@x, me@y)
osc("/echo", level, to: "127.0.0.1:{receiver.port}")
""")
        with running("show.weft", "--audio-device", "none", "--osc", f"udp:{listens}"):
            receiver.wait(lambda one: one[1] == [0], "it runs")
            for number in (0.2, 0.6, 1):
                receiver.send(listens, osc.message("/level", number))
                receiver.wait(lambda one, n=number: abs(one[1][0] - n) < 1e-6, f"/level {number}")
    pathlib.Path("frames").mkdir()
    stats = replay("show.weft", "frames/%05d.png")
    reds = []
    for path in sorted(pathlib.Path("frames").iterdir()):
        *_, rows = read_png(path)
        if not reds or reds[-1] != rows[0][0]:
            reds.append(rows[0][0])
    check(reds == [0, 51, 153, 255], f"every level was shown, in its order: {reds}")
    # A part of it, and what is said when the program is another by now.
    part = replay("show.weft", "part-%d.png", "--frames", "1:3")
    check(part["frames"] <= stats["frames"], f"no more than what is asked for: {part}")
    check(pathlib.Path("part-1.png").exists() and pathlib.Path("part-2.png").exists()
          and not pathlib.Path("part-3.png").exists(), "two frames of it")
    program("show.weft", "display(0)")
    done = weft("render", "show.weft", "--replay", "show.log", "-o", "other-%05d.png", "--stats")
    check("W0825" in done.stderr.decode(), f"the text is another: {done.stderr}")
    check(json.loads(done.stderr.splitlines()[-1])["other_frames"] == 0, "what ran then runs")


def logs_that_are_none():
    pathlib.Path("text").write_text("hello, world")
    for log in ("text", "nowhere", "."):
        done = weft("render", "show.weft", "--replay", log, "-o", "x.wav", expect=1)
        check("W0822" in done.stderr.decode(), f"{log}: {done.stderr}")
    log = pathlib.Path("show.log").read_bytes()
    pathlib.Path("torn").write_bytes(log[:len(log) * 2 // 3])
    weft("render", "show.weft", "--replay", "torn", "-o", "torn-%05d.png")
    pathlib.Path("bad").write_bytes(log[:40] + bytes([log[40] ^ 1]) + log[41:])
    done = weft("render", "show.weft", "--replay", "bad", "-o", "x-%05d.png", expect=1)
    check("damaged" in done.stderr.decode(), f"{done.stderr}")
    done = weft("run", "--headless", "show.weft", "--record", "no/such/place", expect=1)
    check("cannot be made" in done.stderr.decode(), f"{done.stderr}")


pictures_come_as_they_were_shown()
logs_that_are_none()
a_file_that_changed_is_said()
a_show_with_everything_runs_again()
an_evening_of_edits()
