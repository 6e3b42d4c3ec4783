# Completion of weft for bash. Made by scripts/gen-completions; do not edit.

_weft_backends() {
    weft plugins 2>/dev/null | awk '/^[a-z]/ { name = $1 } $1 == "computes" { print name }'
}

_weft() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local command=${COMP_WORDS[1]} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run render eval check fmt graph explain plugins doctor validate new-plugin -h --help --version" -- "$word")
        return
    fi
    case $command,$before in
        run,--duration) return ;;
        run,--audio-device) return ;;
        run,--audio-map) return ;;
        run,--input-device) return ;;
        run,--input-map) return ;;
        run,--block) return ;;
        run,--osc) return ;;
        run,--midi-in) return ;;
        run,--midi-out) return ;;
        run,--midi-clock) return ;;
        run,--midi-api) mapfile -t COMPREPLY < <(compgen -W "alsa jack" -- "$word"); return ;;
        run,--status) return ;;
        run,--log) return ;;
        run,--log-size) return ;;
        run,--log-keep) return ;;
        run,--restart) return ;;
        run,--record) return ;;
        run,--preset) return ;;
        run,--monitor) return ;;
        run,--trace) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        run,--trace-size) return ;;
        run,--size) return ;;
        run,--fps) return ;;
        run,--rate) return ;;
        run,--group) return ;;
        run,--threads) return ;;
        run,--memory) return ;;
        run,--device-memory) return ;;
        run,--on) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        run,--visual) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        run,--audio) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        run,--compute) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        run,--owner) return ;;
        run,--deadline) return ;;
        run,--dump-after) return ;;
        run,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        run,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        render,-o|render,--out) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        render,--size) return ;;
        render,--fps) return ;;
        render,--rate) return ;;
        render,--start) return ;;
        render,--duration) return ;;
        render,--frames) return ;;
        render,--quality) return ;;
        render,--depth) mapfile -t COMPREPLY < <(compgen -W "8 16" -- "$word"); return ;;
        render,--replay) return ;;
        render,--trace) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        render,--trace-size) return ;;
        render,--group) return ;;
        render,--threads) return ;;
        render,--memory) return ;;
        render,--device-memory) return ;;
        render,--on) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        render,--visual) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        render,--audio) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        render,--compute) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        render,--owner) return ;;
        render,--deadline) return ;;
        render,--dump-after) return ;;
        render,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        render,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        eval,--at) return ;;
        eval,--points) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        eval,--size) return ;;
        eval,--fps) return ;;
        eval,--rate) return ;;
        eval,--group) return ;;
        eval,--threads) return ;;
        eval,--memory) return ;;
        eval,--device-memory) return ;;
        eval,--on) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        eval,--visual) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        eval,--audio) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        eval,--compute) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        eval,--owner) return ;;
        eval,--deadline) return ;;
        eval,--dump-after) return ;;
        eval,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        eval,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        check,--size) return ;;
        check,--fps) return ;;
        check,--rate) return ;;
        check,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        check,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        graph,--format) mapfile -t COMPREPLY < <(compgen -W "text json dot svg" -- "$word"); return ;;
        graph,--backends) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        graph,--group) return ;;
        graph,--threads) return ;;
        graph,--memory) return ;;
        graph,--device-memory) return ;;
        graph,--on) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        graph,--visual) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        graph,--audio) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        graph,--compute) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        graph,--owner) return ;;
        graph,--deadline) return ;;
        graph,--dump-after) return ;;
        graph,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        graph,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        explain,--size) return ;;
        explain,--fps) return ;;
        explain,--rate) return ;;
        explain,--group) return ;;
        explain,--threads) return ;;
        explain,--memory) return ;;
        explain,--device-memory) return ;;
        explain,--on) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        explain,--visual) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        explain,--audio) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        explain,--compute) mapfile -t COMPREPLY < <(compgen -W "$(_weft_backends)" -- "$word"); return ;;
        explain,--owner) return ;;
        explain,--deadline) return ;;
        explain,--dump-after) return ;;
        explain,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        explain,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        plugins,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        plugins,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        doctor,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        doctor,--include) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        validate,--level) mapfile -t COMPREPLY < <(compgen -W "quick standard strict" -- "$word"); return ;;
        validate,--check) return ;;
        validate,--seed) return ;;
        validate,--beside) return ;;
        validate,--patience) return ;;
        validate,--junit) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        validate,--plugin-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        new-plugin,--lang) return ;;
        new-plugin,--dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    esac
    local suffix=weft
    case $command in
        run) options='-h --help --duration --headless --audio-device --audio-map --input-device --input-map --block --osc --midi-in --midi-out --midi-clock --midi-api --link --status --log --log-size --log-keep --restart --record --learn --preset --fullscreen --monitor --vsync --free --assert-zero-copy --trace --trace-size --size --fps --rate --group --threads --memory --device-memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        render) options='-h --help -o --out --size --fps --rate --start --duration --frames --quality --depth --replay --trace --trace-size --stats --assert-zero-copy --group --threads --memory --device-memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        eval) options='-h --help --at --points --size --fps --rate --json --group --threads --memory --device-memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        check) options='-h --help --size --fps --rate --json --plugin-dir --include -v --verbose' ;;
        fmt) options='-h --help -i --in-place --check' ;;
        graph) options='-h --help --format --backends --group --threads --memory --device-memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        explain) options='-h --help --live --assert-zero-copy --size --fps --rate --json --group --threads --memory --device-memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        plugins) options='-h --help --json --plugin-dir --include -v --verbose' ;;
        doctor) options='-h --help --json --plugin-dir --include -v --verbose' ;;
        validate) options='-h --help --level --check --list --seed --beside --in-process --patience --json --junit --plugin-dir' suffix=so ;;
        new-plugin) options='-h --help --lang --dir' ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -X "!*.$suffix" -- "$word"; compgen -d -- "$word")
    fi
}
complete -o filenames -F _weft weft
