"""The Debian packages, unpacked: who has which file, what they depend on, and that both together are a
prefix in which weft runs and a plugin can be built."""

import json
import os
import pathlib
import re

from package import build_tree, run
from weft_e2e import ROOT, check

TREE = build_tree()
run(ROOT / "scripts/package", "--build", TREE, "--out", "packages")
packages = {re.match(r"([a-z-]+)_", path.name)[1]: path
            for path in pathlib.Path("packages").glob("*.deb")}
check(set(packages) == {"weft", "weft-dev"}, f"two packages: {packages}")


def field(name, which):
    return run("dpkg-deb", "--field", packages[name], which).strip()


def needed(name, which="Depends"):
    """The names of the packages in such a field, whatever their versions."""
    return {re.split(r"[ :(]", part.strip())[0] for part in field(name, which).split(",")}


contents = {}
for name, path in packages.items():
    run("dpkg-deb", "--extract", path, f"only-{name}")
    contents[name] = {str(at.relative_to(f"only-{name}")) for at in pathlib.Path(f"only-{name}").rglob("*")
                      if not at.is_dir()}
    run("dpkg-deb", "--extract", path, "root")
    check(field(name, "Version") == field("weft", "Version"), f"{name} has the version of weft")
check(not contents["weft"] & contents["weft-dev"], "no file is in both")

# --- Who has what ---------------------------------------------------------------------------------
plugins = {path.stem for path in (TREE / "lib/weft").glob("*.json")}
for path in ("usr/bin/weft", "usr/share/man/man1/weft.1", "usr/share/zsh/site-functions/_weft",
             "usr/share/bash-completion/completions/weft", "usr/share/doc/weft/copyright",
             "usr/share/fish/vendor_completions.d/weft.fish",
             "usr/share/doc/weft/docs/sdk/why-copied.md",  # which `weft explain` names
             *(f"usr/lib/weft/{name}{ending}" for name in plugins for ending in (".so", ".json"))):
    check(path in contents["weft"], f"the package weft has {path}")
for path in ("usr/include/weft/plugin.h", "usr/include/weft/ops.def", "usr/include/weft/cpp/backend.hpp",
             "usr/lib/cmake/Weft/WeftConfig.cmake", "usr/lib/pkgconfig/weft-sdk.pc",
             "usr/share/doc/weft-dev/copyright",
             *(f"usr/share/doc/weft/docs/sdk/{page.name}" for page in (ROOT / "docs/sdk").glob("*.md")
               if page.stem != "why-copied")):
    check(path in contents["weft-dev"], f"the package weft-dev has {path}")
for name, pattern in (("weft", r"usr/lib/libweft\.so\.\d+"), ("weft", r"usr/lib/libweft\.so\.\d+\.\d+\.\d+"),
                      ("weft-dev", r"usr/lib/libweft\.so")):
    check(any(re.fullmatch(pattern, path) for path in contents[name]), f"{name} has {pattern}")
for path in contents["weft-dev"]:
    check(not path.startswith("usr/lib/weft/"), f"{path} is for whoever uses weft")

# Links between pages, examples and headers hold.
DOCS = pathlib.Path("root/usr/share/doc/weft")
pages = [*DOCS.rglob("*.md")]
check(len(pages) > 15, f"the pages are there: {pages}")
for page in pages:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        check((page.parent / link).exists(), f"{page.relative_to(DOCS)} links to {link}")

# --- What they depend on --------------------------------------------------------------------------
check(f"weft (= {field('weft', 'Version')})" in field("weft-dev", "Depends"), "weft-dev needs its weft")
check({"libc6", "libfmt9", "libllvm15", "libavcodec59"} <= needed("weft"),
      f"what the binaries link: {needed('weft')}")
check({"libvulkan1", "ocl-icd-libopencl1"} <= needed("weft", "Recommends"),
      f"what plugins open at run time: {needed('weft', 'Recommends')}")
for name in packages:
    check(len(field(name, "Description").splitlines()) > 1, f"{name} is described")

# --- It runs --------------------------------------------------------------------------------------
os.environ.pop("WEFT_PLUGIN_PATH", None)
found = json.loads(run("root/usr/bin/weft", "plugins", "--json"))["plugins"]
check(plugins <= {one["name"] for one in found}, f"the packaged weft finds its plugins: {found}")
check(all(one["state"] in ("ready", "unavailable") for one in found), f"and can open them: {found}")
os.environ["PKG_CONFIG_PATH"] = str(pathlib.Path("root/usr/lib/pkgconfig").resolve())
flags = [run("pkg-config", "--cflags", "weft-sdk").strip(),
         *run("pkg-config", "--variable=pluginflags", "weft-sdk").split()]
run("cc", *flags, "-o", "null.so", ROOT / "plugins/null/plugin.c")
