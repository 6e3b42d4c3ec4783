"""A device's own memory: what a user leaves to it is kept to, who holds how much is told, what does not
fit is refused with figures or lives in host memory, and no limit changes a picture. Loops that a driver
would end too early give what they should, or nothing."""

import hashlib
import json
import os
import subprocess

from weft_e2e import WEFT, backends, check, program, weft

# Software drivers have no memory of their own into which caches could move back.
UNIFIED = not os.environ.get("WEFT_TEST_DEVICE")
PICTURE = 320 * 240 * 4

program("rings.weft", """
me<width> = 320  me<height> = 240
cache(0.5 + 0.5 * sin(me@x * 7 + me@time * 9) * me@y, 12)::history<v>
cache(history@v[history@k ~ 7] * 0.5 + me@x * 0.25, 2)::recent<v>
display(history@v, history@v[history@k ~ 11], recent@v[recent@k ~ 1])
""")
# 144 MB a tick: more than a storage buffer of lavapipe may be seen through.
program("wide.weft", """
me<width> = 6000  me<height> = 6000
cache(me@x + me@y * 0.5, 2)::kept<v>
display(kept@v[me@x ~ 1 - me@x, me@y ~ 1 - me@y] * 0.5, kept@v[kept@k ~ 1], me@x)
""")
program("long.weft", """
me<width> = 8  me<height> = 2
spindle long(n, s) :: <v> { v0 = s  for i in (1 to n) { v0 = v0 * .5 + fract(v0 + i * .001) } out v = v0 * .5 }
slow<v> = long(TURNS + me@x, me@x)
display(slow@v, me@x, 0)
""")


def render(name, *options):
    done = subprocess.run([WEFT, "render", "rings.weft", "-o", "-", "--frames", "0:20", "--on", name,
                           "--stats", *options], capture_output=True, timeout=120, check=False)
    return done, done.stderr.decode(errors="replace")


def wide(name):
    return hashlib.sha256(weft("render", "wide.weft", "-o", "-", "--frames", "1:2", "--on", name)
                          .stdout).digest()


def memory_of(said):
    held, = json.loads(said.splitlines()[-1])["device_memory"]
    return held


for name in backends():
    if name in ("reference", "cpu"):
        continue
    plain, said = render(name)
    check(plain.returncode == 0, said)
    all_of_it = memory_of(said)
    check(all_of_it["resident"] >= 14 * PICTURE and all_of_it["spilled"] == 0, f"{name}: {all_of_it}")
    check("history@v (320 x 240, 12 ticks)" in all_of_it["largest"], f"{name}: {all_of_it}")

    for limit in ("8M", "50%"):
        roomy, said = render(name, "--device-memory", limit)
        held = memory_of(said)
        check(roomy.stdout == plain.stdout, f"{name}: another picture with {limit}")
        check(held["limit"] <= (8 << 20 if limit == "8M" else all_of_it["limit"]), f"{name}: {held}")
    tight, said = render(name, "--device-memory", "2M")
    if UNIFIED:
        check(tight.returncode in (1, 3) and not tight.stdout, f"{name}: it does not fit\n{said}")
        for word in ("history@v (320 x 240, 12 ticks)", "needs 4 MB", "2 MB that may be used of"):
            check(word in said, f"{name} says {word}: {said}")
    else:
        held = memory_of(said)
        check(tight.stdout == plain.stdout, f"{name}: another picture with spilled caches")
        check(held["spilled"] >= 12 * PICTURE and held["resident"] <= 2 << 20, f"{name}: {held}")
        check("lives in host memory" in said, f"{name} warns: {said}")

    ledger = weft("explain", "rings.weft", "--on", name, "--device-memory", "8M").stdout.decode()
    check(f"memory of {name}" in ledger and " spilled " in ledger, ledger)
    held, = json.loads(weft("explain", "rings.weft", "--on", name, "--device-memory", "8M",
                            "--json").stdout)["device_memory"]
    check(held["backend"] == name and held["limit"] == 8 << 20, str(held))

    check(wide(name) == wide("cpu"), f"{name}: a large picture")

    text = open("long.weft", encoding="utf-8").read()
    for turns in (70_000, 200_000, 3_000_000):
        program("turns.weft", text.replace("TURNS", str(turns)))
        due = weft("render", "turns.weft", "-o", "-", "--frames", "0:1", "--on", "cpu").stdout
        done = subprocess.run([WEFT, "render", "turns.weft", "-o", "-", "--frames", "0:1", "--on", name],
                              capture_output=True, timeout=120, check=False)
        said = done.stderr.decode(errors="replace")
        check(turns > 1_000_000 or done.returncode == 0, f"{name}: {turns} turns: {said}")
        if done.returncode == 0:
            check(done.stdout == due, f"{name}: a loop of {turns} turns was cut short")
        else:
            check(not done.stdout and "the loops take too many turns: the driver of" in said,
                  f"{name} says why {turns} turns are too many: {said}")

for wrong in ("0", "5x", "0%", "101%", "%"):
    said = weft("render", "rings.weft", "-o", "-", "--device-memory", wrong, expect=2).stderr.decode()
    check("--device-memory" in said, said)
