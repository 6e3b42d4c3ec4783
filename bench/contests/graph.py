"""What it costs to pass from one node to the next: chains and fans of nodes that do nothing, of two
back ends (or functions) in turns; the cost of a node in a frame. Nothing is computed, so nothing is
compared."""

from __future__ import annotations

from contest import BIN, PEERS, Contender, Contest, Missing, first_line, need, told
from process import WEFT

# What waiting for a node, starting it and looking at its outcome may take.
MOST_NS = 5.0


def built(name: str, package: str):
    """Whether a peer was built, said before it is measured."""
    def prepare(_scratch) -> None:
        if not (PEERS / "bin" / name).exists():
            raise Missing(f"{name} is not built: apt-get install {package}, then bench/peers again")
    return prepare


def contest(shape: str, nodes: int) -> Contest:
    def peer(program: str):
        return lambda: told(PEERS / "bin" / program, shape, nodes)

    contenders = [
        Contender("weft", "weft", lambda: told(BIN / "bench_contest_graph", shape, nodes),
                  version=lambda: first_line(WEFT, "--version"),
                  note="the frame loop with batches of two back ends in turns"),
        Contender("function pointers", "hand", peer("peer_graph_hand"),
                  prepare=built("peer_graph_hand", "g++"),
                  note="two functions in turns from one place: their branch is predicted badly"),
        Contender("function pointers, unrolled", "hand", peer("peer_graph_unrolled"),
                  prepare=built("peer_graph_unrolled", "g++"),
                  note="eight calls in a row, each predicted by itself"),
        Contender("oneTBB", "peer", peer("peer_graph_tbb"),
                  prepare=built("peer_graph_tbb", "libtbb-dev"),
                  version=lambda: first_line(need("pkg-config", "pkg-config"), "--modversion", "tbb"),
                  note="continue_node, lightweight"),
        Contender("GStreamer", "peer", peer("peer_graph_gstreamer"),
                  prepare=built("peer_graph_gstreamer", "libgstreamer1.0-dev"),
                  version=lambda: first_line("gst-inspect-1.0", "--version"),
                  note="identity in one streaming thread" if shape == "chain"
                  else "tee and fakesinks in one streaming thread"),
    ]
    return Contest(
        key=f"graph.{shape}.{nodes}",
        work=f"{nodes} nodes that do nothing, "
             + ("each after the one before" if shape == "chain" else "all after the first"),
        unit="ns a node a frame", scale=1e9, contenders=contenders, must={"peer": 1.0},
        most=MOST_NS if (shape, nodes) == ("chain", 100) else None)


def live(nodes: int) -> Contest:
    """A live show gives every batch a deadline and another thread, so that one that hangs can be
    left behind: the price of that, alone."""
    return Contest(
        key=f"graph.live.{nodes}",
        work=f"the chain of {nodes} with a deadline for each node, as in a live show",
        unit="ns a node a frame", scale=1e9,
        contenders=[Contender("weft", "weft",
                              lambda: told(BIN / "bench_contest_graph", "chain", nodes, "--deadline"),
                              version=lambda: first_line(WEFT, "--version"))])


def contests(quick: bool) -> list[Contest]:
    sizes = (100,) if quick else (10, 100, 1000)
    return [*(contest(shape, nodes) for shape in ("chain", "fan") for nodes in sizes), live(100)]
