"""What `weft explain` says is what a render does: the bytes that it predicts of pictures and sounds on
their way to a file are those that are counted, and an edge stands there once."""

import json
import os

from weft_e2e import backends, check, program, weft

FRAMES = 3
program("both.weft", """
me<width> = 40 me<height> = 30 me<fps> = 10 me<rate> = 400
cache(me@x + 0.1 * sin(me@time), 3)::made<v>
lamp = made@v[me@x ~ 0.25, me@y ~ 0.5]
cache(mix(made@v, lamp, 0.5), 2)::seen<v>
display(seen@v, made@v * lamp, made@v)
play(sin(me@time * 40) * lamp)
""")
for name in backends():
    for maker in backends():
        owners = ("--on", name, "--owner", f"made={maker}")
        told = json.loads(weft("explain", "both.weft", "--json", *owners).stdout)
        lines = [json.dumps(edge, sort_keys=True) for edge in told["edges"]]
        check(len(lines) == len(set(lines)), f"{owners}: an edge stands there twice")
        due = {one["strand"]: one for one in told["deliveries"]}
        check(sorted(due) == ["display", "play"], f"{owners}: {due}")
        check(all(one["producer"] == name and one["consumer"] == "host" for one in due.values()),
              f"{owners}: {due}")
        if not os.environ.get("WEFT_TEST_DEVICE"):
            check(not any(one["copied"] for one in due.values()), f"{owners} copies: {due}")
        text = weft("explain", "both.weft", *owners).stdout.decode()
        check(f"display: {name} -> host  delivery: " in text, f"{owners}: {text}")
        done = weft("render", "both.weft", "-o", "-", "--frames", f"0:{FRAMES}", "--stats", *owners)
        counted = json.loads(done.stderr)["copied"]["delivered"]
        check(counted == FRAMES * due["display"]["copied"],
              f"{owners}: {counted} bytes were delivered, {due['display']['copied']} a frame foretold")
        if maker != name and name != "reference":  # which computes nothing ahead
            host = [one for one in told["edges"] if "the host reads" in one["latency"]
                    or one["memory"] == "gather" or one["latency"].startswith("none: after")]
            check(host, f"{owners}: lamp is read by the host: {told['edges']}")

# How pictures reach sound, and sound pictures.
program("crossing.weft", """
#slider level<s> = 0, 1
#slider pitch<hz> = 20, 2000
#smooth pitch, light
me<width> = 8 me<height> = 4
voice<left> = mic()
camera("test")::seen<r>
tone = sin(me@time * pitch) * level
low<v> = cache(tone + 0.5 * low@v[low@k ~ 1], 512)
light<v> = cache(me@x, 2)
dark<v> = cache(me@y, 2)
spot = light@v[me@x ~ 0.3, me@y ~ 0.5] + dark@v[me@x ~ 0.7, me@y ~ 0.5]
display(light@v + dark@v)
play(low@v * spot * dark@v[me@x ~ fract(me@time), me@y ~ 0.5] + seen@r[me@x ~ fract(me@time)])
display(low@v[low@k ~ 511 * me@x] + voice@left[me@time ~ me@time - 0.01 * me@x], target: "scope")
""")
LIVE = {("level@s", "slot, held"), ("pitch@hz", "slot, smoothed"), ("voice@left", "ring"),
        ("low@v", "ring"), ("light@v", "slot, smoothed"), ("dark@v", "slot, held"),
        ("dark@v", "newest picture, held"), ("seen@r", "newest picture, held")}
for name in backends():
    if name == "reference":
        continue  # which computes nothing ahead
    told = json.loads(weft("explain", "crossing.weft", "--live", "--json", "--visual", name).stdout)
    crosses = {(edge["strand"], edge["crosses"]) for edge in told["edges"] if edge["crosses"]}
    check(crosses == LIVE, f"{name}: {crosses ^ LIVE}")
    # What sound scans lies in a cache, or is a copy of what its source goes on to write over.
    scanned = {edge["strand"]: edge["copied"] for edge in told["edges"]
               if edge["crosses"] == "newest picture, held"}
    check(scanned == {"dark@v": 0, "seen@r": 8 * 4 * 4}, f"{name}: {scanned}")
    rings = [edge for edge in told["edges"] if edge["crosses"] == "ring"]
    if not os.environ.get("WEFT_TEST_DEVICE"):
        check(all(edge["memory"] == "host memory in place" and edge["copied"] == 0
                  for edge in rings), f"{name}: {rings}")
told = json.loads(weft("explain", "crossing.weft", "--json", "--visual", "cpu").stdout)
crosses = {(edge["strand"], edge["crosses"]) for edge in told["edges"] if edge["crosses"]}
check({("level@s", "slot, held"), ("pitch@hz", "slot, held"), ("low@v", "ring")} <= crosses,
      f"a render: {crosses}")
text = weft("explain", "crossing.weft", "--visual", "cpu").stdout.decode()
check(text.count("    crosses: ring\n") == 2, text)
told = json.loads(weft("graph", "crossing.weft", "--format", "json").stdout)
crosses = {(edge["strand"], edge["crosses"]) for edge in told["edges"] if edge["crosses"]}
check({("level@s", "slot, held"), ("pitch@hz", "slot, smoothed"), ("low@v", "ring"),
       ("voice@left", "ring"), ("light@v", "slot, smoothed")} <= crosses, f"graph: {crosses}")

# An oscilloscope, running: nothing is copied for it.
program("scope.weft", """
me<width> = 32 me<height> = 4
ear<left> = mic()
audio<samples> = cache(0.5 * sin(me@time * 1382) + 0.4 * audio@samples[audio@k ~ 1], 4096)
play(audio@samples)
display(ear@left[me@time ~ me@time - me@x * 0.05], audio@samples[audio@k ~ me@x * 0.05 * me@rate], 0)
""")
for name in backends():
    if not os.environ.get("WEFT_TEST_DEVICE"):
        weft("run", "scope.weft", "--headless", "--audio-device", "none", "--duration", "0.2",
             "--assert-zero-copy", "--visual", name)
