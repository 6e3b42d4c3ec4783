"""Without drivers nothing is lost but the devices: the back end says what is missing, whoever asks for
it by name is told so, and programs that did not ask are computed by another one."""

import json
import os
import subprocess

from weft_e2e import WEFT, backends, check, program

program("plain.weft", "display(me@x, me@y, 0)\n")
HIDDEN = {"VK_DRIVER_FILES": "/nonexistent/icd.json", "VK_ICD_FILENAMES": "/nonexistent/icd.json",
          "OCL_ICD_VENDORS": "/nonexistent/vendors"}


def run(*args, **hidden):
    done = subprocess.run([WEFT, *args], capture_output=True, stdin=subprocess.DEVNULL, timeout=120,
                          check=False, env={**os.environ, **hidden})
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def listed(**hidden):
    code, out, said = run("plugins", "--json", **hidden)
    check(code == 0, f"plugins: exit {code}\n{said}")
    return {one["name"]: one for one in json.loads(out)["plugins"]}


SMALL = ("-o", "-", "--size", "8x4", "--frames", "0:1")
here = [name for name in backends() if name in ("vulkan", "opencl")]
found = listed(**HIDDEN)
for name in here:
    one = found[name]
    check(one["state"] == "unavailable" and one["reason"], f"{name} without a driver: {one}")
    code, _, said = run("render", "plain.weft", *SMALL, "--on", name, **HIDDEN)
    check(code == 3 and f"'{name}'" in said and one["reason"] in said,
          f"--on {name}: exit {code}\n{said}")
code, out, said = run("render", "plain.weft", *SMALL, **HIDDEN)
check(code == 0 and len(out) == 8 * 4 * 4 and not said, f"without drivers: exit {code}\n{said}")

# A device that nobody has, and one that is there.
for name in here:
    variable = f"WEFT_{name.upper()}_DEVICE"
    device = listed()[name]["device"]
    one = listed(**{variable: "Voodoo 3"})[name]
    check(one["state"] == "unavailable" and "Voodoo 3" in one["reason"] and variable in one["reason"],
          f"{variable} of a device that is not there: {one}")
    part = device.split(" ")[0].upper()
    check(listed(**{variable: part})[name]["device"] == device, f"{variable}={part} finds {device}")
