"""MIDI through a running program, over a JACK server: what comes in is in its values, its clock is
the beat, what goes out is heard by another client, and ends when the program does."""

import contextlib
import json
import pathlib
import time

import jack
import midi
import shows
from weft_e2e import check, program


def running(name, *words):
    return shows.running(name, "--status", "status", *words)


@contextlib.contextmanager
def connected(server, peer, name, *args):
    """The same without sound, its ports connected with the peer's."""
    with running(name, "--audio-device", "none", *args) as process:
        server.connect("weft-out:weft", f"{peer.name}-in:midi")
        jack.wait_until(lambda: server.connections(f"{peer.name}-out:midi"), "weft listens")
        yield process


def counters():
    """What the newest line of the status says of midi."""
    inputs = shows.told("status").get("inputs", [])
    return next((one for one in inputs if one["name"] == "midi"), None)


def values_come_and_go(server):
    echo = program("echo.weft", """
me<fps> = 60
knob<v> = midi_cc(1, 7, 0.25)
key<number, velocity, gate> = midi_note(0)
wheel<v> = midi_bend(1)
midi(cc: 20, value: knob@v)
midi(note: key@number, velocity: key@gate * key@velocity, channel: 2)
midi(bend: wheel@v, channel: 3)
""")
    with midi.Peer("peer") as peer:
        with connected(server, peer, echo):
            # A program's values are sent when they change; whoever comes later moves a knob.
            peer.say(0xB0, 7, 127)
            peer.wait_for((0xB0, 20, 127))
            peer.say(0xF0, 1, 2, 3, 0xF7)
            peer.say(0xB0, 7, 0)
            peer.wait_for((0xB0, 20, 0))
            peer.say(0xE0, 127, 127)
            peer.wait_for((0xE2, 127, 127))
            peer.say(0x95, 60, 100)
            peer.wait_for((0x91, 60, 100))
            peer.say(0x95, 64, 50)  # the newest wins, then the one before returns
            peer.wait_for((0x91, 64, 50))
            peer.say(0x95, 64, 0)
            peer.wait(lambda heard: heard.count((0x91, 60, 100)) == 2, "note 60 returns")
            notes = [m for m in peer.heard if m[0] in (0x81, 0x91)]
            check(notes == [(0x91, 60, 100), (0x81, 60, 0), (0x91, 64, 50), (0x81, 64, 0),
                            (0x91, 60, 100)], f"each note ends before the next begins: {notes}")
            jack.wait_until(lambda: (counters() or {}).get("received", 0) >= 6,
                            "the status counts what came")
        peer.wait(lambda heard: heard[-1] == (0x81, 60, 0), "the note ends with the program")


def clock_is_the_beat(server):
    name = program("beat.weft", """
me<fps> = 60
knob<v> = midi_cc(1, 7)
midi(cc: 22, value: (floor(me@beat) + knob@v * 0) / 127)
""")
    with midi.Peer("peer") as peer:
        def play(ticks):
            for _ in range(ticks):
                peer.say(midi.CLOCK)
                time.sleep(0.01)

        with connected(server, peer, name, "--midi-in", "peer-out"):
            peer.say(midi.STOP)
            peer.say(midi.SONG_POSITION, 0, 1)  # 128 sixteenths: beat 32
            peer.say(midi.CONTINUE)
            play(60)
            peer.say(midi.STOP)
            peer.wait(lambda _: peer.newest(0xB0, 22) in (34, 35), "the beat stands near 34.5")
            peer.say(midi.SONG_POSITION, 0, 2)  # beat 64
            peer.say(midi.CONTINUE)
            play(36)
            peer.say(midi.STOP)
            peer.wait(lambda _: peer.newest(0xB0, 22) in (65, 66), "the beat stands near 65.5")


def the_beat_is_clock(server):
    name = program("clock.weft", "me<bpm> = 240\nme<fps> = 60\nmidi(cc: 1, value: 0)\n")
    with midi.Peer("peer") as peer:
        with connected(server, peer, name, "--midi-clock"):
            peer.wait(lambda heard: heard.count((midi.CLOCK,)) >= 48, "two beats of clock")
            begun = [m for m in peer.heard if m[0] in (midi.START, midi.CONTINUE)]
            check(len(begun) <= 1, f"it begins once, or had begun before we came: {begun}")
        peer.wait(lambda heard: heard[-1] == (midi.STOP,), "the clock stops with the program")


def a_beat_without_midi_of_its_own(server):
    """Tempo from a port that is not there yet; the clock goes to two ports by name."""
    name = program("plain.weft", "me<bpm> = 240\nme<fps> = 60\n")
    with running(name, "--audio-device", "none", "--midi-in", "late-out", "--midi-clock",
                 "one-in", "--midi-clock", "other-in"):
        jack.wait_until(lambda: "has 'late-out' in its name" in shows.said(), "it is waited for")
        with midi.Peer("one") as one, midi.Peer("other") as other, midi.Peer("late"):
            for peer in one, other:
                peer.wait(lambda heard: heard.count((midi.CLOCK,)) >= 24, "a beat of clock")
            jack.wait_until(lambda: server.connections("late-out:midi"), "weft listens")


def knobs_learn(server):
    """Of a program that has no MIDI in it."""
    name = program("knobs.weft", "me<fps> = 60\n#slider speed<s> = 10, 20, 12\n"
                   "#toggle on<s> = false\nmidi(cc: 20, value: speed / 20)\n"
                   "midi(cc: 21, value: on)\n")
    file = pathlib.Path("knobs.weft.params.json")
    with midi.Peer("peer") as peer:
        with connected(server, peer, name, "--learn"):
            peer.say(0xB2, 9, 127)
            peer.wait_for((0xB0, 20, 127))
            peer.say(0x99, 36, 100)
            peer.wait_for((0xB0, 21, 127))
        learned = json.loads(file.read_text())["bindings"]
        check(learned == {"speed@s": "midi_cc(3, 9)", "on@s": "midi_note(10, 36)"}, f"{learned}")
        with connected(server, peer, name):
            peer.wait(lambda _: peer.newest(0xB0, 20) == 127, "it is where it was")
            peer.say(0xB2, 9, 0)
            peer.wait(lambda _: peer.newest(0xB0, 20) == 64, "and is turned by what it learned")


def a_server_returns(server):
    """Sound and MIDI are clients of one server in one process: both must outlive it."""
    name = program("both.weft", """
me<fps> = 60
play(0.1 * sin(me@time * 2000))
midi(cc: 1, value: me@beatphase)
""")

    def there():
        return {"weft:out_0", "weft-in:weft", "weft-out:weft"} <= set(server.ports())

    with running(name) as process:
        jack.wait_until(there, "sound and MIDI are there")
        for _ in range(2):
            server.kill()
            server.start()
            jack.wait_until(lambda: there() or process.poll() is not None, "both are there again")
            check(process.poll() is None, "it goes on")


# A server each: one that has seen many clients come and go hangs on a loaded machine.
for case in (values_come_and_go, clock_is_the_beat, the_beat_is_clock,
             a_beat_without_midi_of_its_own, knobs_learn, a_server_returns):
    with jack.Server() as the_server:
        case(the_server)
