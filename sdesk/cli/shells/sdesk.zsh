#compdef sdesk
# Completion of sdesk for zsh (5 and newer).
#   eval "$(sdesk completion zsh)"                                in ~/.zshrc, after compinit, or
#   sdesk completion zsh > DIRECTORY/_sdesk                       where DIRECTORY stands in $fpath
# What is offered comes from the program. Nothing of it is evaluated: it is given to compadd as arrays.
_sdesk() {
    local program=${(Q)words[1]} line value about kind=''
    local -a done_values done_shown open_values open_shown
    [[ $program == */* && -x $program ]] || program=sdesk
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
            continue
        fi
        value=${${line#?}%%$'\t'*}
        about=${line#*$'\t'}
        [[ -n $about ]] && about="  -- $about"
        if [[ ${line[1]} == "=" ]]; then
            done_values+=("$value")
            done_shown+=("$value$about")
        else
            open_values+=("$value")
            open_shown+=("$value$about")
        fi
    done < <(command $program _complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)
    case $kind in
        files) _files ;;
        folders) _files -/ ;;
        @files) compset -P '@' && _files ;;
        *)
            (( $#open_values )) && compadd -l -V sdesk -S '' -d open_shown -a open_values
            (( $#done_values )) && compadd -l -V sdesk -d done_shown -a done_values
            ;;
    esac
    return 0
}
if [[ ${funcstack[1]} == _sdesk ]]; then
    _sdesk "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
    compdef _sdesk sdesk
fi
