#!/usr/bin/env python3
"""What a line of an interactive shell becomes when Tab is pressed behind it.

    complete.py bash|zsh COMPLETION_FILE LINE...

Each LINE is typed into a real shell on a terminal of its own, then Tab, then a key that prints the
line as the shell's editor has it; the results are printed one a line between < and >. Nothing is
timed: the printed line is waited for. A shell that says nothing for a minute is a failure.
"""
import os
import pty
import re
import select
import shlex
import signal
import sys
import tempfile

BASH = r"""
PS1='ready> '
bind 'set bell-style none'
bind 'set completion-query-items 0'
bind 'set page-completions off'
show() { printf '\n<%s>\n' "$READLINE_LINE"; READLINE_LINE=; }
bind -x '"\C-x\C-t": show'
source @FILE
"""
ZSH = r"""
PS1='ready> '
unsetopt beep prompt_sp
unset zle_bracketed_paste
fpath=(@DIR $fpath)
autoload -U compinit; compinit -u -D
LISTMAX=100000
show() { zle -I; print -r -- $'\n'"<$BUFFER>"; BUFFER=; }
zle -N show
bindkey '^X^T' show
bindkey '^I' complete-word
setopt no_auto_menu
zstyle ':completion:*' insert-tab false
"""


class Terminal:
    def __init__(self, argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", HISTFILE="", LC_ALL="C.UTF-8")
            os.execvp(argv[0], argv)
        self.seen = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern):
        while not (found := re.search(pattern, self.seen, re.S)):
            if not select.select([self.fd], [], [], 60)[0]:
                sys.exit(f"no {pattern!r} within a minute, but {self.seen!r}")
            self.seen += os.read(self.fd, 65536).decode(errors="replace").replace("\r", "")
        self.seen = self.seen[found.end():]
        return found

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def start(shell, completion, folder):
    if shell == "bash":
        rc = os.path.join(folder, "rc")
        with open(rc, "w") as file:
            file.write(BASH.replace("@FILE", shlex.quote(completion)))
        return Terminal(["bash", "--noprofile", "--rcfile", rc, "-i"])
    name = "_" + os.path.basename(completion).removesuffix(".zsh")
    os.symlink(os.path.abspath(completion), os.path.join(folder, name))
    with open(os.path.join(folder, ".zshrc"), "w") as file:
        file.write(ZSH.replace("@DIR", shlex.quote(folder)))
    os.environ["ZDOTDIR"] = folder
    return Terminal(["zsh", "-d", "-i"])


def main():
    shell, completion, *lines = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        terminal = start(shell, completion, folder)
        try:
            terminal.expect("ready> ")
            for line in lines:
                terminal.type(line + "\t\x18\x14")
                print(f"<{terminal.expect(chr(10) + '<([^>]*)>' + chr(10)).group(1)}>", flush=True)
                terminal.expect("ready> ")
        finally:
            terminal.close()


main()
