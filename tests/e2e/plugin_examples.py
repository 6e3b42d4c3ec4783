"""examples/plugins in C and C++ build outside the tree against an installed prefix, keep the contract,
and compute what the reference does; what their pages say of them is so."""

import pathlib
import re
import shutil

import authors
from authors import PREFIX, WEFT, run_in, state_of
from weft_e2e import check

authors.install()
EXAMPLES = PREFIX / "share/doc/weft/examples/plugins"

for name in ("scanline", "udp"):
    shutil.copytree(EXAMPLES / name, name)
    run_in(name, "cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={PREFIX}")
    run_in(name, "cmake", "--build", "build")
    run_in(name, "ctest", "--test-dir", "build", "--output-on-failure")
    check(state_of(name, f"{name}/build") == "ready", name)
    run_in(name, WEFT, "check", "show.weft", "--plugin-dir", "build")

# Without the plugin, its source is unknown, and the program says so.
said = run_in("udp", WEFT, "check", "show.weft", expect=1)
check("'udp'" in said, said)

# Every page names files that are there.
for page in EXAMPLES.glob("*/README.md"):
    for path in re.findall(r"^\| `([^`]+)`", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        for one in path.split("`, `"):
            check((page.parent / one).exists(), f"{page.relative_to(EXAMPLES)} names {one}")
