"""OSC for the end-to-end cases, with nothing but the standard library: packets written and read, a
socket that listens, ports that nobody has."""

import socket
import struct
import time

PATIENCE_S = 60  # for what ought to come at once: a slow machine is no failure
IMMEDIATELY = 1
_FROM_1900 = 2_208_988_800


def _text(text):
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)


def message(address, *numbers):
    """A message of floats."""
    return _text(address) + _text("," + "f" * len(numbers)) + struct.pack(f">{len(numbers)}f", *numbers)


def bundle(tag, *elements):
    return b"#bundle\0" + struct.pack(">Q", tag) + b"".join(
        struct.pack(">i", len(element)) + element for element in elements)


def tag_of(seconds):
    """The time tag of a time as time.time() has it."""
    return int((seconds + _FROM_1900) * 2**32)


def seconds_of(tag):
    return tag / 2**32 - _FROM_1900


def read(packet, tag=IMMEDIATELY):
    """[(address, [floats], tag)] of a packet whose messages have only floats."""
    if packet.startswith(b"#bundle\0"):
        tag, = struct.unpack_from(">Q", packet, 8)
        found, at = [], 16
        while at < len(packet):
            size, = struct.unpack_from(">i", packet, at)
            found += read(packet[at + 4:at + 4 + size], tag)
            at += 4 + size
        return found
    address = packet[:packet.index(b"\0")].decode()
    rest = packet[len(_text(address)):]
    types = rest[:rest.index(b"\0")].decode()
    assert types == "," + "f" * (len(types) - 1), types
    return [(address, list(struct.unpack_from(f">{len(types) - 1}f", rest, len(_text(types)))), tag)]


def free_port():
    """For UDP and TCP, on both loopback addresses."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
            holder.bind(("127.0.0.1", 0))
            port = holder.getsockname()[1]
            try:
                for family, host in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
                    with socket.socket(family, socket.SOCK_STREAM) as probe:
                        probe.bind((host, port))
                with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
                    probe.bind(("::1", port))
            except OSError as problem:
                if problem.errno == 98:  # taken; a machine without IPv6 says something else
                    continue
            return port


class Receiver:
    """What a program sends."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, port, packet):
        self.socket.sendto(packet, ("127.0.0.1", port))

    def wait(self, holds, what):
        """The first message (address, numbers, tag) that `holds`, and when it came."""
        end = time.monotonic() + PATIENCE_S
        seen = []
        while time.monotonic() < end:
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            try:
                packet = self.socket.recv(65536)
            except socket.timeout:
                break
            now = time.time()
            for one in read(packet):
                seen.append(one)
                if holds(one):
                    return one, now
        raise AssertionError(f"{what}: only {seen[-5:]} came")
