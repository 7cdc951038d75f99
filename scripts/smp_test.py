#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Guests with several processors give the same run every time, on a host that is disturbed.

    scripts/smp_test.py BUILD        after `make BUILD=BUILD all`

Frames are forwarded while a thread for each processor fights for a lock with the others, sleeps and
wanders (guest/tests/crowd.c): runs must agree in trace hash, memory hash, instruction count and in
the order in which the threads had the lock, whether they are disturbed or not and whether the guest
booted or came from a snapshot. The last line is `N passed, M failed`.
"""
import json
import os
import re
import subprocess
import sys

import testing

CPUS = [2, 4, 8]
SCENARIO = """\
name: crowd
why: Processors that get in each other's way.
machine: {{host: qemu, ports: 2, cpus: {cpus}}}
driver:
  command: [/bin/sh, -c, '/job/files/crowd 100000 & exec /job/files/fwd
            --port ${{PORT0}} --port ${{PORT1}} --batch 32 --wait {wait}']
  files: [{build}/guest-bin/crowd, {build}/guest-bin/fwd]
  ready: 'ringside: ready'
limits: {{drain: 2ms}}
traffic:
  - {{name: up, from: 0, expect: 1, size: imix, order: draw, rate: 200kpps, count: 400, tuples: 16}}
  - {{name: down, from: 1, expect: 0, size: 64B, rate: 200kpps, count: 400}}
expect:
  - {{metric: received, min: 400}}
  - {{metric: lost, max: 400}}
"""
SAME = ("trace_hash", "memory_hash", "guest_instructions", "guest_instructions_of_cpus",
        "verdict")
DEADLINE = 900


def run(test, name, cpus, wait, *words):
    path = os.path.join(test.place, "crowd.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SCENARIO.format(build=test.build, cpus=cpus, wait=wait))
    out = os.path.join(test.place, name)
    done = subprocess.run([test.ringside, "run", "-v", "--host", "qemu", "--out",
                           out, *words, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, timeout=DEADLINE)
    with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
        result = json.load(file)["results"][0]
    with open(os.path.join(out, "crowd-s1-qemu", "results", "stdout"), encoding="utf-8") as file:
        lines = re.findall(r"^crowd: .*", file.read(), re.M)
    return done, result, lines


def whole(test):
    for cpus in CPUS:
        wait = "poll" if cpus % 4 else "interrupt"
        done, result, lines = run(test, f"{cpus}", cpus, wait, "--repeat", "3", "--disturb")
        test.check(done.returncode == 0, f"{cpus} processors: disturbed runs are equal",
                   done.stdout)
        parts = result["guest_instructions_of_cpus"]
        test.check(len(parts) == cpus and min(parts) > 1000000
                   and sum(parts) == result["guest_instructions"],
                   f"{cpus} processors: all execute, and their counts add up", f"{result}")
        test.check(len(lines) >= 2 and f" {cpus} threads," in lines[0],
                   f"{cpus} processors: {len(lines)} orders of the lock told", "\n".join(lines))
        if cpus == CPUS[0]:
            _, booted, again = run(test, "cold", cpus, wait, "--cold")
            test.check(all(booted[field] == result[field] for field in SAME) and lines == again,
                       f"{cpus} processors: the same from a boot as from a snapshot",
                       f"{booted}\n{result}")


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "smp", testing.Test, whole))
