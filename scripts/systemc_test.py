#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The SystemC host against the in-process host, and the machine of TLM-2.0 modules.

    scripts/systemc_test.py BUILD [SCENARIO]...     after `make BUILD=BUILD tools systemc`

Replay: scenarios run in-process and their stimulus is done again on SystemC's kernel: the traces
must be the same bytes, and so the captures; broken stimuli end with a sentence and an exit status,
and a stimulus that was changed is noticed. With SCENARIOs (files or folders), these instead of
those below, and nothing else. The last line is `N passed, M failed`.
"""
import filecmp
import glob
import os
import random
import resource
import struct
import subprocess
import sys

import testing

# Every fault, both IOMMU and none, many queues, segmentation, pause frames, links that come and go,
# resets, all ways to interrupt, functional and timed, a slow core.
REPLAYED = ["smoke", "faults", "dma", "flow-control", "link", "offloads", "reset", "interrupts",
            "receive", "transmit", "filters", "forward/64B-slow-core.yaml"]
HEADER, RECORD = 32, 48
DEADLINE, MEMORY = 120, 4 << 30
PASS, FAIL, USAGE, ENVIRONMENT = 0, 1, 2, 3


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Test(testing.Test):
    def __init__(self, build, place, *scenarios):
        super().__init__(build, place, *scenarios)
        self.program = os.path.join(build, "ringside-systemc")
        self.random = random.Random(1)

    def path(self, name):
        return os.path.join(self.place, name)

    def call(self, *words):
        """-> exit status (None: no end), what it said"""
        try:
            done = subprocess.run([self.program, *words], stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=DEADLINE, preexec_fn=limits, check=False)
        except subprocess.TimeoutExpired:
            return None, "no end"
        return done.returncode, done.stdout

    # ---- replay ----

    def record(self, paths):
        """-> folders of runs"""
        out = self.path("recorded")
        done = subprocess.run([self.ringside, "run", "--stimulus", "--trace", "2", "--capture",
                               "--jobs", "2", "--tag", "!long", "--out", out, *paths], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        runs = [os.path.dirname(path) for path in sorted(glob.glob(out + "/*/stimulus.bin"))
                if not os.path.islink(os.path.dirname(path))]
        self.check(done.returncode == PASS and runs, f"{len(runs)} runs recorded", done.stdout)
        return runs

    def words(self, run, stimulus=None):
        return ["--plan", run + "/plan.bin", "--stimulus", stimulus or run + "/stimulus.bin",
                "--trace", self.path("trace.bin"), "--capture", self.path("wire.pcapng"),
                "--report", self.path("report.bin")]

    def equal(self, run):
        status, said = self.call(*self.words(run))
        same = status == PASS and all(
            filecmp.cmp(self.path(name), os.path.join(run, name), shallow=False)
            for name in ("trace.bin", "wire.pcapng"))
        self.check(same, "the same events: " + os.path.basename(run), said)

    def refused(self, data, run, what, allowed, says=""):
        with open(self.path("broken"), "wb") as file:
            file.write(data)
        status, said = self.call(*self.words(run, self.path("broken")))
        told = status == PASS or "ringside-systemc: " in said and says in said
        self.check(status in allowed and told,
                   f"{what}: exit status {status}", said)

    def hostile(self, run):
        with open(run + "/stimulus.bin", "rb") as file:
            good = file.read()
        bad = (ENVIRONMENT,)
        self.refused(b"", run, "an empty stimulus", bad, "shorter")
        self.refused(good[:-RECORD], run, "a stimulus without its end", bad, "cut off")
        self.refused(good + b"\0", run, "bytes behind the end", bad, "follows the end")
        self.refused(b"X" + good[1:], run, "no stimulus", bad, "not a stimulus")
        self.refused(good[:24] + bytes(8) + good[32:], run, "of another plan", bad, "plan")
        for _ in range(12):
            at = self.random.randrange(HEADER, len(good))
            broken = bytearray(good)
            broken[at] ^= 1 << self.random.randrange(8)
            # a change may be none: another offset that reads zero, too
            self.refused(bytes(broken), run, f"byte {at} changed", (PASS, FAIL, ENVIRONMENT))
        for _ in range(4):
            at = self.random.randrange(HEADER, len(good))
            self.refused(good[:at], run, f"cut off at {at}", (FAIL, ENVIRONMENT))

    def changed(self, run):
        """What the end says is compared."""
        with open(run + "/stimulus.bin", "rb") as file:
            good = bytearray(file.read())
        end = len(good) - RECORD
        good[end + 32] ^= 1
        self.refused(bytes(good), run, "another hash", (FAIL,), "another hash")
        good[end + 32] ^= 1
        events = struct.unpack_from("<Q", good, end + 24)[0]
        struct.pack_into("<Q", good, end + 24, events + 1)
        self.refused(bytes(good), run, "an event more", (FAIL,), "events")

    def usage(self, run):
        for words in ([], ["--plan", "x"], ["--nonsense"], [*self.words(run), "more"]):
            status, said = self.call(*words)
            self.check(status == USAGE and "usage:" in said, f"usage: {' '.join(words)[:30]}",
                       said)
        status, said = self.call("--plan", self.path("none"), "--stimulus", "x")
        self.check(status == ENVIRONMENT and "none" in said, "a plan that is not there", said)
        status, said = self.call("--help")
        self.check(status == PASS and "usage:" in said, "--help", said)


def parts(test):
    paths = test.arguments or ["scenarios/" + name for name in REPLAYED]
    runs = test.record(paths)
    for run in runs:
        test.equal(run)
    if test.arguments or not runs:
        return
    small = min(runs, key=lambda run: os.path.getsize(run + "/stimulus.bin"))
    test.hostile(small)
    test.changed(small)
    test.usage(small)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "systemc", Test, parts, words_most=100))
