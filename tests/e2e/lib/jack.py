"""A JACK server of a case's own, with no sound card behind it, and a client that records.

    with jack.Server() as server:             # os.environ leads every client there
        weft("run", ...)
        server.connect("weft:out_0", "weft:in_0")

The server runs in synchronous mode: it waits for its clients, so that on a loaded machine sound is
late but never torn, and samples can be compared exactly.
"""

import contextlib
import ctypes
import ctypes.util
import errno
import glob
import itertools
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import time

from weft_e2e import check, skip

PATIENCE_S = 60  # for what takes milliseconds on an idle machine
LOOK = pathlib.Path(__file__).parents[2] / "support" / "jack_look.py"
NUMBERS = itertools.count()
OWN = ("JACK_DEFAULT_SERVER", "JACK_NO_AUDIO_RESERVATION", "JACK_NO_START_SERVER")


def require():
    """Skips the case where there is no jackd; fails where that is not allowed."""
    missing = [name for name in ("jackd", "setpriv") if not shutil.which(name)]
    if missing:
        check(not os.environ.get("WEFT_TEST_REQUIRE"), f"{missing[0]} is installed")
        skip(f"no {missing[0]}: install jackd2")


def wait_until(what, text, patience=PATIENCE_S):
    """Asks `what` until it answers something true, and returns that."""
    end = time.monotonic() + patience
    while not (answer := what()):
        check(time.monotonic() < end, f"{text} within {patience} s")
        time.sleep(0.02)
    return answer


class Server:
    def __init__(self, rate=48000, period=256, inputs=2, outputs=2, name=None, sync=True,
                 realtime=False):
        """`inputs` are those that we can record from, `outputs` those that we can play to. With
        `realtime` it and its clients' threads run before all others; its user must be allowed to."""
        require()
        self.name = name or f"weft-{os.getpid()}-{next(NUMBERS)}"
        # It ends with us, whatever ends us. A port is 32 KiB of shared memory, and there are two
        # thousand unless told otherwise.
        self.command = ["setpriv", "--pdeathsig", "TERM", "jackd", "-n", self.name,
                        *(["-R", "-P", "60"] if realtime else ["-r"]), "-t", "5000", "--port-max",
                        "128", *(["-S"] if sync else []), "-d", "dummy",
                        "-r", str(rate), "-p", str(period), "-C", str(inputs), "-P", str(outputs)]
        self.rate = rate
        self.period = period
        self.process = None
        self.died = False
        self.look = None  # jack_look.py
        self.said = pathlib.Path(f"{self.name}.log").resolve()
        self.before = {}

    def __enter__(self):
        self.before = {key: os.environ.get(key) for key in OWN}
        os.environ.update({"JACK_DEFAULT_SERVER": self.name, "JACK_NO_AUDIO_RESERVATION": "1",
                           "JACK_NO_START_SERVER": "1"})
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.died:
            # A machine has places for eight servers; one that died keeps its own until a server of
            # its name ends well.
            self.start()
            self.stop()
        for key, value in self.before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value

    def start(self):
        with open(self.said, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        wait_until(self.answers, f"{self.name} answers")
        self.died = False

    def answers(self):
        check(self.process.poll() is None,
              f"jackd runs:\n{self.said.read_text(errors='replace')}")
        return "system:playback_1" in self.ports()

    def stop(self, how=signal.SIGTERM):
        """Ends the server, with SIGKILL as if it had crashed, and tidies up after it."""
        if not self.process:
            return
        self.look_away()
        self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.died = self.process.returncode == -signal.SIGKILL
        self.process = None
        for left in glob.glob(f"/dev/shm/jack*[._]{glob.escape(self.name)}_*"):
            pathlib.Path(left).unlink(missing_ok=True)

    def kill(self):
        self.stop(signal.SIGKILL)

    def ask(self, *question):
        """An answer of jack_look.py, None when the server does not answer."""
        for patience in (PATIENCE_S / 6, PATIENCE_S / 6):
            if not self.look:
                self.look = subprocess.Popen([sys.executable, LOOK], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, text=True, bufsize=1)
                if not self.hear(patience):
                    return None
            with contextlib.suppress(BrokenPipeError):
                self.look.stdin.write(json.dumps(question) + "\n")
            if line := self.hear(patience):
                return json.loads(line)
        return None

    def hear(self, patience):
        """The next line of jack_look.py; when there is none, that is the end of it."""
        line = ""
        if select.select([self.look.stdout], [], [], patience)[0]:
            line = self.look.stdout.readline()
        if not line:
            self.look_away(0)
        return line

    def look_away(self, patience=1):
        if self.look:
            self.look.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.look.wait(patience)
            self.look.kill()
            self.look.wait()
            self.look.stdout.close()
            self.look = None

    def ports(self):
        """Names of all ports; none when the server does not answer."""
        return self.ask("ports") or []

    def connections(self, port):
        """Names of the ports that `port` is connected to."""
        return self.ask("connections", port) or []

    def wait_for_port(self, name):
        wait_until(lambda: name in self.ports(), f"port {name} appears")

    def connect(self, source, target):
        """Waits for both ports and connects them. One that goes and comes again meanwhile, as a device's
        do that is opened anew, is connected when it is there to stay."""
        def connected():
            self.ask("connect", source, target)
            return target in self.connections(source)

        self.wait_for_port(source)
        self.wait_for_port(target)
        wait_until(connected, f"{source} is connected to {target}")

    def disconnect(self, source, target):
        self.ask("disconnect", source, target)
        check(target not in self.connections(source), f"{source} is disconnected from {target}")


class Client:
    """A client with ports of its own, until the end of the block."""

    PROCESS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
    IS_INPUT, IS_OUTPUT = 1, 2

    def __init__(self, server, name, ports, direction):
        self.server = server
        self.name = name
        self.names = ports
        self.direction = direction
        self.library = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
        for function in ("jack_client_open", "jack_port_register", "jack_port_get_buffer"):
            getattr(self.library, function).restype = ctypes.c_void_p
        self.quiet = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda line: None)
        self.callback = self.PROCESS(self.process)

    def process(self, count, _):
        for i, port in enumerate(self.ports):
            self.serve(i, self.library.jack_port_get_buffer(ctypes.c_void_p(port), count), count)
        return 0

    def __enter__(self):
        jack = self.library
        jack.jack_set_error_function(self.quiet)
        jack.jack_set_info_function(self.quiet)
        self.client = ctypes.c_void_p(jack.jack_client_open(self.name.encode(), 1, None))
        check(self.client.value, f"{self.name} is a client of {self.server.name}")
        self.ports = [jack.jack_port_register(self.client, name.encode(),
                                              b"32 bit float mono audio",
                                              ctypes.c_ulong(self.direction),
                                              ctypes.c_ulong(0)) for name in self.names]
        jack.jack_set_process_callback(self.client, self.callback, None)
        check(jack.jack_activate(self.client) == 0, f"{self.name} runs")
        return self

    def __exit__(self, *_):
        self.library.jack_deactivate(self.client)
        self.library.jack_client_close(self.client)


