#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Guests that mean harm (guest/tests/hostile.c): QEMU survives every one of them, the run ends with
a verdict of its own accord, and the same seed gives the same run.

    scripts/hostile_test.py BUILD [SEEDS]      after `make BUILD=BUILD all`

Each case runs twice per seed; the last line is `N passed, M failed`.
"""
import json
import os
import shutil
import subprocess
import sys

import testing

SCENARIO = """\
name: hostile-{mode}-{iommu}-{seed}
why: whatever a guest does, it gets a verdict, and the same one every time.
machine: {{iommu: {iommu}, memory: 256MiB}}
limits: {{drain: 20ms, model-time: 200ms, wall-time: 100s}}
driver: {{command: [hostile, "{seed}", {mode}], files: [hostile], user: 0, ready: is ready}}
traffic:
  - {{name: up, from: 0, size: imix, rate: 500kpps, count: 2000, expect: 1}}
  - {{name: down, from: 1, size: 64B, rate: 1Mpps, count: 2000, expect: 0}}
expect:
  - {{metric: lost, min: 0}}
"""

# What must have come back from the guest: its status file, nothing, or either: a guest whose
# memory a device writes to may do anything.
STATUS, NOTHING, EITHER = "status", "nothing", "either"
CASES = [
    ("registers", "off", STATUS), ("rings", "off", STATUS), ("doorbells", "on", STATUS),
    ("messages", "off", STATUS), ("messages", "on", STATUS), ("configuration", "off", STATUS),
    ("configuration", "on", STATUS), ("mix", "off", STATUS), ("mix", "on", STATUS),
    ("anywhere", "off", EITHER), ("anywhere", "on", STATUS), ("flood", "on", STATUS),
    ("memory", "on", STATUS), ("panic", "on", NOTHING), ("reboot", "on", NOTHING),
    ("triple-fault", "on", NOTHING), ("hang", "on", NOTHING),
]


def write_scenario(folder, program, mode, iommu, seed):
    name = f"hostile-{mode}-{iommu}-{seed}"
    os.makedirs(os.path.join(folder, name))
    path = os.path.join(folder, name, name + ".yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(SCENARIO.format(mode=mode, iommu=iommu, seed=seed))
    shutil.copy(program, os.path.join(folder, name, "hostile"))
    return path


def complaints(result, back):
    """What is not as it must be with one result of results.json; None: it never came to one."""
    if result is None:
        yield "no result at all"
        return
    if result["verdict"] not in ("PASS", "FAIL"):
        yield f"verdict {result['verdict']}: {result['message']}"
    for finding in result["findings"]:
        if finding["what"] == "host program":
            yield f"{finding['what']}: expected {finding['expected']}, seen {finding['seen']}"
    status = os.path.exists(os.path.join(result["folder"], "results", "status"))
    if back != EITHER and status != (back == STATUS):
        yield "the guest left a status" if status else "the guest left no status"


def whole(test):
    seeds = int((test.arguments or ["1"])[0])
    program = os.path.join(test.build, "guest-bin", "hostile")
    cases = [(mode, iommu, seed, back) for mode, iommu, back in CASES
             for seed in range(1, seeds + 1) if seed == 1 or back != NOTHING]
    paths = [write_scenario(test.place, program, *case[:3]) for case in cases]
    out = os.path.join(test.place, "out")
    done = subprocess.run([test.ringside, "run", "--host", "qemu", "--repeat", "2", "--jobs", "2",
                           "--keep", "--out", out, *paths],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    results = {}
    if done.returncode in (0, 1, 6):
        with open(os.path.join(out, "results.json"), encoding="utf-8") as stream:
            results = {result["id"]: result for result in json.load(stream)["results"]}
    for mode, iommu, seed, back in cases:
        wrong = list(complaints(results.get(f"hostile-{mode}-{iommu}-{seed}"), back))
        test.check(not wrong, f"hostile {mode}, IOMMU {iommu}, seed {seed}",
                   "\n".join(f"    {line}" for line in wrong))
    if test.failed:
        print(done.stdout.decode(errors="replace")[-8000:])


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "hostile-guests", testing.Test, whole, 1))
