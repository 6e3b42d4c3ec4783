"""The rows of the benchmark table: what is measured, against what, and what it must and should be."""

import dataclasses

from process import BIN, ROOT


@dataclasses.dataclass
class Row:
    key: str            # as the benchmark's lines name it
    work: str
    against: str
    must: float | None = None   # None: reported only
    aim: float | None = None
    unit: str = "x"     # "x": ours over theirs; else the unit of a value
    more: bool = False  # larger is better
    where: str = ""     # "software", "hardware": measured on such a device only



def accelerator(name: str, plasma: float) -> tuple[list, list[Row]]:
    """The group of one back end on an accelerator."""
    return [BIN / "bench_gpu", name], [
        Row(f"plasma-{name}", f"plasma 1920x1080, rgba8, {name} on the processor",
            "hand-written kernel on the same driver", plasma, 0.5, where="software"),
        Row(f"plasma4k-{name}", f"plasma 3840x2160, planes of singles, {name}",
            "hand-written kernel on the same driver", 0.9, 0.6, where="hardware"),
        Row(f"floor4k-{name}", f"plasma 3840x2160, planes of singles, {name}",
            "filling the same memory", where="hardware"),
        Row(f"plasma4k-ms-{name}", f"plasma 3840x2160, planes of singles, {name}, a frame", "",
            unit="ms", where="hardware"),
        Row(f"frame-{name}", f"a frame of one batch beside its kernel, {name}", "an empty submit and wait",
            1.3, where="api"),
        *(Row(f"edge-{name}-{other}", f"3840x2160 rgba32f from {name}, read by {other} in place",
              "one copy of it (hardware: a pinned download)", 0.01, 0.005, where="pair")
          for other in ("cpu", "vulkan", "opencl", "cuda") if other != name),
        Row(f"getter-{name}", f"16 points of a 3840x2160 rgba32f picture, {name}",
            "reading the picture back", 0.02),
        Row(f"reload-memory-{name}", f"1,000 reloads (or 30 s of them), {name}: memory after the "
            "first 50", "", 16, unit="MB"),
        Row(f"reload-descriptors-{name}", f"the same, {name}: descriptors", "", 0, unit="more"),
        Row(f"reload-threads-{name}", f"the same, {name}: threads", "", 0, unit="more"),
    ]


