#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs that start from base snapshots against runs that boot.

    scripts/snapshot_test.py BUILD        after `make BUILD=BUILD all`

Both must end with the same trace hash, memory hash and instruction count, and the former start in
a twentieth of the time. A snapshot that is damaged is made again, tools that want the same one at
the same time make it once, and without a place for it guests boot. All in a cache of its own. The
last line is `N passed, M failed`.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import testing

# One port and two, functional and timed, polling and interrupts, a link that goes and comes; every
# shape of machine.
SCENARIOS = ["smoke/single-frame", "smoke/canary", "smoke/waiting", "smoke/link-flap",
             "smoke/imix", "forward/64B-slow-core", "dma/behind-vfio", "dma/physical",
             "dma/small-pages-large-iotlb"]
ONE = "scenarios/smoke/single-frame.yaml"
COLD = ("name: boots\nwhy: It asks for that.\nmachine: {host: qemu, ports: 1, cold: true}\n"
        "driver: {command: [/bin/busybox, 'true']}\n")
SAME = ("trace_hash", "memory_hash", "guest_instructions", "verdict")
RATIO = 20
DEADLINE = 600


class Test(testing.Test):
    def __init__(self, build, place):
        super().__init__(build, place)
        self.cache = os.path.join(place, "cache")

    def start(self, name, *words, cache=None):
        out = os.path.join(self.place, name)
        log = open(os.path.join(self.place, name + ".log"), "w+", encoding="utf-8")
        process = subprocess.Popen(
            [self.ringside, "run", "-v", "--host", "qemu", "--out", out, *words], stdout=log,
            stderr=subprocess.STDOUT, env={**os.environ, "XDG_CACHE_HOME": cache or self.cache})
        return process, log, out

    def end(self, started):
        process, log, out = started
        status = process.wait(timeout=DEADLINE)
        log.seek(0)
        said = log.read()
        log.close()
        if status != 0:
            print(said)
        with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
            return status, said, {r["id"]: r for r in json.load(file)["results"]}

    def run(self, name, *words, cache=None):
        return self.end(self.start(name, *words, cache=cache))

    def equal(self, one, two):
        return one.keys() == two.keys() and all(
            one[key][field] == two[key][field] for key in one for field in SAME)


def seconds(said, word):
    return min((float(x) for x in re.findall(rf": {word} in ([0-9.]+) s", said)), default=0.0)


def against_booted(test):
    paths = [f"scenarios/{name}.yaml" for name in SCENARIOS]
    _, cold_said, cold = test.run("cold", "--cold", *paths)
    status, said, warm = test.run("warm", "--repeat", "2", *paths)
    test.check(len(cold) >= len(SCENARIOS), "scenarios ran")
    test.check(status == 0 and cold_said.count(": booted in") == len(cold), "with --cold all boot")
    test.check(said.count("from snapshot") == 2 * len(warm), "else all start from snapshots")
    for key in sorted(cold):
        test.check(test.equal({key: cold[key]}, {key: warm.get(key, {})} if key in warm else {}),
                   f"{key}: hashes and instructions as after booting")
    booted, started = seconds(cold_said, "booted"), seconds(said, "started")
    test.check(0 < started * RATIO <= booted,
               f"starts in {started:.2f} s, boots in {booted:.2f} s")
    return {"single-frame": cold["single-frame"]}


def write(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def damaged(test, want):
    with open(os.path.join(test.place, "warm.log"), encoding="utf-8") as log:
        key = re.search(r"single-frame: started in \S+ s from snapshot (\w+)", log.read())[1]
    folder = os.path.join(test.cache, "ringside", "snapshots", key)
    ways = {
        "a byte of its RAM": lambda: write(os.path.join(folder, "ram"), 1 << 24, b"\x5a\xa5"),
        "its state cut off": lambda: os.truncate(os.path.join(folder, "state"), 1000),
        "its page gone": lambda: os.unlink(os.path.join(folder, "snapshot.json")),
    }
    for what, damage in ways.items():
        damage()
        status, said, results = test.run("damaged", ONE)
        test.check(status == 0 and "made base snapshot" in said and test.equal(results, want),
                   f"damaged snapshot, {what}: made again")
    status, said, results = test.run("again", ONE)
    test.check("made base" not in said and "from snapshot" in said and test.equal(results, want),
               "and then used")


def at_once(test, want):
    shutil.rmtree(test.cache)
    runs = [test.start(f"at-once-{i}", ONE) for i in range(3)]
    ends = [test.end(run) for run in runs]
    made = sum("made base snapshot" in said for _, said, _ in ends)
    test.check(made == 1 and all(test.equal(results, want) for _, _, results in ends),
               f"three tools at once, no snapshot: {made} made")
    left = glob.glob(os.path.join(test.cache, "ringside", "snapshots", "*.new"))
    test.check(not left, "nothing half made is left")


def without(test, want):
    status, said, results = test.run("nowhere", ONE, cache="/proc/nowhere")
    test.check(status == 0 and ": booted in" in said and test.equal(results, want),
               "no place for snapshots: boots")
    path = os.path.join(test.place, "cold.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(COLD)
    status, said, results = test.run("asked", path)
    test.check(status == 0 and ": booted in" in said, "machine.cold: boots")


def whole(test):
    want = against_booted(test)
    damaged(test, want)
    at_once(test, want)
    without(test, want)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "snapshots", Test, whole))
