#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The manual page and the bash completion, made from what the tool says of itself with --help: the
tables of its commands are the only place where options are written down.

usage: manual.py --man|--bash TOOL
"""
import os
import re
import subprocess
import sys

DEADLINE_S = 20
OPTION = re.compile(r"^  (?:(-\w), )?--([\w-]+)(?:=(\S+))?\s+(.*)$")


def said(tool, *words):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "COLUMNS": "1000"}
    return subprocess.run([tool, *words, "--help"], stdout=subprocess.PIPE, text=True, check=True,
                          env=environment, timeout=DEADLINE_S).stdout


def read_commands(tool):
    """-> [(name, line)], and what follows the list: exit status."""
    text = said(tool)
    listed, rest = text.split("Commands:\n", 1)[1].split("\n\n", 1)
    return [tuple(line.split(None, 1)) for line in listed.splitlines()], rest


def read_command(tool, name):
    """-> (arguments, summary, [(short, long, argument, text)])"""
    lines = said(tool, name).splitlines()
    arguments = re.sub(r"^\s*ringside \S+ \[OPTION.\] ?", "", lines[1])
    summary, options = [], []
    for line in lines[2:]:
        match = OPTION.match(line)
        if match:
            options.append(list(match.groups()))
        elif options and line.startswith("     "):
            options[-1][3] += " " + line.strip()
        elif line and not line.endswith(":"):
            summary.append(line)
    return arguments, " ".join(summary), options


def roff(text):
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", "\\e").replace("-", "\\-"), flags=re.M)


def option_head(short, name, argument):
    words = ([f"\\fB{roff(short)}\\fR"] if short else []) + [f"\\fB{roff('--' + name)}\\fR"]
    return ", ".join(words) + (f"=\\fI{roff(argument)}\\fR" if argument else "")


def man_command(name, arguments, summary, options):
    yield f".SS {roff('ringside ' + name + ' ' + arguments).strip()}"
    yield roff(summary)
    for short, long_name, argument, text in options:
        yield ".TP"
        yield option_head(short, long_name, argument)
        yield roff(text)


def man(tool):
    commands, rest = read_commands(tool)
    status = rest[rest.index("Exit status:") + len("Exit status:"):]
    yield '.\\" Made by scripts/manual.py from ringside --help; `make docs` writes it anew.'
    yield '.TH RINGSIDE 1 "" "Ringside" "User Commands"'
    yield ".SH NAME"
    yield "ringside \\- run NIC drivers against a modelled Intel 82599 and judge what they do"
    yield ".SH SYNOPSIS"
    yield ".B ringside\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]"
    yield ".SH DESCRIPTION"
    yield roff(
        "Ringside runs a driver, in a guest or in one process, against a simulated NIC, sends it "
        "traffic, and tells what happened to every frame and what it cost. Two runs of the same "
        "scenario give the same bits. Commands:")
    for name, line in commands:
        yield f".TP\n.B {roff(name)}\n{roff(line)}"
    yield ".SH COMMANDS"
    for name, _ in commands:
        yield from man_command(name, *read_command(tool, name))
    yield ".SH DRIVERS"
    yield roff(
        "A driver description (run --driver FILE, or driver: {description: FILE} in a scenario) is "
        "a YAML file that says what anybody's driver needs: its name and why; the guest's kernel, "
        "packages, modules, files; bind, the Linux driver that gets the ports; prepare, shell "
        "lines before the start; command, user, env, input, prompt; ready, the line that means "
        "that traffic may start; stop or stop-line; machine; kernel-log, what in it is no fault. "
        "Keys: ringside schema --drivers. How to write one: docs/drivers.md. The guest is composed "
        "of Debian packages, once per description, and kept in the cache.")
    yield ".SH EXIT STATUS"
    for number, text in re.findall(r"(\d+) ([^,.]*(?:\([^)]*\))?[^,.]*)", status):
        yield f".TP\n.B {number}\n{roff(' '.join(text.split()))}"
    yield ".SH ENVIRONMENT"
    for name, text in (("RINGSIDE_OUT", "folder for runs and reports, instead of ./reports/out"),
                       ("RINGSIDE_HOME", "folder of scenarios and scripts"),
                       ("RINGSIDE_BUILD", "folder of QEMU, guest and the in-process host"),
                       ("XDG_CACHE_HOME", "base snapshots are kept below it, in ringside/"),
                       ("NO_COLOR", "when set and not empty: no colours")):
        yield f".TP\n.B {name}\n{roff(text)}"
    yield ".SH FILES"
    yield (".TP\n.I reports/out/\nruns, and the results of the last one: index.html, junit.xml, "
           "results.json\n.TP\n.I ~/.cache/ringside/snapshots/\nguests that have booted; "
           "\\fBringside clean\\fR removes old ones\n.TP\n.I ~/.cache/ringside/guests/\nguests "
           "composed for driver descriptions; Debian packages of theirs lie in packages/ beside")


def bash(tool):
    commands, _ = read_commands(tool)
    names = " ".join(name for name, _ in commands)
    yield "# bash completion of ringside. Made by scripts/manual.py from ringside --help;"
    yield "# `make docs` writes it anew."
    yield "_ringside()\n{"
    yield "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options"
    yield "    [ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}"
    yield "    COMPREPLY=()"
    yield "    if [ \"$COMP_CWORD\" -eq 1 ]; then"
    yield f"        mapfile -t COMPREPLY < <(compgen -W '{names} --help --version' -- \"$word\")"
    yield "        return\n    fi"
    yield "    case $before in"
    yield "    --host) options='qemu in-process' ;;"
    yield "    --color) options='auto always never' ;;"
    yield "    --trace) options='0 1 2' ;;"
    yield "    *) case ${COMP_WORDS[1]} in"
    for name, _ in commands:
        options = " ".join("--" + option[1] for option in read_command(tool, name)[2])
        yield f"        {name}) options='{options}' ;;"
    yield "        esac ;;\n    esac"
    yield "    if [[ $word == -* || $before =~ ^--(host|color|trace)$ ]]; then"
    yield "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")"
    yield "    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
    yield "        compopt -o filenames 2>/dev/null\n    fi\n}"
    yield "complete -F _ringside ringside"


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("--man", "--bash"):
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join((man if arguments[0] == "--man" else bash)(arguments[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
