"""Which back ends the tests run on: WEFT_TEST_BACKENDS, names between spaces; else those whose drivers
scripts/packages.txt installs. The judge comes first."""

import json
import os
import subprocess

JUDGE = "reference"
WANTED = (JUDGE, "cpu", "vulkan", "opencl")


class Missing(Exception):
    """A back end that must be there is not."""


def wanted():
    chosen = os.environ.get("WEFT_TEST_BACKENDS")
    names = tuple(chosen.split()) if chosen is not None else WANTED
    return (JUDGE, *(name for name in names if name != JUDGE))


def ready(weft, names=None, optional=False):
    """(names that work here, {name: why not}). With WEFT_TEST_REQUIRE=1 what is not optional is there,
    or Missing is raised."""
    done = subprocess.run([weft, "plugins", "--json"], capture_output=True, text=True, check=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    found = {entry["name"]: entry for entry in json.loads(done.stdout)["plugins"]}
    good, missing = [], {}
    for name in names or wanted():
        entry = found.get(name, {"state": "absent", "reason": "there is no such plugin"})
        if entry["state"] == "ready":
            good.append(name)
        else:
            missing[name] = entry.get("reason") or entry["state"]
    if missing and not optional and os.environ.get("WEFT_TEST_REQUIRE"):
        raise Missing("; ".join(f"{name}: {why}" for name, why in missing.items()))
    return tuple(good), missing
