"""A program is edited while it runs and is heard: every edit is taken, none clicks, a bad one changes
nothing but what is said, with the words of `weft check`; SIGHUP takes what the files hold."""

import array
import json
import math
import os
import pathlib
import signal
import time

import jack
import osc
from shows import running, said, save
from weft_e2e import LONG, check, read_wav, weft

RATE = 48000
EDITS = 1000 if LONG else 100

# By how much a voice may move from one sample to the next.
STEP = 0.01


def edition(number, port):
    """Voices of other pitches, levels, names and order, all as steep as each other; a filter and an
    echo that go on through all of them. Of every third edition only the picture is another."""
    picture = number % 10
    number -= number % 3 == 2
    pitches = [330 + 17 * (number % 5), 270 + 11 * (number % 7)]
    voices = [f"v{number % 3}_{i} = {STEP * RATE / (math.tau * pitch):.9f} * sin({math.tau:.12f} * "
              f"{pitch} * me@time)" for i, pitch in enumerate(pitches)]
    if number % 2:
        voices.reverse()
    return "\n".join([
        *voices,
        f"play(v{number % 3}_0)",
        f"play(v{number % 3}_1 + 0.2 * low@l + 0.2 * echo@e[echo@k ~ 3000])",
        "low<l> = cache(low@l[low@k ~ 1] * 0.999 + 0.001 * sin(300 * me@time), 2)",
        "echo<e> = cache(0.01 * sin(400 * me@time) + 0.5 * echo@e[echo@k ~ 4000], 4800)",
        f"display(me@x * 0.{picture}, trail@t, low@l)",
        "trail<t> = cache(0.5 * trail@t[trail@k ~ 1] + me@y, 2)  me<width> = 32  me<height> = 24",
        f'osc("/edit", {number}, {picture}, to: "127.0.0.1:{port}", rate: 60)\n'])


class Witness(jack.Recorder):
    """Knows how much time the server lost where the machine was too slow: a show leaves out what is
    more than a quarter of a second, and so does its sound."""

    def __init__(self, server, sources):
        super().__init__(server, sources)
        self.times = []  # of the first block and the last

    def process(self, count, given):
        self.times = [*self.times[:1], time.monotonic()]
        return super().process(count, given)

    def leaps(self):
        lost = self.times[-1] - self.times[0] - len(self.channels[0]) / 4 / RATE
        return int(max(0, lost) / 0.2)


