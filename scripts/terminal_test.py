#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the tool prints on a terminal, on a poor one, and where there is none.

    scripts/terminal_test.py BUILD        after `make BUILD=BUILD all`

The last line is `N passed, M failed`.
"""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import testing

COLUMNS = 44
DEADLINE = 120
COLOUR, PROGRESS = b"\033[3", b"\r\033[K"


class Test(testing.Test):
    def words(self, *more):
        return [self.ringside, "run", "--host", "in-process", "--out", self.place + "/out", *more,
                "ring-wrap"]

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
        return {**kept, "TERM": "xterm", **more}

    def on_terminal(self, *words, **environment):
        far, near = pty.openpty()
        fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        process = subprocess.Popen(self.words(*words), stdin=near, stdout=near, stderr=near,
                                   env=self.environment(**environment))
        os.close(near)
        said = b""
        while True:
            try:
                got = os.read(far, 65536)
            except OSError:
                break
            if not got:
                break
            said += got
        os.close(far)
        self.check(process.wait(timeout=DEADLINE) == 0, "it passes", said)
        return said

    def piped(self, *words, **environment):
        done = subprocess.run(self.words(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment(**environment), timeout=DEADLINE, check=False)
        self.check(done.returncode == 0, "it passes", done.stderr)
        return done.stdout, done.stderr


def terminals(test):
    said = test.on_terminal()
    shown = [part.split(b"\r")[0] for part in said.split(PROGRESS)[1:]]
    shown = [re.sub(rb"\033\[\d*m.*", b"", line, flags=re.S) for line in shown]
    test.check(COLOUR in said, "a terminal: colours", said)
    test.check(any(b"running" in line for line in shown), "and progress", said)
    test.check(all(len(line) < COLUMNS for line in shown if b"running" in line),
               "which is no wider than the terminal", shown)
    said = test.on_terminal(NO_COLOR="1")
    test.check(COLOUR not in said and PROGRESS in said, "NO_COLOR: no colours, but progress", said)
    said = test.on_terminal("--color", "always", NO_COLOR="1")
    test.check(COLOUR in said, "--color always has the last word", said)
    said = test.on_terminal(TERM="dumb")
    test.check(b"\033" not in said, "a dumb terminal: nothing but text", said)
    said = test.on_terminal("-q")
    test.check(PROGRESS not in said and said.count(b"\n") <= 3, "-q: the verdict alone", said)


def pipes(test):
    out, err = test.piped()
    test.check(b"\033" not in out + err and b"\r" not in out + err, "a pipe: plain lines",
               out + err)
    test.check(out.count(b"  PASS") == 4 and b"4 passed, 0 failed" in out, "one for each case", out)
    out, err = test.piped("--json", "-")
    test.check(json.loads(out)["counts"]["pass"] == 4 and b"4 passed" in err,
               "--json -: JSON alone on standard output", out)
    out, err = test.piped("--junit", "-")
    test.check(out.startswith(b"<?xml") and out.rstrip().endswith(b"</testsuites>"),
               "--junit -: XML alone", out)


def others(test):
    """--json of the commands that run no suite: it alone on standard output, words elsewhere."""
    def json_of(*words, status=0):
        done = subprocess.run([test.ringside, *words, "--json", "-"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=DEADLINE, check=False,
                              env=test.environment(RINGSIDE_OUT=test.place + "/out"))
        test.check(done.returncode == status and done.stderr, f"{words[0]} --json -", done.stderr)
        return json.loads(done.stdout)

    test.piped("--trace", "2")
    run = os.path.join(test.place, "out", "latest")
    page = json_of("trace", run, "--frame", "0")
    test.check(page["format"] == "ringside-trace" and page["times_from"] == "go"
               and page["matches"] == len(page["events"]) > 4
               and any(e["event"] == "rx_frame" for e in page["events"]), "a frame's way", page)
    page = json_of("trace", run, "--register", "TDT*", "--limit", "3")
    test.check(page["matches"] > 3 == len(page["events"])
               and all(e["words"]["offset"].startswith("TDT[") for e in page["events"]),
               "three accesses of many", page)
    page = json_of("trace", run, "--event", "tx_drop", status=4)
    test.check(page["events"] == [] and page["exit_status"] == 4, "none", page)

    page = json_of("rate", "--host", "in-process", "--resolution", "50", "forward-64B-slow-core")
    test.check(page["probes"] and all(p["share"] and "lost" in p for p in page["probes"])
               and page["no_loss_up_to"]["offered_pps"] > 0, "where loss begins", page)

    page = json_of("doctor")
    test.check(page["fit"] and {c["state"] for c in page["checks"]} <= {"ok", "warn"}
               and page["checks"][-1]["what"] == "guest boots", "a machine that is fit", page)


def whole(test):
    terminals(test)
    pipes(test)
    others(test)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "terminal", Test, whole))
