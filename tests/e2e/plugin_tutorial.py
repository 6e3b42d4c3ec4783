"""docs/sdk/tutorial.md, as somebody follows it who has only what is installed: its commands are run, its
changes made, its files written, in the order of the page; what it says that they print at last, they print."""

import pathlib
import re
import subprocess

import authors
from authors import run_in
from weft_e2e import ROOT, check

PAGE = ROOT / "docs/sdk/tutorial.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = pathlib.Path.cwd()

authors.install()
directory = HERE
printed = ""
text = PAGE.read_text(encoding="utf-8")
for block in BLOCK.finditer(text):
    language, name, body = block.groups()
    line = text.count("\n", 0, block.start()) + 1
    if language == "sh":
        # Whoever follows goes on where the last command left them.
        printed = run_in(directory, "bash", "-e", "-o", "pipefail", "-c",
                         f"trap 'pwd >{HERE}/went' EXIT\n{body}")
        directory = (HERE / "went").read_text(encoding="utf-8").strip()
    elif language == "text":
        check(printed.endswith(body), f"{PAGE.name}:{line}: the page says\n{body}printed is\n{printed}")
    elif language == "diff":
        done = subprocess.run(["git", "apply", "-"], cwd=directory,
                              input=body, text=True, capture_output=True, check=False)
        check(done.returncode == 0, f"{PAGE.name}:{line}: the change does not fit\n{done.stderr}")
    else:
        check(name, f"{PAGE.name}:{line}: a {language} without a name")
        pathlib.Path(directory, name).write_text(body, encoding="utf-8")
