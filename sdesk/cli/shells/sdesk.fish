# Completion of sdesk for fish (3 and newer).
#   sdesk completion fish > ~/.config/fish/completions/sdesk.fish
# What is offered comes from the program. Nothing of it is evaluated.
function __sdesk_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct | string replace -r '^["\']' '')
    set -l program sdesk
    if string match -q '*/*' -- "$before[1]"; and test -x "$before[1]"
        set program "$before[1]"
    end
    set -e before[1]
    set -l kind
    command $program _complete fish $before "$typed" 2>/dev/null </dev/null | while read -l line
        if test -z "$kind"
            set kind $line
            switch $kind
                case files
                    __fish_complete_path "$typed"
                case folders
                    __fish_complete_directories "$typed" ''
                case @files
                    for each in (__fish_complete_path (string sub -s 2 -- "$typed"))
                        echo "@$each"
                    end
            end
        else
            string sub -s 2 -- $line
        end
    end
end
complete -c sdesk -e
complete -c sdesk -f -k -a '(__sdesk_complete)'
