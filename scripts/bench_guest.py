#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The guest's half of `make bench`: our forward against testpmd on QEMU's igb, and the wall time
that a model millisecond takes.

Owns the comparison; bench_igb.py owns the rival's machine. Each side is measured as the difference
of a long and a short run, so that boot and set-up cancel out, in user CPU time, the two sides in
turns, several rounds. Whatever else a machine does only adds to that time, so the least of all
rounds counts, of long and short runs apart; the ratio is the figure to read, not the frames per
second. Both sides receive bursts of 32, touch no byte, send them on, and do so without a pause; the
guest's instructions per frame, an exact count, are told beside the ratio.

usage: bench_guest.py BUILD [ROUNDS]
"""
import json
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
BOUND = 1.3
# igb's wire, bus and DMA take no time: its core is always busy. Our card ends below line rate at
# 64 B, its wire at 0.8 Mpps of 1514 B, which leaves the core idle. A DMA engine that takes no time,
# and for 1514 B a core half as fast, wire and PCIe 8.7 times as fast make both do the same job:
# about as much as the 16 reads that the card has under way can carry, and as that core can.
MACHINE = {64: ("2.4GHz", "timing: {nic_dma: 0ps}"),
           1514: ("1.2GHz", "timing: {wire_byte: 92ps, pcie_byte: 32.066ps, nic_dma: 0ps}")}
STEADY_MS = (10, 110)  # model time at 1 Mpps
DEADLINE_S = 600

SCENARIO = """\
name: bench-{name}
why: measures what a forwarded frame costs the host
limits: {{model-time: 10s, wall-time: 600s}}
clock: {{mode: timed, profile: {profile}, quantum: 0ns}}
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
    """(user CPU seconds, wall seconds, guest instructions) of one run, both ports sending `count`
    frames each"""
    path, told = (os.path.join(folder, f"{size}-{count}.{kind}") for kind in ("yaml", "json"))
    profile, timing = MACHINE[size]
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(SCENARIO.format(name=f"{size}-{count}", size=size, rate=rate, count=count,
                                     timing=timing, profile=profile))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([f"{build}/ringside", "run", "--host", "qemu", "--out",
                           os.path.join(folder, "out"), "--json", told, path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=DEADLINE_S, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"bench: our forward failed (exit {done.returncode}):\n{done.stdout}")
    with open(told, encoding="utf-8") as stream:
        executed = json.load(stream)["results"][0]["guest_instructions"]
    return after.ru_utime - before.ru_utime, wall, executed


def our_pair(build, folder, size):
    """a short and a long run: seconds of each, frames and guest instructions between them"""
    short, long_ = FRAMES[size]
    few, many = (ours(build, folder, size, "line", count) for count in (short, long_))
    return few[0], many[0], 2 * (long_ - short), many[2] - few[2]


def igb_pair(build, size):
    """The same of the rival, whose core is never idle: an instruction is a nanosecond."""
    (few, little), (many, much) = [bench_igb.run(build, size, ms) for ms in IGB_MS]
    return little, much, many - few, 1e6 * (IGB_MS[1] - IGB_MS[0])


def compare(build, folder, size, rounds):
    """(ours, igb), each one pair a round, the sides in turns"""
    pairs = [(our_pair(build, folder, size), igb_pair(build, size)) for _ in range(rounds)]
    return tuple(zip(*pairs))


def rate(pairs):
    """frames per second of user CPU time"""
    few, many = (min(pair[i] for pair in pairs) for i in (0, 1))
    return statistics.median(pair[2] for pair in pairs) / (many - few)


def show(size, sides):
    mine, igb = (rate(pairs) for pairs in sides)
    each = ", ".join(f"{rate(pair[:1]) / rate(pair[1:]):.2f}" for pair in zip(*sides))
    executed = [pairs[0][3] / pairs[0][2] for pairs in sides]
    print(f"  {size:5} B  {mine / 1e3:6.0f} thousand frames per CPU second, igb {igb / 1e3:6.0f}; "
          f"ratio {mine / igb:.2f}, at least {BOUND}: "
          f"{'kept' if mine / igb >= BOUND else 'MISSED'} (rounds by themselves {each}); "
          f"{executed[0]:.0f} guest instructions a frame, testpmd {executed[1]:.0f}", flush=True)


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
                show(size, compare(build, folder, size, rounds))
        except bench_igb.RivalMissing as error:
            print(f"  no rival to compare with: {error}")
        print("  (the card's DMA engine takes no time; 1514 B: wire and PCIe 8.7 times as fast, a "
              "core of\n  1.2 GHz: the core is what is busy)")
        wall = steady(build, folder)
        print(f"  wall time per model millisecond at 1 Mpps: {wall:.2f} ms")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