class Player(Client):
    """A client that plays one block again and again, bytes of f32 samples, at all its ports."""

    def __init__(self, server, block, ports=1, name="player"):
        super().__init__(server, name, [f"out_{i}" for i in range(ports)], self.IS_OUTPUT)
        self.block = bytes(block)

    def serve(self, _, memory, count):
        ctypes.memmove(memory, self.block, count * 4)


class Recorder(Client):
    """A client that keeps all that its ports hear, from its opening on; a port whose source is None
    waits for whoever connects to it.

    with jack.Recorder(server, ["weft:out_0"]) as recorder: ...
    recorder.channels   # by port: bytes of f32 samples
    """

    def __init__(self, server, sources, name="recorder"):
        super().__init__(server, name, [f"in_{i}" for i in range(len(sources))], self.IS_INPUT)
        self.sources = sources
        self.channels = [bytearray() for _ in sources]

    def serve(self, i, memory, count):
        self.channels[i] += ctypes.string_at(memory, count * 4)

    def __enter__(self):
        super().__enter__()
        for i, source in enumerate(self.sources):
            if source:
                target = f"{self.name}:in_{i}"
                wait_until(lambda s=source, t=target: self.connect(s, t), f"{target} hears {source}")
        return self

    def connect(self, source, target):
        """False while one of the ports is not there, or the server is too busy to answer."""
        return self.library.jack_connect(self.client, source.encode(),
                                         target.encode()) in (0, errno.EEXIST)

    def wait_for(self, samples):
        """Until so many samples were kept since the opening."""
        wait_until(lambda: all(len(kept) >= samples * 4 for kept in self.channels),
                   f"{self.name} has {samples} samples")
