"""Answers questions about a JACK server for as long as it lives, one JSON line for each on its input:

    ["ports"]                        names of all ports
    ["connections", PORT]            names of the ports that PORT is connected to
    ["connect" | "disconnect", FROM, TO]

One client for all of them. jack_lsp and its like are a client a question, and where many come and go while
others do, libjack confuses the places of the clients in a process that has several, weft among them: one of
them is never woken again, and the server waits for it in every period (jackd2 1.9.21). It is a process of
its own, because a server that hangs does not let go of who asks it.
"""

import ctypes
import ctypes.util
import json
import sys

NO_START_SERVER = 1


def main():
    jack = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
    for function in ("jack_client_open", "jack_port_by_name"):
        getattr(jack, function).restype = ctypes.c_void_p
    for function in ("jack_get_ports", "jack_port_get_all_connections"):
        getattr(jack, function).restype = ctypes.POINTER(ctypes.c_char_p)
    quiet = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda line: None)
    jack.jack_set_error_function(quiet)
    jack.jack_set_info_function(quiet)
    client = ctypes.c_void_p(jack.jack_client_open(b"look", NO_START_SERVER, None))
    if not client.value:
        sys.exit(1)

    def strings(array):
        found = []
        while array and array[len(found)]:
            found.append(array[len(found)].decode())
        if array:
            jack.jack_free(array)
        return found

    def answer(question, *names):
        names = [name.encode() for name in names]
        if question == "ports":
            return strings(jack.jack_get_ports(client, None, None, ctypes.c_ulong(0)))
        if question == "connections":
            port = ctypes.c_void_p(jack.jack_port_by_name(client, *names))
            return strings(jack.jack_port_get_all_connections(client, port)) if port.value else []
        return getattr(jack, f"jack_{question}")(client, *names)

    print("null", flush=True)  # here
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line))), flush=True)
    jack.jack_client_close(client)


main()
