"""Plugins in Rust without crates, against an installed prefix, with nothing newer than Debian's compiler:
`weft new-plugin --lang rust` by cargo and by rustc alone, examples/plugins/tide; and the ABI that they
share is laid out as the headers have it."""

import os
import pathlib
import re
import shutil

import authors
from authors import PREFIX, WEFT, run_in, state_of
from weft_e2e import ROOT, check, skip

if not os.access("/usr/bin/rustc", os.X_OK) or not os.access("/usr/bin/cargo", os.X_OK):
    skip("rustc and cargo are not installed")
# Before any other that somebody has.
os.environ["PATH"] = f"/usr/bin:{os.environ['PATH']}"
authors.install()

# --- What abi.rs says of sizes and offsets, the C compiler says too --------------------------------
ABI = pathlib.Path(ROOT, "sdk/templates/rust/src/abi.rs").read_text(encoding="utf-8")
STRUCT = re.compile(r"^    (\w+): (\d+) \{(.*?)\}$", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"(\w+): [^=]*? = (\d+)")
lines = ["#include <weft/plugin.h>"]
structs = STRUCT.findall(ABI)
check(len(structs) > 20, "abi.rs has structs")
for rust, size, body in structs:
    c = "weft_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", rust).lower()
    lines.append(f'_Static_assert(sizeof({c}) == {size}, "{c}");')
    lines += [f'_Static_assert(offsetof({c}, {field}) == {at}, "{c}.{field}");'
              for field, at in FIELD.findall(body)]
check(len(lines) > 150, f"all fields are compared: {len(lines)}")
constants = re.findall(r"^pub const (\w+): \w+ = (-?\w+);", ABI, flags=re.MULTILINE)
lines += [f'_Static_assert(WEFT_{name} == {value.replace("_", "")}, "{name}");'
          for name, value in constants]
pathlib.Path("layout.c").write_text("\n".join(lines) + "\n", encoding="utf-8")
run_in(".", "cc", "-std=c11", "-fsyntax-only", f"-I{PREFIX}/include", "layout.c")

# --- A new plugin ----------------------------------------------------------------------------------
run_in(".", WEFT, "new-plugin", "match", "--lang", "rust")
said = run_in("match", "scripts/ci")
check(said.endswith("match: as the reference has it\n"), said)
check("warning" not in said, said)
shutil.rmtree("match/build")
run_in("match", "scripts/build", PLAIN="1")
check(state_of("match", "match/build") == "ready", "by rustc alone")
exported = run_in("match", "nm", "-D", "--defined-only", "build/match.so").split()
check(exported[2::3] == ["weft_plugin_entry"], f"it exports {exported}")

# --- The example -----------------------------------------------------------------------------------
# As it is installed, the link to abi.rs a file.
shutil.copytree(PREFIX / "share/doc/weft/examples/plugins/tide", "tide")
run_in("tide", "scripts/build")
said = run_in("tide", "tests/run")
check(said.endswith("tide: as it should be\n"), said)
