# Completion of sdesk for bash (3.2 and newer).
#   eval "$(sdesk completion bash)"                                              in ~/.bashrc, or
#   sdesk completion bash > ~/.local/share/bash-completion/completions/sdesk     with bash-completion
# What is offered comes from the program. Nothing of it is evaluated: it is read line by line.
_sdesk() {
    local program=$1 line kind='' type=${COMP_TYPE:-9}
    COMPREPLY=()
    [[ $program == */* && -x $program ]] || program=sdesk
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY[${#COMPREPLY[@]}]=$line
        fi
    done < <("$program" _complete bash "${COMP_LINE:0:COMP_POINT}" "$2" "$type" 2>/dev/null </dev/null)
    case $kind in
        files)
            compopt -o filenames +o nospace 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY[${#COMPREPLY[@]}]=$line
            done < <(compgen -f -- "$2" 2>/dev/null)
            ;;
        folders)
            compopt -o filenames +o nospace 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY[${#COMPREPLY[@]}]=$line
            done < <(compgen -d -- "$2" 2>/dev/null)
            ;;
        @files)
            # Quoted here: readline would quote the @ too.
            while IFS= read -r line; do
                [[ -d $line ]] && line=$line/
                printf -v line '@%q' "$line"
                COMPREPLY[${#COMPREPLY[@]}]=$line
            done < <(compgen -f -- "${2#@}" 2>/dev/null)
            ;;
    esac
}
complete -o nospace -F _sdesk sdesk
