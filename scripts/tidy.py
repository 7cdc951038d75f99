#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The house rules that a compiler does not know, as a check with a line per breach.

- include directions: who may know whom (ARCHITECTURE.md has the picture)
- no floating point and no allocation in model/nic and model/bench
- an SPDX line on top of every source file, the right licence for the folder
- no line over 100 columns, no file over 600 lines, no tabs outside of makefiles
- C++ nowhere but in model/systemc
- every unit test mirrors a source file
- no names of mirrors or machine paths in the text

`--self-test` shows that each rule can fail.
"""
import re
import subprocess
import sys

# folder -> what its files may include: prefixes within the project, and system headers
# (None: any). The longest matching folder decides.
FREESTANDING = {"stdint.h", "stdbool.h", "stddef.h", "string.h"}
MAY_INCLUDE = {
    "model/nic": ({"model/nic"}, FREESTANDING | {"errno.h"}),
    "model/nic/tools": ({"model/nic"}, None),
    "model/bench": ({"model/bench", "model/nic"}, FREESTANDING | {"errno.h", "xxhash.h"}),
    "model/record": ({"model/record", "model/bench", "model/nic"}, None),
    "model/systemc": ({"model/systemc", "model/record/record.h", "model/record/stimulus.h",
                       "model/bench/bench.h", "model/bench/outside.h", "model/bench/plan.h",
                       "model/bench/report.h", "model/bench/control_abi.h", "model/nic/nic.h",
                       "model/nic/sched.h"}, None),
    "qemu-patches": ({"model/record", "model/bench", "model/nic/nic.h", "qemu-patches"}, None),
    "driver": ({"driver"}, None),
    "guest": ({"guest", "model/bench/control_abi.h"}, None),
    "fuzz": ({"fuzz", "harness", "guest", "driver/bus.h", "driver/apps/script.h",
              "model/record", "model/bench", "model/nic/nic.h"}, None),
    "harness": ({"harness", "model/record", "model/bench", "model/nic/nic.h",
                 "model/nic/sched.h", "driver/apps/script.h"}, None),
    "harness/inproc": ({"harness/inproc", "driver", "guest/job.h", "guest/pci.h", "model/record",
                        "model/bench", "model/nic/nic.h"}, None),
}
PRIVATE = {"model/nic/nic_priv.h": "model/nic", "model/bench/bench_priv.h": "model/bench"}
COLUMNS, LINES = 100, 600
SOURCE = re.compile(r"\.(c|cpp|h|def|py|sh|mk)$|(^|/)Makefile$")
GENERATED = re.compile(r"^docs/|\.patch$")


def rule_of(path):
    best = ""
    for folder in MAY_INCLUDE:
        if (path.startswith(folder + "/")) and len(folder) > len(best):
            best = folder
    return best


def check_includes(path, text):
    folder = rule_of(path)
    if not folder or "/tests/" in path or not re.search(r"\.(c|cpp|h|def)$", path):
        return
    own, system = MAY_INCLUDE[folder]
    for number, line in enumerate(text.splitlines(), 1):
        quoted = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        angled = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
        if quoted:
            target = quoted.group(1)
            inside = re.match(r"(model|driver|guest|harness|qemu-patches|fuzz)/", target)
            if inside and not any(target == o or target.startswith(o + "/") for o in own):
                yield number, f"{folder}/ must not know {target}"
            if not inside and system is not None and target not in system:
                yield number, f"{folder}/ must not know {target}"
            if target in PRIVATE and not path.startswith(PRIVATE[target] + "/"):
                yield number, f"{target} is private to {PRIVATE[target]}/"
        elif angled and system is not None and angled.group(1) not in system:
            yield number, f"{folder}/ must not know <{angled.group(1)}>"


def strip_comments(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check_model(path, text):
    if not re.match(r"model/(nic|bench)/[^/]+\.(c|h|def)$", path):
        return
    for number, line in enumerate(strip_comments(text).splitlines(), 1):
        if re.search(r"\b(float|double)\b", line):
            yield number, "no floating point where a trace depends on it"
        if re.search(r"\b(malloc|calloc|realloc|free|alloca|printf|fopen|time|rand|assert)\s*\(",
                     line):
            yield number, "no allocation, files, clock, randomness or assertions in the model"


def check_form(path, text):
    if not SOURCE.search(path):
        return
    lines = text.splitlines()
    head = "\n".join(lines[:3])
    wanted = "GPL-2.0-or-later" if path.startswith("qemu-patches/") else "BSD-2-Clause"
    if f"SPDX-License-Identifier: {wanted}" not in head:
        yield 1, f"no line 'SPDX-License-Identifier: {wanted}' on top"
    if len(lines) > LINES:
        yield len(lines), f"{len(lines)} lines: more than one noun? (at most {LINES})"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and not path.endswith(".def"):
            yield number, f"{len(line)} columns (at most {COLUMNS})"
        if "\t" in line and not re.search(r"(Makefile|\.mk)$", path):
            yield number, "a tab"


def check_language(path, text):
    if path.endswith((".cpp", ".hpp", ".cc")) and not path.startswith("model/systemc/"):
        yield 1, "C++ is for model/systemc/ alone"


def check_words(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if path != "scripts/tidy.py" and re.search(
                r"\w\.debian\.org|(?<![\w.}$])/(home|root|Users)/\w", line):
            yield number, "a mirror's name or a path of one machine"


def check_test_mirror(path, paths):
    match = re.match(r"(.*)/tests/(\w+)_test\.(?:c|cpp)$", path)
    if match:
        folder, noun = match[1], match[2].removesuffix("_fuzz")
        if not any(f"{folder}/{noun}{end}" in paths for end in (".c", ".cpp", ".h", ".def")):
            yield 1, f"mirrors no source: there is no {folder}/{noun}.c"


def breaches(files):
    paths = set(files)
    for path, text in files.items():
        rules = [check_words(path, text), check_test_mirror(path, paths),
                 check_language(path, text)]
        if not GENERATED.search(path):
            rules += [check_includes(path, text), check_model(path, text), check_form(path, text)]
        for rule in rules:
            for number, what in rule:
                yield f"{path}:{number}: {what}"


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], stdout=subprocess.PIPE, check=True).stdout
    files = {}
    for path in filter(None, listed.decode().split("\0")):
        try:
            with open(path, encoding="utf-8") as stream:
                files[path] = stream.read()
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a capture, or deleted and not yet committed
    return files


def self_test():
    top = "/* SPDX-License-Identifier: BSD-2-Clause */\n"
    seeded = {
        "model/nic/a.c": top + '#include "driver/bus.h"\n',
        "model/nic/b.c": top + "#include <stdio.h>\n",
        "model/bench/c.c": top + "static double x;\n",
        "model/bench/d.c": top + "void f(void) { free(0); }\n",
        "driver/e.c": top + '#include "model/nic/nic.h"\n',
        "driver/f.c": "int x;\n",
        "driver/g.c": top + "/* " + "x" * COLUMNS + " */\n",
        "driver/h.c": top + "\tint x;\n",
        "driver/tests/nothing_test.c": top,
        "harness/i.c": top + '#include "model/bench/bench_priv.h"\n',
        "harness/j.c": top + '#include "driver/ixd.h"\n',
        "model/nic/l.c": top + '#include "fuzz/fuzz.h"\n',
        "model/systemc/m.cpp": top + '#include "model/bench/timing.h"\n',
        "driver/n.cpp": top,
        "README.md": "see http://deb." + "debian.org\n",
        "driver/k.c": top + "\n" * LINES,
    }
    found = list(breaches(seeded))
    missed = [p for p in seeded if not any(b.startswith(p + ":") for b in found)]
    clean = list(breaches({"model/nic/ok.c": top + '#include "model/nic/nic.h"\n'}))
    if missed or clean:
        print(f"tidy self-test: not noticed: {missed}; noticed wrongly: {clean}")
        return 1
    return 0


def main():
    if self_test():
        return 1
    found = list(breaches(tracked()))
    for line in found:
        print(line)
    print(f"tidy: {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
