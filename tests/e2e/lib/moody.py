"""A running show of which one back end, a fixture, does what a file tells it (tests/plugins/moody.c)."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from weft_e2e import ROOT, WEFT, check, program, skip

PATIENCE_S = 60
FIXTURE = pathlib.Path(os.environ.get("WEFT_BUILD", ROOT / "build"), "tests/plugins/moody.so")


def install():
    """The fixture as a plugin of this case."""
    if not FIXTURE.exists():
        skip(f"{FIXTURE} was not built")
    pathlib.Path("plugins").mkdir(exist_ok=True)
    shutil.copy(FIXTURE, "plugins/moody.so")
    pathlib.Path("plugins/moody.json").write_text(json.dumps(
        {"name": "moody", "version": "1.0", "summary": "a fixture", "abi_min": 1, "abi_target": 1,
         "contexts": ["visual", "audio"]}), encoding="utf-8")


class Show:
    """`weft run --headless` of a text. With `with`: it is gone afterwards, however it went."""

    def __init__(self, text, *words, deadline=0.3):
        install()
        self.mood("well")
        self.file = program("show.weft", text)
        self.said = pathlib.Path("said")
        with open(self.said, "wb") as said:
            self.running = subprocess.Popen(
                [WEFT, "run", self.file, "--headless", "--plugin-dir", "plugins", "--deadline",
                 str(deadline), "--status", *words], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=said, text=True,
                env={**os.environ, "WEFT_TEST_MOOD": os.path.abspath("mood")})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.mood("well")
        self.running.kill()
        self.running.wait()

    def mood(self, word):
        pathlib.Path("mood.new").write_text(word + "\n", encoding="utf-8")
        os.replace("mood.new", "mood")

    def save(self, text):
        pathlib.Path("show.new").write_text(text, encoding="utf-8")
        os.replace("show.new", self.file)

    def told(self):
        return self.said.read_text(errors="replace")

    def status(self, holds, what):
        """Waits for a line of status of which this holds."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            line = self.running.stdout.readline()
            check(line, f"the show ended before {what}: {self.told()}")
            status = json.loads(line)
            if holds(status):
                return status
        raise SystemExit(f"failed: never {what}: {self.told()}")

    def until(self, state):
        """Waits for a status where the fixture is in this state: that, and the reason."""
        def moody(status):
            return next((b for b in status["backends"] if b["name"] == "moody"), {"state": None})
        status = self.status(lambda status: moody(status)["state"] == state, f"it was {state}")
        return status, moody(status)["reason"]

    def wait(self):
        """Until it ends by itself: the exit code."""
        try:
            self.running.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            check(False, f"it does not end: {self.told()}")
        return self.running.returncode

    def end(self):
        self.running.send_signal(signal.SIGTERM)
        code = self.wait()
        check(code == 0, f"exit {code}\n{self.told()}")
        return self.told()
