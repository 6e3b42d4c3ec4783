"""The installed SDK, as an author meets it: a prefix that was moved, plugins built outside the tree by
CMake and by pkg-config, in C and in C++, installed beside ours and computing what they should."""

import filecmp
import json
import os
import pathlib
import shutil
import subprocess

from package import build_tree, run
from weft_e2e import ROOT, check, program

TREE = build_tree()
run("cmake", "--install", TREE, "--prefix", "first")
os.rename("first", "prefix")
PREFIX = pathlib.Path("prefix").resolve()
WEFT = PREFIX / "bin/weft"
os.environ["PKG_CONFIG_PATH"] = str(PREFIX / "lib/pkgconfig")
# Only what is in the prefix.
os.environ.pop("WEFT_PLUGIN_PATH", None)


def plugins(*args):
    return {one["name"]: one for one in json.loads(run(WEFT, "plugins", "--json", *args))["plugins"]}


# --- What is there --------------------------------------------------------------------------------
ours = plugins()
manifests = {path.stem for path in (PREFIX / "lib/weft").glob("*.json")}
check(manifests == {path.stem for path in (TREE / "lib/weft").glob("*.json")}, "every plugin is installed")
check(manifests <= set(ours), f"weft finds the plugins beside it: {sorted(ours)}")
for name in manifests:
    check(ours[name]["state"] in ("ready", "unavailable"), f"{name}: {ours[name]}")
    check(pathlib.Path(ours[name]["library"]).parent == PREFIX / "lib/weft", f"{name} is the installed one")
for headers, folder in (("sdk/include", "weft"), ("sdk/cpp/include", "weft/cpp")):
    names = sorted(path.name for path in (ROOT / headers / folder).iterdir() if path.is_file())
    same, _, _ = filecmp.cmpfiles(ROOT / headers / folder, PREFIX / "include" / folder, names, False)
    check(sorted(same) == names, f"include/{folder} is {headers}/{folder}: {set(names) - set(same)}")
for path in PREFIX.rglob("*"):
    if path.suffix in (".cmake", ".pc"):
        text = path.read_text(encoding="utf-8")
        check(str(ROOT) not in text and str(PREFIX.parent) not in text, f"{path} names no directory")

# --- What names a page names one that is there ----------------------------------------------------
pathlib.Path("copies").mkdir()
shutil.copy(TREE / "tests/plugins/offers.so", "copies")
program("copies/offers.json", json.dumps({
    "name": "offers", "version": "1.0", "summary": "a fixture", "abi_min": 1, "abi_target": 1,
    "contexts": ["visual", "compute"]}))
program("copied.weft", "cache(me@x + me@time, 2)::kept<v>\ndisplay(kept@v[kept@k ~ 1])\n")
os.environ["WEFT_OFFERS"] = "local"
said = run(WEFT, "explain", "copied.weft", "--plugin-dir", "copies", "--visual", "cpu", "--owner",
           "kept=offers")
page = PREFIX / "share/doc/weft/docs/sdk/why-copied.md"
check(f"why an edge is copied: {page} says" in said and page.exists(), f"explain: {said}")
judged = json.loads(run(WEFT, "validate", "reference", "--check", "loading.opens", "--json"))
page = judged["checks"][0]["page"].partition("#")[0]
check(pathlib.Path(page).is_absolute() and pathlib.Path(page).exists(), f"validate: {page}")

# --- A plugin in C and one in C++, by CMake -------------------------------------------------------
pathlib.Path("plugins").mkdir()
shutil.copy(ROOT / "tests/plugins/gain.c", "plugins")
MANIFEST = {"version": "0.3", "summary": "sums and products of a third party", "abi_min": 1,
            "abi_target": 1, "contexts": ["visual", "compute"], "flags": ["deterministic"]}


def manifest(name, **changed):
    return json.dumps({"name": name, **MANIFEST, **changed})


program("plugins/gain.json", manifest("gain"))
program("plugins/tape.manifest", manifest("tape", version="1", flags=[]))
program("plugins/tape.cpp", """
#include <weft/cpp/backend.hpp>

class Tape : public weft::cpp::Backend {
public:
    explicit Tape(weft::cpp::Host) {}
    static const weft_backend_info* describe() {
        static const weft_backend_info info = {
            sizeof info, 0, weft::cpp::to_str("tape"), weft::cpp::to_str("1"),
            weft::cpp::to_str("sums and products of a third party"),
            1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_COMPUTE, 0, nullptr, 0, 0, nullptr};
        return &info;
    }
    static void probe(weft_probe& result) {
        result.available = 1;
        result.score = 1;
    }
    std::unique_ptr<weft::cpp::Program> compile(const weft_batch&) override {
        throw weft::cpp::Failure(WEFT_UNSUPPORTED, "the tape is full");
    }
};
WEFT_CPP_PLUGIN(Tape, "1")
""")
program("plugins/CMakeLists.txt", """
cmake_minimum_required(VERSION 3.25)
project(authors C CXX)
add_compile_options(-Wall -Wextra -Wpedantic -Werror)
find_package(Weft 0.1 REQUIRED)
weft_add_plugin(gain SOURCES gain.c)
weft_add_plugin(tape SOURCES tape.cpp MANIFEST tape.manifest LIBS Weft::sdk_cpp)
add_custom_target(listed ALL COMMAND ${Weft_EXECUTABLE} plugins --plugin-dir . DEPENDS gain tape)
""")
run("cmake", "-G", "Ninja", "-S", "plugins", "-B", "out", f"-DCMAKE_PREFIX_PATH={PREFIX}")
run("cmake", "--build", "out")
program("line.weft", "a = me@x * 2 + 1\n")


