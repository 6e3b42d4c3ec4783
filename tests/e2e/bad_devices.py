"""What a device cannot do ends with a sentence: which picture, which budget, which back end; never with
a crash, and never with a picture that is wrong."""

from weft_e2e import WEFT, backends, check, program, weft
import subprocess

program("kept.weft", "cache(me@x + me@y, 4)::kept<v>\n"
        "display(kept@v, kept@v[kept@k ~ 1], me@x)\n")
program("long.weft", "display(kept@v, 0, 0)\ncache(me@x + me@y, 100000)::kept<v>\n")
program("plain.weft", "display(me@x, me@y, 0)\n")


def refused(*args):
    done = subprocess.run([WEFT, *args], capture_output=True, stdin=subprocess.DEVNULL, timeout=120,
                          check=False)
    said = done.stderr.decode(errors="replace")
    check(done.returncode in (1, 3), f"weft {' '.join(args)}: exit {done.returncode}\n{said}")
    check("error: " in said, f"weft {' '.join(args)} says no error\n{said}")
    return said


for name in backends():
    if name == "reference":
        continue
    # Four frames of 3840x2160 singles in a budget of half of one.
    said = refused("render", "kept.weft", "-o", "-", "--size", "3840x2160", "--frames", "0:1",
                   "--memory", "16M", "--on", name)
    check("16" in said and "budget" in said, f"{name} names the budget: {said}")
    # More ticks than any memory holds: the place in the program, the cache, its size.
    done = subprocess.run([WEFT, "render", "long.weft", "-o", "-", "--size", "1920x1080", "--frames",
                           "0:1", "--on", name], capture_output=True, timeout=120, check=False)
    said = done.stderr.decode(errors="replace")
    check(done.returncode == 3 and said.startswith("long.weft:2:") and "kept@v" in said,
          f"{name} says which cache: exit {done.returncode}\n{said}")
    # Much more than any device has.
    said = refused("render", "kept.weft", "-o", "-", "--size", "32768x32768", "--frames", "0:1",
                   "--memory", "2G", "--on", name)
    limit = any(word in said for word in ("budget", "allows", "may be used"))
    check(limit and (" MB" in said or "iB" in said), f"{name} names size and limit: {said}")
    # The least there is.
    for size in ("1x1", "3x1", "1x5"):
        width, height = map(int, size.split("x"))
        got = weft("render", "plain.weft", "-o", "-", "--size", size, "--frames", "0:1", "--on", name)
        due = weft("render", "plain.weft", "-o", "-", "--size", size, "--frames", "0:1",
                   "--on", "reference")
        check(len(got.stdout) == width * height * 4 and got.stdout == due.stdout,
              f"{size} on {name}")

for option in (("--on", "voodoo"), ("--visual", "voodoo"), ("--owner", "kept=voodoo")):
    said = refused("render", "kept.weft", "-o", "-", "--size", "8x8", "--frames", "0:1", *option)
    check("voodoo" in said, f"{option} is named: {said}")

# What computes nothing, and an owner for what has none. Nothing is said twice.
if backends("media", optional=True):
    for option in (("--on", "media"), ("--owner", "kept=media")):
        said = refused("render", "kept.weft", "-o", "-", "--size", "8x8", *option)
        check("'media' computes nothing" in said, f"{option}: {said}")
        check(said.count("no duration given") == 1, f"a warning is said once: {said}")
program("part.weft", "half = me@x / 2\ndisplay(half)\n")
said = weft("explain", "part.weft", "--owner", "half=reference").stderr.decode()
check("'half' is none" in said, f"an owner that changes nothing: {said}")
