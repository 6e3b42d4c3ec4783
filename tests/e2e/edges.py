"""Every edge between back ends: what one makes and another reads is what the reference says, whether
it travels as memory or as values at points, forth, back, and into a sound. Where the drivers are
software, nothing is copied on the way; elsewhere the ledger says why. Where one of two makes
semaphores that the other takes, the host does not wait between them."""

import json
import os
import pathlib
import shutil

from weft_e2e import ROOT, backends, check, program, read_wav, weft

SIZE, FRAMES = (70, 45), 4
# Software drivers compute in the memory that the host sees.
UNIFIED = not os.environ.get("WEFT_TEST_DEVICE")

program("edge.weft", """
me<width> = 70  me<height> = 45  me<fps> = 10  me<rate> = 400
cache(0.5 + 0.5 * sin(me@x * 7 + me@time) * cos(me@y * 5 - me@time), 3)::made<v>
cache(mix(made@v[made@k ~ 1], seen@v[seen@k ~ 1, me@x ~ me@x * 0.9 + 0.05], 0.5), 2)::seen<v>
lamp = made@v[me@x ~ 0.25, me@y ~ 0.5]
moved = made@v[made@k ~ 2, me@x ~ 1 - me@x, me@y ~ me@y + 0.1 * sin(me@x * 9)]
display(seen@v, made@v * lamp, moved)
play(made@v[me@x ~ fract(me@time * 3), me@y ~ 0.5] * sin(me@time * 200))
""")
# Forth and back in one frame, and no number of it on the host.
program("flow.weft", """
me<width> = 70  me<height> = 45  me<fps> = 10
cache(0.5 + 0.5 * sin(me@x * 7 + me@time) * cos(me@y * 5 - me@time), 3)::made<v>
cache(made@v[me@x ~ 1 - me@x] * 0.5 + made@v[made@k ~ 1, me@y ~ me@y * 0.9] * 0.5, 2)::sent<v>
cache(sent@v[me@y ~ 1 - me@y] * 0.7 + 0.3 * made@v, 2)::back<v>
display(back@v, sent@v, me@x)
""")
program("photo.weft", """
me<width> = 70  me<height> = 45
load("photo.jpg")::photo<r,g,b>
cache(photo@r[me@x ~ me@x * 0.5 + 0.25], 2)::kept<v>
display(kept@v, photo@g, photo@b[me@x ~ 1 - me@x])
""")


def pictures(name, *owners, frames=FRAMES):
    return weft("render", name, "-o", "-", "--frames", f"0:{frames}", *owners).stdout


def ledger(name, *owners):
    return json.loads(weft("explain", name, "--json", *owners).stdout)["edges"]


def same(due, got, what, step=1, frames=FRAMES):
    check(len(due) == len(got) and len(due) == SIZE[0] * SIZE[1] * 4 * frames, f"{what}: size")
    worst = max(abs(a - b) for a, b in zip(due, got))
    check(worst <= step, f"{what}: a sample is {worst} of 255 off")


def explained(edges, producer, consumer, what):
    """The edge is in the ledger, and what it copies is none or has its reasons."""
    found = [e for e in edges if (e["producer"], e["consumer"]) == (producer, consumer)]
    check(found, f"{what}: no edge in the ledger: {edges}")
    for edge in found:
        if UNIFIED:
            check(edge["copied"] == 0, f"{what} copies: {edge}")
        check(edge["copied"] == 0 or edge["refused"], f"{what} copies without a reason: {edge}")


makers = backends()
due = pictures("edge.weft", "--on", "reference")
values = [f"x={x},y=.5,time=.2" for x in (0.1, 0.5, 0.93)]
points = [word for at in values for word in ("--at", at)]
due_values = weft("eval", "edge.weft", "moved", *points, "--on", "reference").stdout.split()
for maker in makers:
    for reader in makers:
        if maker == reader == "reference":
            continue
        what = f"{maker} to {reader}"
        owners = ("--on", reader, "--owner", f"made={maker}")
        same(due, pictures("edge.weft", *owners), what)
        got = weft("eval", "edge.weft", "moved", *points, *owners).stdout.split()
        check(all(abs(float(a) - float(b)) < 1e-5 for a, b in zip(due_values, got)),
              f"{what}, at points: {got}, the reference says {due_values}")
        if maker != reader:
            explained(ledger("edge.weft", *owners), maker, reader, what)

# One after the other without the host, where there are semaphores; it waits for a reason elsewhere.
due = pictures("flow.weft", "--on", "reference", frames=30)
beside = [name for name in makers if name not in ("reference", "cpu")]
for maker in beside:
    for reader in beside:
        if maker == reader:
            continue
        what = f"{maker} to {reader} and back"
        owners = ("--on", maker, "--owner", f"sent={reader}")
        same(due, pictures("flow.weft", *owners, frames=30), what, frames=30)
        across = [e for e in ledger("flow.weft", *owners)
                  if e["producer"] != e["consumer"] and e["memory"] == "opaque fd"]
        for edge in across:
            check(edge["sync"] == "semaphore" or
                  any(reason.startswith("semaphore: ") for reason in edge["refused"]),
                  f"{what}: the host waits without a reason: {edge}")
        if os.environ.get("WEFT_TEST_DEVICE") and {maker, reader} in (
                {"vulkan", "opencl"}, {"vulkan", "cuda"}):
            check(across and all(edge["sync"] == "semaphore" for edge in across),
                  f"{what}: no semaphore: {across}")

# A file's pixels on every back end, and a sound that reads a picture.
if backends("media", optional=True):
    photo = next(pathlib.Path(ROOT, "examples", "assets").glob("*.jpg"))
    shutil.copy(photo, "photo.jpg")
    due = pictures("photo.weft", "--on", "reference")
    weft("render", "edge.weft", "-o", "due.wav", "--duration", "0.5", "--on", "reference")
    for maker in makers:
        for reader in makers:
            owners = ("--on", reader, "--owner", f"kept={maker}")
            same(due, pictures("photo.weft", *owners), f"media to {maker} to {reader}")
        explained(ledger("photo.weft", "--on", maker), "media", maker, f"media to {maker}")
        weft("render", "edge.weft", "-o", "got.wav", "--duration", "0.5", "--owner", f"made={maker}")
        _, _, due_sound = read_wav("due.wav")
        _, _, got_sound = read_wav("got.wav")
        check(len(due_sound) == len(got_sound) == 200 and
              all(abs(a - b) < 1e-4 for a, b in zip(due_sound, got_sound)),
              f"{maker}'s picture is heard as the reference's")
