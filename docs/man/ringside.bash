# bash completion of ringside. Made by scripts/manual.py from ringside --help;
# `make docs` writes it anew.
_ringside()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options
    [ "$before" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'run list lint trace registers replay rate pcie-bench gate shell doctor clean schema --help --version' -- "$word")
        return
    fi
    case $before in
    --host) options='qemu in-process' ;;
    --color) options='auto always never' ;;
    --trace) options='0 1 2' ;;
    *) case ${COMP_WORDS[1]} in
        run) options='--filter --tag --shard --seed --repeat --snapshot-at --disturb --driver --host --jobs --out --junit --json --trace --capture --stimulus --cold --keep --dry-run --list --timeout-multiplier --help --verbose --quiet --color' ;;
        list) options='--filter --tag --shard --json --help --verbose --quiet --color' ;;
        lint) options='--json --help --verbose --quiet --color' ;;
        trace) options='--frame --flow --queue --port --register --event --from --to --absolute --limit --json --help --verbose --quiet --color' ;;
        registers) options='--all --lenient --json --help --verbose --quiet --color' ;;
        replay) options='--out --trace --capture --keep --snapshot-at --from-snapshot --json --junit --trust --help --verbose --quiet --color' ;;
        rate) options='--host --out --resolution --json --help --verbose --quiet --color' ;;
        pcie-bench) options='--op --engine --size --window --offset --slots --pattern --warm --cold --iommu --pages --remote --count --warmup --seed --json --help --verbose --quiet --color' ;;
        gate) options='--baseline --update --same-environment --figures-from --all --filter --tag --shard --host --jobs --out --json --junit --help --verbose --quiet --color' ;;
        shell) options='--ports --driver --dry-run --help --verbose --quiet --color' ;;
        doctor) options='--json --help --verbose --quiet --color' ;;
        clean) options='--force --older --keep-failures --all --help --verbose --quiet --color' ;;
        schema) options='--json --markdown --drivers --profiles --systems --faults --rules --help --verbose --quiet --color' ;;
        esac ;;
    esac
    if [[ $word == -* || $before =~ ^--(host|color|trace)$ ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o filenames 2>/dev/null
    fi
}
complete -F _ringside ringside
