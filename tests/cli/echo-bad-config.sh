# An unknown key is named with its line.
printf '[node.a]\naddress = "A@b:1"\ntimeuot = "3s"\n' >pacs.toml
pacs-echo --config pacs.toml @a