def edits_do_not_click():
    with jack.Server() as server, osc.Receiver() as receiver:
        save(edition(0, receiver.port))
        status = os.path.abspath("status")
        with running("show.weft", "--status", status):
            receiver.wait(lambda one: one[1] == [0, 0], "it runs")
            with Witness(server, ["weft:out_0"]) as recorder:
                for number in range(1, EDITS + 1):
                    save(edition(number, receiver.port))
                    receiver.wait(lambda one, n=number: one[1] == [n - (n % 3 == 2), n % 10],
                                  f"edit {number}")
                    if number == EDITS // 2:
                        jack.wait_until(lambda: lines(status)[-1]["reloads"]["taken"] == number,
                                        "half of it is told")
        sound = array.array("f")
        sound.frombytes(bytes(recorder.channels[0]))
    begin = next(i for i, sample in enumerate(sound) if sample != 0) + RATE // 100
    end = max(i for i, sample in enumerate(sound) if sample != 0) - RATE // 100
    steps = sorted(abs(b - a) for a, b in zip(sound[begin:end], sound[begin + 1:end]))
    leaps = recorder.leaps()
    largest = steps[-1 - leaps]
    check(end - begin > RATE // 4, f"{end - begin} samples are heard")
    check(largest > STEP, "it is loud enough to tell")
    check(largest < 2 * STEP * 1.2,
          f"no step is larger than the signal's {2 * STEP}: {steps[-1 - leaps - 9:]}, {leaps} leaps")
    last = lines(status)[-1]
    check(last["reloads"]["taken"] == EDITS and last["reloads"]["refused"] == 0,
          f"{EDITS} edits are taken: {last['reloads']}")
    check((last["reloads"]["caches_kept"], last["reloads"]["caches_begun"]) == (3, 0),
          f"what remembers goes on: {last['reloads']}")
    check("3 caches go on" in said() and "begin" not in said(), f"and says so: {said()[-200:]}")
    half = next(line for line in lines(status) if line["reloads"]["taken"] >= EDITS // 2)
    for what in "descriptors", "threads":
        check(last["process"][what] <= half["process"][what], f"{what}: {half} then {last}")
    print(f"{EDITS} edits, the largest step {largest / (2 * STEP):.3f} of what two voices make"
          + (f", where the machine did not lose its time: {leaps} times" if leaps else ""))


def bad_edits_only_say_so():
    with osc.Receiver() as receiver:
        good = 'osc("/edit", {}, to: "127.0.0.1:%d", rate: 60)\nplay(0.1 * sin(me@time))\n' % receiver.port
        save(good.format(1))
        status = os.path.abspath("status.bad")
        with running("show.weft", "--audio-device", "none", "--status", status) as process:
            receiver.wait(lambda one: one[1] == [1], "the program runs")
            bad = good.format(2) + "display(nobody@r)\n"
            save(bad)
            jack.wait_until(lambda: "nobody" in said(), "the message is there")
            told = weft("check", "show.weft", expect=1).stderr.decode()
            check(told in said(), f"it is what `weft check` says:\n{told}\n{said()}")
            check(":3:9: error:" in told and "^" in told, "with line and caret")
            check(process.poll() is None, "it runs on")
            # A program that is used, and is not there yet.
            save('use "part.weft"\n' + good.format("part"))
            jack.wait_until(lambda: "part.weft" in said(), "what is missing is named")
            save("part = 3", "part.weft")
            receiver.wait(lambda one: one[1] == [3], "a file that comes is taken")
            save("part = 4", "part.weft")
            receiver.wait(lambda one: one[1] == [4], "a file that is used is watched")
            # Nothing but SIGHUP has it compiled when nothing has changed.
            process.send_signal(signal.SIGHUP)
            jack.wait_until(lambda: lines(status)[-1]["reloads"]["taken"] == 3, "SIGHUP reloads")
            check(lines(status)[-1]["reloads"]["message"] == "", "all is well again")
        check(lines(status)[-1]["reloads"]["refused"] == 2, f"{lines(status)[-1]['reloads']}")


def saves_of_all_kinds():
    """Editors write in place, in pieces, beside it; files go and come back; several saves follow each
    other within a frame. The last one wins, and the show goes on."""
    with osc.Receiver() as receiver:
        def text(number, more=""):
            return (f'osc("/edit", {number}, me@time, to: "127.0.0.1:{receiver.port}", rate: 60)\n'
                    f"play(0.1 * sin(me@time))\n{more}\n")

        def comes(number, what):
            return receiver.wait(lambda one: one[1][0] == number, what)

        show, part = pathlib.Path("show.weft"), pathlib.Path("part.weft")
        save(text(0, "display(me@x)"))
        status = os.path.abspath("status.saves")
        with running("show.weft", "--audio-device", "none", "--status", status) as process:
            (_, (_, begin), _), began = comes(0, "the program runs")
            with show.open("w") as file:  # in place, in pieces
                whole = text(1, "display(me@x * 0.5)")
                for at in range(0, len(whole), 20):
                    file.write(whole[at:at + 20])
                    file.flush()
            comes(1, "what was written in pieces is taken")
            show.unlink()
            show.write_text(text(2, "display(me@x * 0.25)"))
            comes(2, "a file that was removed and made again is taken")
            for number in range(3, 20):  # within a frame or two
                save(text(number))
            comes(19, "of many saves the last one is taken")
            show.rename("away")
            jack.wait_until(lambda: "show.weft" in lines(status)[-1]["reloads"]["message"],
                            "the program is gone, and said to be")
            check(process.poll() is None, "it runs on")
            os.rename("away", "show.weft")
            jack.wait_until(lambda: lines(status)[-1]["reloads"]["message"] == "", "it is back")
            # An error in a file that is used is shown there; so is the message of the window.
            part.write_text("part = 20\n")
            save('use "part.weft"\n' + text("part"))
            comes(20, "a file is used")
            save("part = 21\nother = (1 +\n", "part.weft")
            jack.wait_until(lambda: "part.weft:" in lines(status)[-1]["reloads"]["message"],
                            "the error is in the file that is used")
            part.unlink()
            jack.wait_until(lambda: 'use "part.weft"' in lines(status)[-1]["reloads"]["message"],
                            "now it is missing")
            save("part = 22\n", "part.weft")
            comes(22, "it is there again")
            # Another clock of pictures, another size, no picture, no sound: time goes on.
            for number, more in enumerate(("me<fps> = 25 display(me@x)", "me<width> = 50 display(me@y)",
                                           "me<rate> = 96000 display(me@x)", "me<loop> = 6000"), 23):
                save(text(number, more))
                (_, (_, time), _), now = comes(number, more)
                check(abs((time - begin) - (now - began)) < 1, f"{time - begin} of {now - began} s")
        check("a show keeps the rate it began with" in said(), f"the rate is said: {said()}")


def files_go_on():
    """Sound that a running program exports has no hole where its pictures are edited; one of another
    form is another file."""
    with osc.Receiver() as receiver:
        def text(number, width=16):
            return (f"me<width> = {width}  me<height> = 8\nlow<l> = cache(0.9 * low@l[low@k ~ 1] + "
                    f'0.05 * sin(me@time * 300), 2)\nplay(low@l)\nexport("sound.wav", low@l)\n'
                    f'export("picture-%05d.png", me@x * {number / 10}, 0, 0)\n'
                    f'osc("/edit", {number}, to: "127.0.0.1:{receiver.port}", rate: 60)\n')

        save(text(0))
        with running("show.weft", "--audio-device", "none"):
            receiver.wait(lambda one: one[1] == [0], "it runs")
            for number in range(1, 8):
                save(text(number))
                receiver.wait(lambda one, n=number: one[1] == [n], f"edit {number}")
            save(text(8, 32))
            receiver.wait(lambda one: one[1] == [8], "pictures of another size")
    _, _, samples = read_wav("sound.wav")
    step = max(abs(b - a) for a, b in zip(samples, samples[1:]))
    check(step < 0.5 * 300 / RATE * 1.01, f"it is whole: {step} in {len(samples)} samples")
    check(list(pathlib.Path().glob("picture-*-2.png")), "the others are files of their own")


def lines(path):
    text = pathlib.Path(path).read_text(encoding="utf-8") if os.path.exists(path) else ""
    whole = [json.loads(line) for line in text.split("\n")[:-1]]
    return whole or [{"reloads": {"taken": 0, "refused": 0, "message": ""}}]


bad_edits_only_say_so()
saves_of_all_kinds()
files_go_on()
jack.require()
edits_do_not_click()
