#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The half of `make bench` without a rival: what a frame costs in-process, what an event costs the
NIC, what a packet costs the driver, how often a scenario can start.

Counts are exact: the same on every run of the same binaries on the same kind of machine. Times are
this machine's, under the load that is named with them; CPU time minds that least. Exact counts go
to the JSON file as rows {"figure", "unit", "value", "exact"}; a bound that is exceeded is said, and
does not fail the run.

usage: bench_inproc.py BUILD [JSON]
       bench_inproc.py --counts BUILD    nothing but the rows of the exact counts (ringside gate)
"""
import contextlib
import json
import os
import resource
import shutil
import sys
import tempfile
import time

import counting
import driver_cost
import testing

# 3,500 was the mark while a packet's time was a few constants; 1.3 times that with PCIe to the
# byte, read slots, IOTLB and packet buffers. A core that waits for frames polls: no bound on that.
FRAME_BOUND = 3500 * 13 // 10
# name, bytes, rate per port, frames per port short and long, bound on instructions
FORWARDS = [
    ("forward-64B-saturated", 64, "13Mpps", (2_000, 12_000), FRAME_BOUND),
    ("forward-64B-4Mpps", 64, "4Mpps", (2_000, 12_000), None),
    ("forward-1514B", 1514, "0.8Mpps", (1_000, 4_000), None),
]
RATES = [(64, "13Mpps", (50_000, 550_000)), (1514, "0.8Mpps", (10_000, 110_000))]
ROUNDS = 5
EVENT_BOUND, GROWTH_BOUND, QUEUES = 300, 15, (1, 128)
STARTS = [32, 64, 16, 8, 4, 2, 1, 48, 24]  # batch sizes: a case each
ONE_FRAME = """\
name: starts
why: starts, forwards one frame, ends
driver: {{app: fwd, batch: {batches}}}
traffic:
  - {{name: single, from: 0, expect: 1, size: 64B, rate: 1Mpps, count: 1}}
expect:
  - {{metric: received, is: 1}}
"""


class Figures:
    def __init__(self):
        self.rows = []

    def show(self, name, unit, value, bound=None):
        kept = "" if bound is None else (f"at most {bound}: "
                                         f"{'kept' if value <= bound else 'EXCEEDED'}")
        print(f"  {name:46} {value:12,.1f} {unit:26} {kept}".rstrip())

    def exact(self, name, unit, value, bound=None):
        self.rows.append({"figure": name, "unit": unit, "value": round(value, 3), "exact": True})
        self.show(name, unit, value, bound)

    def timed(self, name, unit, value):
        self.show(name, unit, value)


def counts(figures, build, folder):
    print("exact counts (callgrind), trace hash and every check on")
    for name, size, rate, frames, bound in FORWARDS:
        total = sum(counting.per_frame(build, folder, size, rate, frames).values())
        figures.exact(f"inproc/{name}", "instructions per frame", total, bound)
    cost = {queues: counting.core(build, folder, queues)[0] for queues in QUEUES}
    for queues, value in cost.items():
        figures.exact(f"core/{queues}-queues", "instructions per event", value, EVENT_BOUND)
    few, many = (cost[queues] for queues in QUEUES)
    figures.exact("core/growth-1-to-128", "percent", 100 * (many - few) / few, GROWTH_BOUND)
    batch, short, long_ = driver_cost.BOUND_BATCH, driver_cost.SHORT, driver_cost.LONG
    few, many = (driver_cost.counted(build, folder, batch, frames, []) for frames in (short, long_))
    figures.exact(f"driver/batch-{batch}", "instructions per packet",
                  (many - few) / (long_ - short), driver_cost.BOUND)


def cpu_seconds():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def timing(argv, rounds):
    """(wall seconds, CPU seconds), each the least of several runs"""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.monotonic(), cpu_seconds()
        counting.call(argv)
        walls.append(time.monotonic() - wall)
        cpus.append(cpu_seconds() - cpu)
    return min(walls), min(cpus)


def load():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"


def rates(figures, build, folder):
    print(f"in-process, quantum 0, trace hash only, best of {ROUNDS}, long less short ({load()})")
    for size, rate, (short, long_) in RATES:
        few, many = (timing(counting.inproc_command(build, folder,
                                                    counting.forward(folder, size, rate, count)),
                            ROUNDS) for count in (short, long_))
        for kind, little, much in zip(("wall", "CPU"), few, many):
            figures.timed(f"inproc/{size}B", f"frames per {kind} second",
                          2 * (long_ - short) / (much - little))


def starts(figures, build, folder):
    print(f"QEMU from the base snapshot: start, one frame, judged ({load()})")
    commands = []
    for batches in ([STARTS[0]], STARTS):
        path = os.path.join(folder, f"starts-{len(batches)}.yaml")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(ONE_FRAME.format(batches=batches if len(batches) > 1 else batches[0]))
        commands.append([f"{build}/ringside", "run", "--host", "qemu", "--jobs", "1", "--out",
                         os.path.join(folder, "starts"), path])
    counting.call(commands[0])  # makes the snapshot
    few, many = (timing(command, 2)[0] for command in commands)
    figures.timed("starts/one-at-a-time", "scenarios per minute",
                  60 * (len(STARTS) - 1) / (many - few))


def main(build, path=None):
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("valgrind"):
            counts(figures, build, folder)
        else:
            print("no valgrind: scripts/setup.sh bench installs it; no exact counts")
        if path:
            with open(path, "w", encoding="utf-8") as stream:
                json.dump(figures.rows, stream, indent=1)
                stream.write("\n")
        rates(figures, build, folder)
        if os.path.exists(f"{build}/qemu-system-x86_64"):
            starts(figures, build, folder)


def counts_alone(build):
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        counts(figures, build, folder)
    json.dump(figures.rows, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    words = sys.argv[1:]
    if len(words) == 2 and words[0] == "--counts":
        counts_alone(words[1])
    elif 1 <= len(words) <= 2 and not words[0].startswith("-"):
        main(*words)
    else:
        sys.exit(testing.usage(__doc__))
