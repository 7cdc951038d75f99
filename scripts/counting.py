# SPDX-License-Identifier: BSD-2-Clause
"""Exact counts of host instructions, by callgrind, for the scripts that show or hold them.

Owns how a scenario's plan is run in-process under callgrind and how the NIC alone is counted. Knows
no figure's meaning. Counts are differences of a long and a short run, so that set-up and closing
cancel out.
"""
import collections
import glob
import os
import re
import subprocess
import sys

DEADLINE_S = 900
CORE_BATCHES = (512, 1024)
BATCH_FRAMES = 64  # of the core's load: 32 each way

# a forward both ways; {rate} and {count} are each port's. The card's DMA engine takes no time: it
# would end at 8 Mpps of 64 B per port, and this asks what a frame costs the host.
FORWARD = """\
name: {name}
why: measures what a forwarded frame costs the host
limits: {{model-time: 10s, wall-time: 600s}}
clock: {{mode: timed, profile: 2.4GHz, quantum: 0ns}}
timing: {{nic_dma: 0ps}}
driver: {{app: fwd, batch: 32, rings: 512}}
traffic:
  - {{name: up, from: 0, expect: 1, size: {size}B, rate: {rate}, count: {count}}}
  - {{name: down, from: 1, expect: 0, size: {size}B, rate: {rate}, count: {count}}}
expect:
  - {{metric: lost, is: 0}}
  - {{metric: reordered, is: 0}}
"""


def call(argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=DEADLINE_S, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(argv)}: exit {done.returncode}\n{done.stdout.decode()}")
    return done.stdout.decode(errors="replace")


def forward(folder, size, rate, count):
    """path of a scenario file"""
    name = f"forward-{size}-{rate}-{count}"
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(FORWARD.format(name=name, size=size, rate=rate, count=count))
    return path


def inproc_command(build, folder, path):
    """Runs the scenario once in-process, so that its expectations are judged; what to type to run
    its plan again, without the harness."""
    run = os.path.join(folder, os.path.basename(path) + ".out")
    call([f"{build}/ringside", "run", "--host", "in-process", "--keep", "--out", run, path])
    plan = glob.glob(f"{run}/**/plan.bin", recursive=True)[0]
    return [f"{build}/ringside-inproc", "--plan", plan, "--job",
            os.path.join(os.path.dirname(plan), "job"), "--report", f"{folder}/report",
            "--results", f"{folder}/results"]


def by_source(folder, argv):
    """instructions by source file, as callgrind names it"""
    out = os.path.join(folder, "callgrind.out")
    call(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *argv])
    sources = collections.Counter()
    for line in call(["callgrind_annotate", "--auto=no", "--threshold=100", out]).splitlines():
        match = re.match(r"\s*([\d,]+) \([^)]*\)\s+(\S+?):(\S+)", line)
        if match:
            source = re.sub(r"^(\./)+", "", match.group(2).replace(os.getcwd() + "/", ""))
            sources[source] += int(match.group(1).replace(",", ""))
    return sources


def per_frame(build, folder, size, rate, counts):
    """instructions per forwarded frame, by source file; `counts`: frames per port, short, long"""
    short, long_ = (by_source(folder, inproc_command(build, folder,
                                                     forward(folder, size, rate, count)))
                    for count in counts)
    frames = 2 * (counts[1] - counts[0])
    return {source: (long_[source] - short[source]) / frames for source in long_}


def core(build, folder, queues):
    """(instructions per event of the heap or the trace, per frame) of the NIC alone"""
    counts = []
    for batches in CORE_BATCHES:
        text = call(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/core",
                     f"{build}/queue-cost", str(queues), str(batches)])
        counts.append((int(re.search(r"Collected : (\d+)", text).group(1)),
                       int(re.search(r"(\d+) events", text).group(1))))
    (few, few_events), (many, many_events) = counts
    frames = (CORE_BATCHES[1] - CORE_BATCHES[0]) * BATCH_FRAMES
    return (many - few) / (many_events - few_events), (many - few) / frames
