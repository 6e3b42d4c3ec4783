"""An interrupted render leaves finished frames whole, no half ones, and says how to resume."""

import pathlib
import signal
import subprocess
import time

from weft_e2e import WEFT, check, program, read_png

program("slow.weft", "display(fbm(me@x * 40, me@y * 40, me@time, 9))\n")
pathlib.Path("out").mkdir()
running = subprocess.Popen([WEFT, "render", "slow.weft", "-o", "out/%05d.png", "--size", "640x360",
                            "--frames", "0:100000"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
deadline = time.monotonic() + 120
while len(list(pathlib.Path("out").glob("*.png"))) < 3:
    check(running.poll() is None and time.monotonic() < deadline, "three frames come")
    time.sleep(0.02)
running.send_signal(signal.SIGINT)
message = running.communicate(timeout=60)[1].decode(errors="replace")

frames = sorted(pathlib.Path("out").iterdir())
check(all(path.suffix == ".png" for path in frames), f"only finished frames: {frames[-2:]}")
for path in (frames[0], frames[-1]):
    read_png(path)
check([path.name for path in frames] == [f"{k:05d}.png" for k in range(len(frames))],
      "the frames are the first ones, without a gap")
check(f"--frames {len(frames)}:100000" in message, f"how to resume is said: {message[-300:]}")
check(running.returncode != 0, "an interrupted render is not a success")
