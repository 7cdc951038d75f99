#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Drivers that misbehave, run in the guest: what init must bring home all the same.

    scripts/guest_test.py BUILD        after `make BUILD=BUILD all`

Each driver is a shell script, handed to the guest through a scenario. The frames they never
receive are lost, so every scenario fails; what counts here is what the guest left: status, the
end of the output, files. The last line is `N passed, M failed`.
"""
import os
import re
import subprocess
import sys

import testing

SCENARIO = """\
name: {name}
why: init must tell how this ended.
{plan}
driver:
  command: [driver.sh]
  files: [driver.sh]
  ready: is ready
  ready-timeout: 300ms
  stop-grace: 50ms
traffic:
  - {{name: one, from: 0, expect: 1, size: 64B, rate: 1kpps, count: 1}}
expect:
  - {{metric: received, is: 1}}
"""

# Plans: longer than what a driver does by itself; as short as can be; with an order to the agent.
LONG = "limits: {drain: 5s}"
SHORT = "limits: {drain: 1ms}"
KILL = "limits: {drain: 50ms}\nactions: [{at: 5ms, agent: kill}]"

# name, plan, driver, {file of the results: patterns that must be found (with ! before: must not)}
CASES = [
    ("crash", LONG,
     "id -u; pwd; echo left >note; echo it is ready; sleep 0.01; echo last words; kill -SEGV $$",
     {"status": [r"^code 0$", r"^signal 11$", r"^ready yes$", r"^stopped-by self$",
                 r"^core cores/\S+ \d{4,}$"],
      "stdout": [r"^1000\n/results/files\n", r"last words\n\Z"],
      "files/note": [r"^left$"],
      "kernel.log": [r"^<5>\[ +0\.0+\] Linux version "]}),
    ("own-end", LONG,
     "echo to the other side >&2; echo it is ready; exit 7",
     {"status": [r"^exit 7$", r"^stopped-by self$", r"^killed no$", r"^core no$"],
      "stderr": [r"^to the other side$"]}),
    ("never-ready", SHORT,
     "echo it is almost; trap 'echo told to stop; exit 0' TERM; while :; do sleep 0.01; done",
     {"status": [r"^code 6$", r"^error .*before it printed its ready text 'is ready'$",
                 r"^exit 0$", r"^ready no$", r"^stopped-by timeout$", r"^killed no$"],
      "stdout": [r"told to stop\n\Z"]}),
    ("deaf", SHORT,
     "trap '' TERM; echo it is ready; while :; do sleep 0.01; done",
     {"status": [r"^code 0$", r"^signal 9$", r"^stopped-by plan$", r"^killed yes$",
                 r"^plan-over yes$"]}),
    ("killed-by-plan", KILL,
     "trap '' TERM; echo it is ready; while :; do sleep 0.01; done",
     {"status": [r"^code 0$", r"^signal 9$", r"^stopped-by agent$", r"^killed no$",
                 r"^plan-over yes$"]}),
    ("left-behind", LONG,
     "sleep 1000 & echo it is ready; exit 0",
     {"status": [r"^code 0$", r"^exit 0$", r"!still-running"]}),
    ("flood", LONG,
     "echo it is ready; yes 'a line of forty characters, newline too.' | head -c 9000000;"
     " echo the very end; exit 1",
     {"status": [r"^code 0$", r"!^dropped"],
      "stdout": [r"\Ait is ready\na line", r"^\[\.\.\. \d+ bytes left out \.\.\.\]$",
                 r"the very end\n\Z"]}),
    ("no-program", SHORT, None,
     {"status": [r"^code 5$", r"^error cannot start /job/files/driver\.sh: ", r"^not-started$"],
      "kernel.log": [r"Run /init"]}),
]


def write_scenario(folder, name, plan, driver):
    os.makedirs(folder)
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(SCENARIO.format(name=name, plan=plan))
    program = os.path.join(folder, "driver.sh")
    with open(program, "w", encoding="utf-8") as stream:
        stream.write("no program" if driver is None else f"#!/bin/sh\n{driver}\n")
    os.chmod(program, 0o755)
    return path


def find_results(out, name):
    for folder, _, files in os.walk(out):
        if folder.endswith("/results") and f"/{name}-" in folder and "status" in files:
            return folder
    return None


def check_patterns(folder, wanted):
    for file, patterns in wanted.items():
        try:
            with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as stream:
                text = stream.read()
        except OSError as error:
            yield f"{file}: {error.strerror}"
            continue
        for pattern in patterns:
            found = re.search(pattern.lstrip("!"), text, re.M)
            if bool(found) == pattern.startswith("!"):
                yield f"{file}: pattern {pattern!r} in\n" + "".join(
                    f"        {line}\n" for line in text[-600:].splitlines())


def whole(test):
    paths = [write_scenario(os.path.join(test.place, name), name, plan, driver)
             for name, plan, driver, _ in CASES]
    out = os.path.join(test.place, "out")
    command = [test.ringside, "run", "--host", "qemu", "--jobs", "2", "--keep", "--out", out,
               *paths]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    for name, _, _, wanted in CASES:
        folder = find_results(out, name)
        wrong = list(check_patterns(folder, wanted)) if folder else ["no results came back"]
        test.check(not wrong, f"guest {name}", "\n".join(f"    {line}" for line in wrong))
    if test.failed:
        print(done.stdout.decode(errors="replace"))


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "guest", testing.Test, whole))