# Group -> command that prints one JSON line a sample (bench/samples.h), and its rows.
GROUPS = {
    "kernels": ([BIN / "bench_kernels"], [
        Row("plasma", "plasma 1920x1080, rgba8, all cores",
            "hand-written AVX-512, inline polynomial sine, not hoisted", 0.85, 0.5),
        Row("blur", "9x9 bilinear blur of a loaded picture, 1920x1080, all cores",
            "hand-written AVX-512 with contiguous loads", 1.2, 0.5),
        Row("partials", "64 sine partials with slow amplitudes, stereo, one thread",
            "hand-written AVX-512, one sine a partial and sample", 1.1, 0.6),
        Row("saws", "8 saws, each through a biquad, one thread", "hand-written scalar C++", 1.1,
            0.4),
    ]),
    "compile": ([BIN / "bench_compile"], [
        Row("compile", "plasma, source text to first frame, warm process",
            "LLVM's own time for the same kernels", 1.5),
        Row("compile-cached", "plasma, source text to first frame, warm process, cached code", "", 5, unit="ms"),
    ]),
    "start": (["python3", ROOT / "bench" / "start.py"], [
        Row("version", "`weft --version`, whole process",
            "`gst-launch-1.0` of one buffer", 1.0),
        Row("frame-cold", "one 64x64 frame of plasma to PNG, whole process, nothing cached",
            "`gst-launch-1.0` of one buffer"),
        Row("frame-cached", "one 64x64 frame of plasma to PNG, whole process, cached code",
            "`gst-launch-1.0` of one buffer"),
        Row("frame-cold-ms", "one 64x64 frame of plasma to PNG, nothing cached", "", unit="ms"),
        Row("frame-cached-ms", "one 64x64 frame of plasma to PNG, cached code", "", unit="ms"),
    ]),
    "graph": (["python3", ROOT / "bench" / "graph_scale.py"], [
        Row("chain-slope", "check and graph, chain of 1k, 10k, 100k nodes: slope on log-log axes",
            "", 1.1, unit=""),
        Row("chain-100k", "check and graph, chain of 100k nodes", "", aim=1.0, unit="s"),
        Row("fan-slope", "check and graph, fan-out and fan-in of 1k, 10k, 100k nodes: slope", "", 1.1,
            unit=""),
        Row("fan-100k", "check and graph, fan of 100k nodes", "", aim=1.0, unit="s"),
        Row("sinks-slope", "check and graph, 1k, 10k, 100k nodes, one sink for ten of them: slope", "",
            1.1, unit=""),
        Row("sinks-100k", "check and graph, 100k nodes and 10k sinks", "", aim=1.0, unit="s"),
    ]),
    "values": ([BIN / "bench_values"], [
        Row("one-call", "a cheap computed strand at one point, through a getter",
            "the same formula in C++ through a function pointer", 5.0),
        Row("one-call-dear", "two sines and a root at one point, through a getter",
            "the same formula in C++ through a function pointer"),
        Row("one-call-materialised", "a materialised strand at one point, through a getter",
            "a bilinear read in C++ through a function pointer", 5.0),
        Row("many-points", "a materialised strand at many points, each", "", 1.0, unit="ns"),
        Row("many-points-turned", "a materialised strand at many points in turned rows, each", "",
            unit="ns"),
        Row("many-points-scattered", "a materialised strand at many points in no order, each", "", unit="ns"),
    ]),
    "memory": (["python3", ROOT / "bench" / "memory.py"], [
        Row("memory-10", "peak memory of plasma 1920x1080, 10 frames", "", 250, unit="MB"),
        Row("memory-600", "peak memory of plasma 1920x1080, 600 frames", "", 250, unit="MB"),
        Row("memory-growth", "600 frames over 10 frames, peak memory", "10 frames", 1.05),
        Row("memory-film", "peak memory of plasma 1920x1080 to a film, 30 frames", "", unit="MB"),
    ]),
    "snr": (["python3", ROOT / "bench" / "snr.py"], [
        Row("snr-start", "64 partials, signal over error, first second", "f64 reference", 110,
            unit="dB", more=True),
        Row("snr-30-days", "64 partials, signal over error, after 30 days of --start", "f64 reference", 110, unit="dB",
            more=True),
    ]),
    "osc": ([BIN / "bench_osc"], [
        Row("osc-in", "OSC messages in, one a packet, UDP on loopback", "a handler of liblo's", 1.11, 0.7),
        Row("osc-in-core", "OSC messages in, one a packet, both sides on one core", "a handler of liblo's",
            1.11, 0.7),
        Row("osc-in-bundles", "OSC messages in, bundles of 50", "handlers of liblo's", 1.11, 0.5),
        Row("osc-in-floor", "OSC messages in, one a packet", "reading the same packets and nothing else"),
        Row("osc-in-core-floor", "OSC messages in, one a packet, both sides on one core",
            "reading the same packets and nothing else"),
        Row("osc-in-bundles-floor", "OSC messages in, bundles of 50",
            "reading the same packets and nothing else"),
        Row("osc-out", "OSC messages out, one a frame, UDP on loopback", "`lo_send`", 1.11, 1.0),
        Row("osc-out-bundles", "OSC messages out, 50 a frame", "bundles of liblo's", 1.11, 0.6),
    ]),
    "live-osc": (["python3", ROOT / "bench" / "live_osc.py"], [
        Row("osc-to-frame", "OSC message to the answer of the frame that shows it, 60 frames a second, median", "",
            1.0, 0.6, unit="frames"),
        Row("osc-to-frame-99", "OSC message to that answer, 99 of 100", "", 1.1, 1.02, unit="frames"),
        Row("osc-to-frame-shown", "OSC message to the moment at which its frame shows, median", "",
            unit="frames"),
        *(row for block in (64, 256) for row in (
            Row(f"osc-to-sound-{block}", f"OSC message to the sound that has it, {block} samples a block, "
                "median", "", 1.0, 0.7, unit="blocks"),
            Row(f"osc-to-sound-{block}-99", f"OSC message to that sound, {block} samples a block, 99 of 100",
                "", aim=1.2, unit="blocks"),
        )),
    ]),
    "live-late": (["python3", ROOT / "bench" / "live_late.py"], [
        *(row for key, what in (("late-partials", "64 sine partials"), ("late-saws", "8 saws and biquads"))
          for row in (
              Row(key, f"{what} live, 10 minutes of 64 samples a block: blocks that took longer than they last",
                  "", 0, unit="blocks"),
              Row(f"{key}-underruns", f"{what} live: underruns of any making, a minute", "", unit=""),
          )),
        Row("late-bare-underruns", "a client beside them that only computes the saws in its callback: underruns, "
            "a minute", "", unit=""),
    ]),
    "live-hours": (["python3", ROOT / "bench" / "live_hours.py"], [
        Row("hours-resident", "8 hours of a show, as fast as it runs, with edits and storms of messages: "
            "memory, an hour", "", 1.0, unit="MB"),
        Row("hours-descriptors", "the same: descriptors, an hour", "", 0.1, unit=""),
        Row("hours-threads", "the same: threads, an hour", "", 0.1, unit=""),
        Row("hours-edits", "the same: edits that were lost", "", 0.0, unit=""),
        Row("hours-edited", "the same: edits", "", unit=""),
        Row("hours-losses", "the same: losses of a device", "", unit=""),
        Row("hours-time", "the same: the clock from where it should be", "", 1e-6, unit="s"),
        Row("hours-frames", "the same: frames run of those that were due", "", unit="x"),
    ]),
    "reload": (["python3", ROOT / "bench" / "live_reload.py"], [
        Row("reload-compile", "a save of a running program: compiling it", "", unit="ms"),
        Row("reload-picture", "save to the new picture, beyond compiling it", "", 1.0, unit="frames"),
        Row("reload-sound", "save to the new sound, beyond compiling it", "", 2.0, unit="blocks"),
    ]),
    "live": (["python3", ROOT / "bench" / "live_audio.py"], [
        row for key, what in (("live-partials", "64 sine partials"), ("live-saws", "8 saws and biquads"))
        for row in (
            Row(key, f"{what} live, 64 samples a block: load of the audio thread",
                "a stream of PortAudio that computes the same blocks offline, called in turns by the same thread", 1.2, 1.0),
            Row(f"{key}-paced", f"{what} live, 64 samples a block: load of the audio thread",
                "the same blocks offline, one every 64 samples' time"),
            Row(f"{key}-fast", f"{what} live, 64 samples a block: load of the audio thread",
                "the same blocks offline, as fast as possible"),
            Row(f"{key}-share", f"{what} live, 64 samples a block: of the time there is", "", unit="%"),
        )
    ]),
    "gpu-vulkan": accelerator("vulkan", 0.8),
    "gpu-opencl": accelerator("opencl", 1.0),
    "gpu-cuda": accelerator("cuda", 1.0),
}
GROUPS["gpu-vulkan"][1].extend([
    Row("frame50", "a frame of 50 batches beside their kernels: a chain on vulkan and one on opencl, "
        "joined", "50 empty submits and waits, in turns", 0.5),
    Row("frame50-crossing", "a frame of 50 batches beside their kernels, each of which waits for one "
        "on the other of vulkan and opencl", "50 empty submits and waits, in turns"),
    Row("frame50-batches", "batches of the former", "", unit=""),
    Row("frame50-crossing-batches", "batches of the latter", "", unit=""),
])
# Back ends that are not compiled by default are measured when they are asked for.
ON_REQUEST = ("gpu-cuda",)
