"""In the middle of a long kernel: Ctrl-C ends a render within a moment, a deadline of an
accelerator ends it with its name; frames that were whole before stay, and nothing that is not."""

import pathlib
import shutil
import signal
import subprocess
import time

from weft_e2e import WEFT, backends, check, program, read_png, skip, weft

# Frames 0 and 1 are quick; the next one keeps two cores busy for minutes, and a card for seconds.
program("slow.weft", """
me<width> = 1920 me<height> = 1080 me<fps> = 10
spindle work(n) :: <o> { s = me@x + me@y * me@y
    for i in (1 to n) { for j in (1 to 50) { s = fract(sin(s * 12.9898 + i + j) * 43.7585) } }
    out o = s }
w = work(if me@frame < 2 then 0 else 1000)
display(w, w, me@y)
""")
OUT = pathlib.Path("out")


def whole(name):
    frames = sorted(path.name for path in OUT.iterdir())
    check(frames == ["00000.png", "00001.png"], f"{name}: the frames that were done: {frames}")
    for frame in frames:
        check(read_png(OUT / frame)[:2] == (1920, 1080), f"{name}: {frame}")


devices = [name for name in backends() if name in ("vulkan", "opencl")]
if not devices:
    skip("no accelerator here")
for name in devices:
    OUT.mkdir()
    arguments = ("render", "slow.weft", "-o", "out/%05d.png", "--frames", "0:4", "--on", name)
    begin = time.monotonic()
    said = weft(*arguments, "--deadline", "4", expect=3).stderr.decode()
    check(f"{name} (display) was not done after 4000 ms" in said, f"{name}: {said}")
    check(time.monotonic() - begin < 60, f"{name}: the deadline took {time.monotonic() - begin} s")
    check("--deadline" in said, f"{name}: what to do is said: {said}")
    whole(name)
    shutil.rmtree(OUT)

for name in (*devices, "cpu"):
    OUT.mkdir()
    arguments = ("render", "slow.weft", "-o", "out/%05d.png", "--frames", "0:4", "--on", name)
    running = subprocess.Popen([WEFT, *arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    limit = time.monotonic() + 120
    while len(list(OUT.glob("*.png"))) < 2:
        check(running.poll() is None and time.monotonic() < limit, f"{name}: two frames come")
        time.sleep(0.02)
    time.sleep(0.5)
    begin = time.monotonic()
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1].decode(errors="replace")
    took = time.monotonic() - begin
    check(running.returncode == 130, f"{name}: exit {running.returncode}\n{said}")
    check("--frames 2:4" in said, f"{name}: how to go on: {said}")
    check(took < 10, f"{name}: Ctrl-C took {took:.1f} s")
    print(f"{name}: stopped within {took:.2f} s")
    whole(name)
    shutil.rmtree(OUT)
