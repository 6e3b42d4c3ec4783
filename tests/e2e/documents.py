"""What is generated is current, and the manual page knows every command and option."""

import pathlib
import re
import shutil
import subprocess
import sys

from weft_e2e import ROOT, WEFT, check


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    check(done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


run(sys.executable, ROOT / "scripts/gen-operators", "--check")
run(sys.executable, ROOT / "scripts/gen-reference", "--check")
run(sys.executable, ROOT / "scripts/gen-threads", "--check")
run(sys.executable, ROOT / "scripts/gen-completions", "--check", "--weft", WEFT)
run("bash", "-n", ROOT / "completions/weft.bash")
for shell, name in (("zsh", "_weft"), ("fish", "weft.fish")):
    if shutil.which(shell):
        run(shell, "-n", ROOT / "completions" / name)

# A completion as bash would ask for it.
asked = 'source "$1"; COMP_WORDS=(weft render --fr); COMP_CWORD=2; _weft; echo "${COMPREPLY[@]}"'
check(run("bash", "-c", asked, "bash", ROOT / "completions/weft.bash").split() == ["--frames"],
      "bash completes --fr to --frames")

page = pathlib.Path(ROOT, "docs/weft.1").read_text(encoding="utf-8").replace("\\-", "-")
commands = re.findall(r"^  (\w[\w-]*)  +\S", run(WEFT, "--help").split("Subcommands:")[1],
                      flags=re.MULTILINE)
check(commands, "weft --help lists commands")
for command in commands:
    check(f"weft {command}" in page, f"docs/weft.1 describes weft {command}")
    for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", run(WEFT, command, "--help"),
                             flags=re.MULTILINE):
        check(re.search(re.escape(option) + r"(?![\w-])", page),
              f"docs/weft.1 describes {option} of weft {command}")
