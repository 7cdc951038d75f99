#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Clones that use one cache at the same time, and somebody who clears it meanwhile.

    scripts/cache_test.py BUILD        after `make BUILD=BUILD all`

Kernels are unpacked once however many ask for them; runs that start from base snapshots give the
same bits while `ringside clean` removes what is not in use. All in a cache of its own. The last
line is `N passed, M failed`.
"""
import glob
import json
import os
import subprocess
import sys

import testing

ONE = "scenarios/smoke/single-frame.yaml"
AT_ONCE, ROUNDS = 3, 2
DEADLINE = 600
SAME = ("trace_hash", "memory_hash", "guest_instructions", "verdict")


class Test(testing.Test):
    def __init__(self, build, place):
        super().__init__(build, place)
        self.environment = {**os.environ, "XDG_CACHE_HOME": os.path.join(place, "cache")}

    def start(self, *words, **more):
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**self.environment, **more})

    def tool(self, *words):
        return self.start(self.ringside, *words)


def ends(processes):
    return [(p.communicate(timeout=DEADLINE)[0], p.returncode) for p in processes]


def kernels(test):
    debs = glob.glob(os.path.expanduser(
        os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "ringside/kernel/*.deb")))
    if not debs:
        print("  skip: no package of a kernel here")
        return
    asked = [test.start("scripts/guest_kernel.sh", os.path.join(test.place, f"kernel-{i}"),
                        RINGSIDE_GUEST_KERNEL=debs[0]) for i in range(AT_ONCE)]
    ended = ends(asked)
    cache = os.path.join(test.place, "cache/ringside/kernel")
    test.check(all(status == 0 for _, status in ended), f"{AT_ONCE} clones ask for a kernel", ended)
    folders = glob.glob(cache + "/unpacked-*")
    inside = [name for folder in folders for name in os.listdir(folder) if "unpacked" in name]
    test.check(len(folders) == 1 and not inside, "it is unpacked once", (folders, inside))
    asked = [test.start("scripts/guest_kernel.sh", word) for word in ("--prune", "--prune")]
    asked += [test.start("scripts/guest_kernel.sh", os.path.join(test.place, "kernel-late"),
                         RINGSIDE_GUEST_KERNEL=debs[0])]
    ended = ends(asked)
    test.check(all(status == 0 for _, status in ended), "another asks while two clear", ended)
    image = os.path.join(test.place, "kernel-late", "vmlinuz")
    test.check(os.path.getsize(image) > 1 << 20, "and has its kernel")


def results(out):
    with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
        return {r["id"]: {key: r[key] for key in SAME} for r in json.load(file)["results"]}


def snapshots(test):
    seen = []
    for turn in range(ROUNDS):
        outs = [os.path.join(test.place, f"out-{turn}-{i}") for i in range(AT_ONCE)]
        asked = [test.tool("run", "--host", "qemu", "--out", out, ONE) for out in outs]
        asked += [test.tool("clean", "--force", "--all", os.path.join(test.place, "nothing"))
                  for _ in range(AT_ONCE)]
        ended = ends(asked)
        test.check(all(status == 0 for _, status in ended),
                   f"{AT_ONCE} runs while {AT_ONCE} clean, turn {turn + 1}", ended)
        seen += [results(out) for out in outs]
    test.check(len(seen) == AT_ONCE * ROUNDS and all(one == seen[0] for one in seen),
               "all with the same bits", seen)
    ends([test.tool("clean", "--force", "--all", os.path.join(test.place, "nothing"))])
    left = glob.glob(os.path.join(test.place, "cache/ringside/snapshots/*"))
    test.check(not left, "the last one leaves nothing", left)


def whole(test):
    kernels(test)
    snapshots(test)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "cache", Test, whole))