def computes(*args):
    said = run(WEFT, "eval", "line.weft", "a", "--at", "x=.25", "--on", "gain", *args)
    check(said.strip() == "1.5", f"eval {' '.join(args)}: {said}")


def one_symbol(path):
    names = [line.split()[-1] for line in run("nm", "-D", "--defined-only", path).splitlines()]
    check(names == ["weft_plugin_entry"], f"{path} exports {names}")


one_symbol("out/gain.so")
one_symbol("out/tape.so")
found = plugins("--plugin-dir", "out")
check(found["gain"]["state"] == found["tape"]["state"] == "ready", f"gain, tape: {found}")
computes("--plugin-dir", "out")
run("cmake", "--install", "out", "--prefix", PREFIX)
check({"gain", "tape"} <= set(plugins()), "an author's plugins are installed beside ours")
computes()

# --- The same without CMake -----------------------------------------------------------------------
def pkg_config(*args):
    return run("pkg-config", *args, "weft-sdk").split()


pathlib.Path("by-hand").mkdir()
shutil.copy("plugins/gain.json", "by-hand")
flags = [*pkg_config("--cflags"), *pkg_config("--variable=pluginflags")]
strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
run("cc", "-std=c99", *strict, *flags, "-o", "by-hand/gain.so", "plugins/gain.c")
run("c++", "-std=c++20", *strict, *flags, "-o", "by-hand/tape.so", "plugins/tape.cpp")
one_symbol("by-hand/gain.so")
one_symbol("by-hand/tape.so")
computes("--plugin-dir", "by-hand")
check(os.path.samefile(pkg_config("--variable=plugindir")[0], PREFIX / "lib/weft"), "plugindir")

# --- Weft inside another program ------------------------------------------------------------------
pathlib.Path("inside").mkdir()
program("inside/main.c", """
#include <weft/weft.h>
#include <stdio.h>

int main(void) {
    weft_engine* engine = NULL;
    if (weft_engine_create(NULL, &engine, NULL) != WEFT_OK) return 1;
    weft_engine_destroy(engine);
    printf("%s", weft_version());
    return 0;
}
""")
program("inside/CMakeLists.txt", """
cmake_minimum_required(VERSION 3.25)
project(inside C)
find_package(Weft 0.1 REQUIRED)
add_executable(inside main.c)
target_link_libraries(inside PRIVATE Weft::weft)
""")
VERSION = run("pkg-config", "--modversion", "weft").strip()
run("cmake", "-G", "Ninja", "-S", "inside", "-B", "inside-out", f"-DCMAKE_PREFIX_PATH={PREFIX}")
run("cmake", "--build", "inside-out")
check(run("inside-out/inside") == VERSION, "a program that embeds weft, by CMake")
run("cc", "-o", "inside-out/by-hand", "inside/main.c",
    *run("pkg-config", "--cflags", "--libs", "weft").split(), f"-Wl,-rpath,{PREFIX}/lib")
check(run("inside-out/by-hand") == VERSION, "a program that embeds weft, by pkg-config")
check(VERSION in run(WEFT, "--version"), f"all of one version: {VERSION}")

# --- What an author gets wrong is said where it is written ----------------------------------------
pathlib.Path("wrong").mkdir()
for call, message in (("nothing", "no SOURCES"), ("libgain SOURCES gain.c", "lib*.so are libraries"),
                      ("gain SOURCES gain.c MANIFEST gone.json", "there is no manifest"),
                      ("gain gain.c", "unknown: gain.c")):
    program("wrong/CMakeLists.txt",
            "cmake_minimum_required(VERSION 3.25)\nproject(wrong LANGUAGES NONE)\n"
            f"find_package(Weft REQUIRED)\nweft_add_plugin({call})\n")
    shutil.rmtree("wrong-out", ignore_errors=True)
    done = subprocess.run(["cmake", "-S", "wrong", "-B", "wrong-out", f"-DCMAKE_PREFIX_PATH={PREFIX}"],
                          capture_output=True, text=True, timeout=60, check=False)
    said = " ".join(done.stderr.split())
    check(done.returncode != 0 and message in said, f"weft_add_plugin({call}): {done.stderr}")
