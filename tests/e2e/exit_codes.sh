# Exit codes are a promise to scripts: 0 done, 1 the program or input is wrong, 2 usage.
set -u
expect() {
    local wanted=$1 got=0
    shift
    "$WEFT" "$@" >out 2>err </dev/null || got=$?
    [ "$got" = "$wanted" ] || { echo "weft $*: exit $got, expected $wanted"; cat out err; exit 1; }
}

echo 'display(me@x)' >good.weft
echo 'display(me@' >bad.weft
printf '\xff\xfe\x00' >bytes.weft

expect 0 --version
grep -q '^weft [0-9]' out || { echo "--version prints: $(cat out)"; exit 1; }
expect 0 --help
expect 0 check good.weft
expect 1 check bad.weft
expect 1 check good.weft bad.weft
expect 1 check bytes.weft
[ "$(wc -l <err)" = 1 ] || { echo "a file that is no text is told once, not:"; cat err; exit 1; }
expect 1 check missing.weft
expect 1 render bad.weft -o x.png
[ ! -e x.png ] || { echo "a program with errors left a file"; exit 1; }
expect 1 render good.weft -o missing-directory/x.png
expect 2
expect 2 nonsense
expect 2 render
expect 2 render good.weft -o x.png --size banana
expect 2 run good.weft --duration banana
grep -q "error: --duration: 'banana' is no number" err || { echo "--duration: $(cat err)"; exit 1; }
expect 2 run good.weft --group sound=cores:0
grep -q "there is no group 'sound'; groups are main, io, reload, visual, audio," err ||
    { echo "--group: $(cat err)"; exit 1; }
expect 1 render good.weft -o x.unknown
expect 2 render good.weft -o x.png --frames 5:1
expect 0 eval good.weft --help
expect 0 plugins
expect 0 plugins --json
python3 -c 'import json,sys; json.load(open("out"))' || { echo "plugins --json is not JSON"; exit 1; }
# With --json a failure is a document too: its diagnostics.
diagnosed() {
    expect 1 "$@" --json
    python3 -c '
import json, sys
document = json.load(open("out"))
found = document if isinstance(document, list) else document["diagnostics"]
assert any(d["severity"] == "error" for d in found), document
' || { echo "weft $* --json prints: $(cat out)"; exit 1; }
    [ ! -s err ] || { echo "weft $* --json prints to standard error:"; cat err; exit 1; }
}
diagnosed check bad.weft
diagnosed explain bad.weft
diagnosed explain missing.weft
diagnosed eval bad.weft a@v
diagnosed eval good.weft nobody@v
expect 0 explain good.weft --json
python3 -c 'import json; assert json.load(open("out"))["diagnostics"] == []' ||
    { echo "explain --json prints: $(cat out)"; exit 1; }
expect 0 graph good.weft --format json
python3 -c 'import json,sys; json.load(open("out"))' || { echo "graph json is not JSON"; exit 1; }
[ ! -s err ] || { echo "a clean graph prints to standard error:"; cat err; exit 1; }
