"""What keeps an installation going, in the words of docs/weft.service: the service manager hears that
the show is ready, alive, reloading and stopping; the log is bounded and opened anew; the status is
told to whoever asks; signals do what they say."""

import json
import os
import pathlib
import queue
import shlex
import signal
import socket
import subprocess
import threading
import time

from weft_e2e import ROOT, WEFT, check, program

PATIENCE_S = 60


class Manager:
    """The socket at which systemd listens, always: a few datagrams wait there, and no more."""

    def __init__(self):
        self.path = os.path.abspath("notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.heard.put(self.socket.recv(4096).decode())

    def wait(self, word):
        end = time.monotonic() + PATIENCE_S
        try:
            while not self.heard.get(timeout=max(0.01, end - time.monotonic())).startswith(word):
                pass
        except queue.Empty:
            check(False, f"no {word}: {pathlib.Path('said').read_text()}")


def until(holds, text):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        check(time.monotonic() < end, text)
        time.sleep(0.01)


def from_the_unit():
    """The command of the unit, with this case's paths, and without a screen."""
    lines = (ROOT / "docs/weft.service").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and line[0] not in "#[")
    command = settings["ExecStart"].replace("/srv/weft", ".").replace("/var/log/weft", ".") \
        .replace("/run/weft", ".").replace("--fullscreen", "--headless --audio-device none")
    check(settings["ExecReload"] == "/bin/kill -HUP $MAINPID", settings["ExecReload"])
    return [WEFT, *shlex.split(command)[1:]]


manager = Manager()
program("show.weft", "me<fps> = 50\nme<width> = 32 me<height> = 18\ndisplay(fract(me@abstime))\n")
environment = {**os.environ, "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"}
environment.pop("WATCHDOG_PID", None)
said = open("said", "wb")
process = subprocess.Popen(from_the_unit(), env=environment, stdin=subprocess.DEVNULL, stdout=said,
                           stderr=said)
try:
    manager.wait("READY=1")
    manager.wait("WATCHDOG=1")
    manager.wait("WATCHDOG=1")

    # Anybody may ask how it is, several at a time.
    readers = []
    for _ in range(2):
        reader = socket.socket(socket.AF_UNIX)
        reader.settimeout(PATIENCE_S)
        reader.connect("status")
        readers.append(reader.makefile())
    lines = [[json.loads(reader.readline()) for _ in range(2)] for reader in readers]
    for first, second in lines:
        check(second["frames"]["shown"] > first["frames"]["shown"], f"frames go on: {first} {second}")
        check(second["process"]["resident"] > 2**20 and second["process"]["descriptors"] > 2,
              f"what it holds: {second['process']}")
        check(all(one["state"] == "ok" for one in second["backends"]), f"{second['backends']}")

    # A bad edit is in the status and in the log; the show goes on.
    pathlib.Path("show.weft").write_text("display(nobody)\n")
    until(lambda: json.loads(readers[0].readline())["reloads"]["message"], "the bad edit is told")
    until(lambda: "nobody" in pathlib.Path("show.log").read_text(), "the log has it")
    good = "me<fps> = 50\nme<width> = 32 me<height> = 18\ndisplay(0.5)\n"
    pathlib.Path("show.weft").write_text(good)
    until(lambda: not json.loads(readers[0].readline())["reloads"]["message"], "it is fine again")

    # logrotate's way: away with the file, then the signal.
    os.rename("show.log", "show.log.away")
    process.send_signal(signal.SIGUSR1)
    until(lambda: os.path.exists("show.log"), "the log is opened anew")

    process.send_signal(signal.SIGHUP)
    manager.wait("RELOADING=1")
    manager.wait("READY=1")
    process.send_signal(signal.SIGTERM)
    manager.wait("STOPPING=1")
    process.wait(PATIENCE_S)
finally:
    if process.poll() is None:
        process.kill()
        process.wait()
told = pathlib.Path("said").read_text()
check(process.returncode == 0, f"it ends with 0, not {process.returncode}: {told}")
check(not os.path.exists("status"), "its socket is gone")
check("frames" in pathlib.Path("show.log").read_text(), "the last words are in the log")
