"""The eleventh program of the tutorial is played as its page says: edited while it runs, turned by
what it learns, recorded, and rendered again as it was."""

import json
import pathlib
import time

import osc
import shows
from weft_e2e import ROOT, check, weft

KNOBS = pathlib.Path("set.weft.params.json")


def until(holds, what):
    end = time.monotonic() + shows.PATIENCE_S
    while not holds():
        check(time.monotonic() < end, f"{what}; the status says {shows.told('status')}, "
                                      f"the terminal {shows.said()}")
        time.sleep(0.02)


def reloads():
    return shows.told("status").get("reloads", {"taken": 0, "refused": 0, "message": ""})


program = (ROOT / "docs/tutorial/11-live.weft").read_text(encoding="utf-8")
port = osc.free_port()
shows.save(program, "set.weft")
with osc.Receiver() as desk, \
        shows.running("set.weft", "--learn", "--audio-device", "none", "--osc", f"udp:{port}",
                      "--status", "status", "--record", "tonight.log", "--size", "64x36"):
    until(lambda: shows.told("status"), "the show runs")

    shows.save(program.replace("cos(7 *", "cos(5 *"), "set.weft")
    until(lambda: reloads()["taken"] == 1, "five petals are taken")
    shows.save(program.replace("display(", "displai("), "set.weft")
    until(lambda: "did you mean 'display'?" in reloads()["message"], "a mistake is said")
    shows.save(program.replace("exp(-5 *", "exp(-20 *"), "set.weft")
    until(lambda: reloads()["taken"] == 2 and reloads()["message"] == "", "and is forgotten")

    # A message may be lost to a program that has just begun to listen: a desk says more than one.
    def learned():
        desk.send(port, osc.message("/desk/1", 0.8))
        return KNOBS.exists()
    until(learned, "the pitch is learned")

kept = json.loads(KNOBS.read_text(encoding="utf-8"))
check(kept["bindings"] == {"pitch@hz": 'osc_in("/desk/1")'}, f"what was learned is kept: {kept}")
check(abs(kept["values"]["pitch@hz"] - 715) < 0.001, f"and where the knob stood: {kept}")

done = weft("render", "set.weft", "--replay", "tonight.log", "-o", "tonight.wav", "--stats")
stats = json.loads(done.stderr.decode().splitlines()[-1])
check(stats["frames"] > 0 and stats["other_frames"] == 0 and stats["other_blocks"] == 0,
      f"the replay is as the show was: {stats}")
