"""A device that never answers, or answers with a failure, ends a render with exit code 3 and its
name; frames that were whole before stay."""

import json
import os
import pathlib
import time

from weft_e2e import WEFT, check, program, skip, weft

FIXTURE = pathlib.Path(WEFT).resolve().parent.parent / "tests" / "plugins" / "offers.so"
if not FIXTURE.exists():
    check(not os.environ.get("WEFT_TEST_REQUIRE"), f"{FIXTURE} is built")
    skip(f"{FIXTURE} is not built")
os.symlink(FIXTURE, "offers.so")
pathlib.Path("offers.json").write_text(json.dumps({
    "name": "offers", "version": "1.0", "summary": "a fixture", "abi_min": 1, "abi_target": 1,
    "contexts": ["visual", "compute"]}), encoding="utf-8")
program("kept.weft", """
me<width> = 16 me<height> = 8
cache(me@x + me@frame * 0.01, 2)::kept<v>
display(kept@v[kept@k ~ 0], kept@v[kept@k ~ 1], 0)
""")


def render(behaviour, expect, *options):
    os.environ["WEFT_OFFERS"] = "local " + behaviour
    begin = time.monotonic()
    done = weft("render", "kept.weft", "-o", "f-%d.png", "--frames", "0:3", "--plugin-dir", ".",
                "--visual", "cpu", "--owner", "kept=offers", *options, expect=expect)
    return done.stderr.decode(), time.monotonic() - begin


said, took = render("out:host hangs", 3, "--deadline", "0.3")
check("offers (kept@v) was not done after 300 ms" in said, f"the deadline is told: {said}")
check(0.3 <= took < 10, f"it took {took} s")
check(not list(pathlib.Path(".").glob("f-*.png")), "no picture that is not whole")

said, _ = render("out:host fails", 3)
check("offers (kept@v): plugin 'offers', wait: it fails, as it was told to" in said,
      f"the failure: {said}")

said, _ = render("out:host late=20", 0, "--deadline", "0")
check(len(list(pathlib.Path(".").glob("f-*.png"))) == 3, f"three pictures: {said}")

# A device that is lost is opened again, once; its caches are filled again.
whole = {path.name: path.read_bytes() for path in pathlib.Path(".").glob("f-*.png")}
said, _ = render("out:host loses=2", 0)
check({path.name: path.read_bytes() for path in pathlib.Path(".").glob("f-*.png")} == whole,
      f"the same pictures: {said}")
said, _ = render("out:host loses=2 again", 3)
check("it is gone" in said and "offers (kept@v)" in said, f"lost twice: {said}")

# What has to be read back is refused, with the words of `weft explain`.
said, _ = render("", 1, "--assert-zero-copy")
check("zero-copy was asked for, but kept@v goes from offers to cpu by getter (values at points)"
      in said and "own memory: they are different back ends" in said, f"the edge is named: {said}")
check("docs/sdk/why-copied.md says what to do" in said, f"and where to read on: {said}")
