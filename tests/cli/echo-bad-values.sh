# Values that are none, each a usage error that names the option.
for words in '--count many' '--count -1' '--interval 5parsecs' '--timeout 0' '--max-pdu 7' '--calling SEVENTEEN_LETTERS' '--format xml' '--config nowhere.toml' '--passcode-file'; do
    pacs-echo $words PACS@127.0.0.1:1
    echo "$words: $?"
done
