"""What runs on Vulkan breaks none of its rules: examples, edges and values at points under the
validation layers, which have nothing to say."""

import os
import pathlib
import subprocess

from weft_e2e import ROOT, WEFT, backends, check, program, skip

if "vulkan" not in backends():
    skip("no Vulkan here")
if os.environ.get("WEFT_TEST_DEVICE"):
    skip("the validation layers come with scripts/packages.txt, not with a device")


def silent(*args):
    environment = {**os.environ, "WEFT_VULKAN_VALIDATION": "1"}
    done = subprocess.run([WEFT, *map(str, args)], capture_output=True, timeout=300, check=False,
                          stdin=subprocess.DEVNULL, env=environment)
    said = done.stderr.decode(errors="replace")
    what = " ".join(map(str, args))
    check(done.returncode == 0, f"{what}: exit {done.returncode}\n{said[:4000]}")
    check("validation" not in said.lower(), f"{what}:\n{said[:4000]}")


program("crossing.weft", """
me<fps> = 10
cache(0.5 + 0.5 * sin(me@x * 7 + me@time), 3)::made<v>
cache(mix(made@v[made@k ~ 1], seen@v[seen@k ~ 1, me@x ~ me@x * 0.9], 0.5), 2)::seen<v>
lamp = made@v[me@x ~ 0.25, me@y ~ 0.5]
display(seen@v, made@v * lamp, made@v[made@k ~ 2, me@x ~ 1 - me@x])
""")
small = ("-o", "-", "--size", "70x45", "--frames", "0:4")
for owner in backends():
    silent("render", "crossing.weft", *small, "--on", "vulkan", "--owner", f"made={owner}")
    silent("render", "crossing.weft", *small, "--on", owner, "--owner", "made=vulkan")
silent("eval", "crossing.weft", "seen@v", "--at", "x=.3,y=.2,time=.4", "--on", "vulkan")
for path in sorted(pathlib.Path(ROOT, "examples").glob("*.weft")):
    if "display(" in path.read_text(encoding="utf-8"):
        silent("render", path, "-o", "-", "--size", "48x27", "--frames", "0:4", "--on", "vulkan")
    else:
        silent("render", path, "-o", "heard.wav", "--duration", "0.1", "--on", "vulkan")
