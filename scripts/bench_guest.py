#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The guest's half of `make bench`: our forward against testpmd on QEMU's igb, and the wall time
that a model millisecond takes.

Owns the comparison; bench_igb.py owns the rival's machine. Each side is measured as the difference
of a long and a short run, so that boot and set-up cancel out, in user CPU time, the two sides in
turns, several rounds: on a shared machine the ratio is the figure to read, not the frames per
second.

usage: bench_guest.py BUILD [ROUNDS]
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import bench_igb

ROUNDS = 3
IGB_MS = (50, 550)  # guest time that the rival forwards, short and long
FRAMES = {64: (20_000, 420_000), 1514: (20_000, 220_000)}  # per port, short and long
SIZES = (64, 1514)
# igb's wire and bus take no time: its core is always busy. Ours carry 1514 B at 0.8 Mpps, which
# leaves the core idle; wire and PCIe eight times as fast make both do the same job.
TIMING = {64: "", 1514: "timing: {wire_byte: 100ps, pcie_byte: 34.871ps}"}
STEADY_MS = (10, 110)  # model time at 1 Mpps
DEADLINE_S = 600

SCENARIO = """\
name: bench-{name}
why: measures what a forwarded frame costs the host
limits: {{model-time: 10s, wall-time: 600s}}
clock: {{mode: timed, profile: 2.4GHz, quantum: 0ns}}
{timing}
driver: {{app: fwd, batch: 32, rings: 512}}
traffic:
  - {{name: up, from: 0, expect: 1, size: {size}B, rate: {rate}, count: {count}}}
  - {{name: down, from: 1, expect: 0, size: {size}B, rate: {rate}, count: {count}}}
expect:
  - {{metric: lost, is: 0}}
  - {{metric: reordered, is: 0}}
"""


def ours(build, folder, size, rate, count):
    """(user CPU seconds, wall seconds) of one run, both ports sending `count` frames each"""
    path = os.path.join(folder, f"{size}-{count}.yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(SCENARIO.format(name=f"{size}-{count}", size=size, rate=rate, count=count,
                                     timing=TIMING[size]))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([f"{build}/ringside", "run", "--host", "qemu", "--out",
                           os.path.join(folder, "out"), path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=DEADLINE_S, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"bench: our forward failed (exit {done.returncode}):\n{done.stdout}")
    return after.ru_utime - before.ru_utime, wall


def our_rate(build, folder, size):
    """frames per second of user CPU time"""
    short, long_ = FRAMES[size]
    spent = [ours(build, folder, size, "line", count)[0] for count in (short, long_)]
    return 2 * (long_ - short) / (spent[1] - spent[0])


def igb_rate(build, size):
    (few, little), (many, much) = [bench_igb.run(build, size, ms) for ms in IGB_MS]
    return (many - few) / (much - little)


def compare(build, folder, size, rounds):
    """[(ours, igb)], one pair a round, in turns"""
    pairs = []
    for _ in range(rounds):
        pairs.append((our_rate(build, folder, size), igb_rate(build, size)))
    return pairs


def steady(build, folder):
    """wall milliseconds per model millisecond at 1 Mpps in all"""
    walls = [ours(build, folder, 64, "500kpps", 500 * ms)[1] for ms in STEADY_MS]
    return 1e3 * (walls[1] - walls[0]) / (STEADY_MS[1] - STEADY_MS[0])


def main(build, rounds):
    load = os.getloadavg()[0]
    print(f"forward in the guest, both ports at line rate, against DPDK testpmd on QEMU's igb\n"
          f"  {os.cpu_count()} CPUs, load {load:.1f} at the start; quantum 0, all checks on, "
          f"trace level 0 (hash of every event)")
    with tempfile.TemporaryDirectory() as folder:
        ours(build, folder, 64, "line", FRAMES[64][0])  # a base snapshot may have to be made
        try:
            for size in SIZES:
                pairs = compare(build, folder, size, rounds)
                ratio = statistics.median(mine / igb for mine, igb in pairs)
                mine, igb = (statistics.median(side) for side in zip(*pairs))
                print(f"  {size:5} B  {mine / 1e3:8.0f} thousand frames per CPU second, igb "
                      f"{igb / 1e3:6.0f}, ratio {ratio:.2f} (median of {rounds}: "
                      + ", ".join(f"{mine / igb:.2f}" for mine, igb in pairs) + ")")
        except bench_igb.RivalMissing as error:
            print(f"  no rival to compare with: {error}")
        print("  (1514 B: wire and PCIe eight times as fast, so that the core is what is busy)")
        wall = steady(build, folder)
        print(f"  wall time per model millisecond at 1 Mpps: {wall:.2f} ms")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
