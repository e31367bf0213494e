# Mistakes on the command line start nothing; what cannot be opened is said.
try() {
    pacs-index "$@" >records 2>err
    echo "$? $(wc -l <records) $(head -n 1 err)"
}
try
try nonsense
try scan
try scan . --add PixelData
try scan . --add Nonsense
try scan . -j 999
try duplicates
try duplicates absent.db
try stats x y
echo text >text.db
try conflicts text.db
try rebuild absent
try scan absent
mkdir folder
try scan folder --index folder
try --index x scan folder
try scan --help
