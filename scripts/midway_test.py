#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Snapshots in the middle of a run: what goes on from one ends as the run that never stopped.

    scripts/midway_test.py BUILD [SEED]        after `make BUILD=BUILD all`

At instants drawn from the seed, with one processor and with two that get in each other's way, a run
leaves a snapshot and goes on; another goes on from there. Both must agree with an uninterrupted run
in trace hash, memory hash and instruction count. Over all instants there must have been frames, DMA
reads and writes, interrupts, register writes and timers on their way. The last line is `N passed,
M failed`.
"""
import glob
import json
import os
import random
import re
import subprocess
import sys

import testing

SCENARIO = """\
name: busy
why: Something is always on its way.
machine: {{host: qemu, ports: 2, cpus: {cpus}}}
clock: {{mode: timed}}
driver:
  command: [/bin/sh, -c, '/job/files/crowd 100000 & exec /job/files/fwd
            --port ${{PORT0}} --port ${{PORT1}} --batch 32 --wait {wait}']
  files: [{build}/guest-bin/crowd, {build}/guest-bin/fwd]
  ready: 'ringside: ready'
limits: {{drain: 2ms}}
traffic:
  - {{name: up, from: 0, expect: 1, size: imix, order: draw, rate: 40%, burst: 16, for: 3ms,
      tuples: 16}}
  - {{name: down, from: 1, expect: 0, size: 64B, rate: 20%, for: 3ms}}
expect:
  - {{metric: received, min: 100}}
  - {{metric: lost, max: 100000}}
"""
CASES = [(1, "poll"), (1, "interrupt"), (2, "poll"), (2, "interrupt")]
INSTANTS = 3  # of each, drawn
AHEAD_NS = 40  # of a message that lands: it is on its way then
LAST_NS = 2900000
SAME = ("trace_hash", "memory_hash", "guest_instructions", "guest_instructions_of_cpus", "verdict")
KINDS = ("frames", "reads", "writes", "interrupts", "register_writes", "nic_events")
DEADLINE = 600


class Test(testing.Test):
    def __init__(self, build, place, seed="1"):
        super().__init__(build, place)
        self.draw = random.Random(int(seed))
        self.flight = dict.fromkeys(KINDS, 0)

    def tool(self, *words):
        done = subprocess.run([self.ringside, *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=DEADLINE)
        return done.returncode, done.stdout

    def run(self, name, path, *words):
        out = os.path.join(self.place, name)
        status, said = self.tool("run", "--out", out, *words, path)
        with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
            result = json.load(file)["results"][0]
        return status, said, {key: result.get(key) for key in SAME}, out

    def scenario(self, cpus, wait):
        path = os.path.join(self.place, "busy.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(build=self.build, cpus=cpus, wait=wait))
        return path

    def messages(self, out):
        """When interrupts landed in a run, in ns from GO."""
        folder, = glob.glob(os.path.join(out, "busy-*"))
        _, said = self.tool("trace", "--event", "message", "--limit", "0", folder)
        return [int(float(us) * 1000) for us in re.findall(r"^\+ +([0-9.]+) us +p\d ", said, re.M)]

    def instant(self, what, path, straight, ns):
        status, said, stopped, out = self.run("stopped", path, "--snapshot-at", f"{ns}ns")
        folder, = glob.glob(os.path.join(out, "busy-*"))
        flight = {}
        try:
            with open(os.path.join(folder, "snapshot", "in-flight"), encoding="utf-8") as file:
                flight = {name: int(n) for name, n in re.findall(r"(\w+) (\d+)", file.read())}
        except OSError as error:
            said += f"\n{error}"
        for kind in KINDS:
            self.flight[kind] += flight.get(kind, 0)
        self.check(flight and status == 0 and stopped == straight,
                   f"{what}, {ns} ns: a run that leaves a snapshot is the same run", said)
        status, said = self.tool("replay", "--from-snapshot", "--out",
                                 os.path.join(self.place, "restored"), folder)
        self.check(status == 0 and "(bit-exact)" in said,
                   f"{what}, {ns} ns: what goes on from it ends the same", said)


def misuse(test, path):
    status, said, _, out = test.run("late", path, "--snapshot-at", "9s")
    test.check(status == 0 and "no snapshot: the run ended before" in said,
               "a time that never comes: told", said)
    folder, = glob.glob(os.path.join(out, "busy-*"))
    status, said = test.tool("replay", "--from-snapshot", folder)
    test.check(status == 2 and "holds no whole snapshot" in said,
               "a run without a snapshot: refused", said)
    status, said = test.tool("run", "--snapshot-at", "3", path)
    test.check(status == 2 and "lacks a unit" in said, "a time without a unit: refused", said)
    status, said = test.tool("replay", "--from-snapshot", "--trace", "2", folder)
    test.check(status == 2, "more trace than was recorded: refused", said)


def whole(test):
    for cpus, wait in CASES:
        path = test.scenario(cpus, wait)
        what = f"{cpus} processor{'s' if cpus > 1 else ''}, {wait}"
        status, said, straight, out = test.run("straight", path, "--trace", "2")
        test.check(status == 0, f"{what}: runs", said)
        instants = [test.draw.randrange(1000, LAST_NS) for _ in range(INSTANTS)]
        if wait == "interrupt":
            instants += [ns - AHEAD_NS for ns in test.draw.sample(test.messages(out), 2)]
        for ns in instants:
            test.instant(what, path, straight, ns)
    test.check(all(test.flight.values()), f"on their way in snapshots: {test.flight}")
    misuse(test, path)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "midway", Test, whole, 1))
