"""The other side of MIDI: ports NAME-out:midi and NAME-in:midi of a JACK server, through RtMidi.

    with midi.Peer("peer") as peer:
        peer.say(0xB0, 7, 127)
        peer.wait_for((0xB0, 20, 127))
"""

import ctypes
import ctypes.util

import jack
from weft_e2e import check, skip

JACK_API = 3
QUEUE = 4096
NOTE_OFF, NOTE_ON, CONTROLLER, BEND = 0x80, 0x90, 0xB0, 0xE0
SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC


def library():
    """RtMidi's functions for C."""
    name = ctypes.util.find_library("rtmidi")
    if not name:
        skip("no librtmidi: install librtmidi-dev")
    rtmidi = ctypes.CDLL(name)
    for function in "rtmidi_in_create", "rtmidi_out_create":
        getattr(rtmidi, function).restype = ctypes.c_void_p
    rtmidi.rtmidi_in_get_message.restype = ctypes.c_double
    return rtmidi


class Peer:
    def __init__(self, name):
        self.name = name
        self.heard = []  # messages, tuples of their bytes

    def __enter__(self):
        self.rtmidi = library()
        self.outlet = ctypes.c_void_p(
            self.rtmidi.rtmidi_out_create(JACK_API, f"{self.name}-out".encode()))
        self.inlet = ctypes.c_void_p(
            self.rtmidi.rtmidi_in_create(JACK_API, f"{self.name}-in".encode(), QUEUE))
        self.rtmidi.rtmidi_in_ignore_types(self.inlet, False, False, False)
        self.rtmidi.rtmidi_open_virtual_port(self.outlet, b"midi")
        self.rtmidi.rtmidi_open_virtual_port(self.inlet, b"midi")
        return self

    def __exit__(self, *_):
        self.rtmidi.rtmidi_out_free(self.outlet)
        self.rtmidi.rtmidi_in_free(self.inlet)

    def say(self, *message):
        sent = self.rtmidi.rtmidi_out_send_message(self.outlet, bytes(message), len(message))
        check(sent == 0, f"{message} is sent")

    def listen(self):
        """Adds to `heard` what came meanwhile."""
        room = ctypes.create_string_buffer(1024)
        while True:
            size = ctypes.c_size_t(len(room))
            self.rtmidi.rtmidi_in_get_message(self.inlet, room, ctypes.byref(size))
            if not size.value:
                return self.heard
            self.heard.append(tuple(room.raw[:size.value]))

    def wait(self, holds, text):
        """Until `holds` of all that was heard."""
        return jack.wait_until(lambda: holds(self.listen()), f"{text}; heard {self.heard[-20:]}")

    def wait_for(self, message):
        self.wait(lambda heard: message in heard, f"{message} comes")

    def newest(self, status, number):
        """The newest value of a controller, None if there was none."""
        values = [m[2] for m in self.listen() if m[:2] == (status, number)]
        return values[-1] if values else None
