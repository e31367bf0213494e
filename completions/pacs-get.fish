# Written by 'pacs-get --generate fish'. Change the tool, not this file.
function __pacs_get
    set -l words (commandline -opc)
    set -e words[1]
    set -l token (commandline -ct)
    set -l lines (pacs-get --generate complete $words "$token" 2>/dev/null)
    set -l head (string match -r -- '^--[^=]*=' "$token")
    set -l value (string replace -r -- '^--[^=]*=' '' "$token")
    switch "$lines[1]"
        case files
            string join \n -- "$head"(__fish_complete_path (string unescape -- "$value"))
        case folders
            string join \n -- "$head"(__fish_complete_directories "$value" '')
    end
    set -e lines[1]
    string join \n -- $lines
end
complete -c pacs-get -f -a '(__pacs_get)'
