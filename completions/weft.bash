# Completion of weft for bash. Made by scripts/gen-completions; do not edit.

_weft_backends() {
    weft plugins 2>/dev/null | awk '/^[a-z]/ { name = $1 } $1 == "computes" { print name }'
}

_weft() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local command=${COMP_WORDS[1]} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "render eval check fmt graph explain plugins doctor -h --help --version" -- "$word")
        return
    fi
    case $command,$before in
        render,-o|render,--out) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        render,--size) return ;;
        render,--fps) return ;;
        render,--rate) return ;;
        render,--start) return ;;
        render,--duration) return ;;
        render,--frames) return ;;
        render,--quality) return ;;
        render,--depth) mapfile -t COMPREPLY < <(compgen -W "8 16" -- "$word"); return ;;
        render,--group) return ;;
        render,--threads) return ;;
        render,--memory) return ;;
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
    esac
    case $command in
        render) options='-h --help -o --out --size --fps --rate --start --duration --frames --quality --depth --stats --assert-zero-copy --group --threads --memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        eval) options='-h --help --at --points --size --fps --rate --json --group --threads --memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        check) options='-h --help --size --fps --rate --json --plugin-dir --include -v --verbose' ;;
        fmt) options='-h --help -i --in-place --check' ;;
        graph) options='-h --help --format --backends --group --threads --memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        explain) options='-h --help --assert-zero-copy --size --fps --rate --json --group --threads --memory --on --visual --audio --compute --owner --deadline --no-cache --dump-after --plugin-dir --include -v --verbose' ;;
        plugins) options='-h --help --json --plugin-dir --include -v --verbose' ;;
        doctor) options='-h --help --json --plugin-dir --include -v --verbose' ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -X "!*.weft" -- "$word"; compgen -d -- "$word")
    fi
}
complete -o filenames -F _weft weft
