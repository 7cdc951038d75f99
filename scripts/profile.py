#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Where the host's time goes per forwarded 64-byte frame (make profile).

In QEMU by sampling (perf, CPU clock), in-process by exact counts (callgrind). Each is measured as
the difference of a long and a short run of the same scenario, so that boot, set-up and closing
cancel out. Wall times are of this machine, today; the shares and the counts are what to read.

usage: profile.py BUILD
"""
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

SHORT, LONG = 20_000, 520_000  # frames per port
COUNTED_SHORT, COUNTED_LONG = 2_000, 12_000
CORE_QUEUES, CORE_BATCHES = (1, 128), (512, 1024)
DEADLINE_S = 900
SAMPLES_HZ = 997

SCENARIO = """\
name: profile-{count}
why: measures where the time goes
limits: {{model-time: 10s, wall-time: 600s}}
clock: {{mode: timed, profile: 2.4GHz, quantum: 0ns}}
driver: {{app: fwd, batch: 32, rings: 512}}
traffic:
  - {{name: up, from: 0, expect: 1, size: 64B, rate: 4Mpps, count: {count}}}
  - {{name: down, from: 1, expect: 0, size: 64B, rate: 4Mpps, count: {count}}}
"""

# QEMU's own functions by name: the first part that fits, in this order
QEMU_PARTS = [
    ("device border", r"address_space|memory_region|flatview|pci_|vtd_|iommu|memory_access"
     r"|access_with_adjusted|phys_|do_(ld|st)_mmio|io_prepare|int_(ld|st)_mmio"
     r"|invalidate_and_set_dirty"),
    ("timers, BQL, icount", r"timer|icount|bql|qemu_mutex|qemu_cond|seqlock|aio_|qemu_clock"
     r"|notify"
     r"|pthread|cpu_get_clock|cpus_"),
    ("vCPU loop", r"^cpu_|^tb_|^helper_|tcg_|mmu_|probe_|tlb_|rr_|lookup_tb|curr_cflags|cc_compute"
     r"|^x86_|qht_|^do_(ld|st)|notdirty|rcu|load_|store_|^get_page|^gen_|interrupt|apic"),
    ("memcpy, memset, hashing", r"mem(cpy|move|set|cmp)|XXH"),
]
# Where the project's own functions come from, as FOLDER/FILE: the first part that fits.
OWN_PARTS = [
    ("NIC model", r"^model/nic/"),
    ("bench: trace and hash", r"^model/bench/trace"),
    ("bench: traffic, sink, wire",
     r"^model/bench/(gen|sink|wire|frame|replay|responder|histogram)"),
    ("bench: PCIe, IOTLB, clock, plan", r"^model/bench/"),
    ("recorder", r"^model/record/"),
    ("device border", r"^qemu-patches/"),
    ("driver", r"^driver/"),
    ("in-process host", r"^harness/inproc/"),
]
LIBRARIES = {"nic": "model/nic", "bench": "model/bench", "record": "model/record"}


def first_part(name, parts):
    return next((part for part, pattern in parts if re.search(pattern, name)), None)


def own_functions(build):
    """function -> part, of what the project links into QEMU"""
    own = {}
    adapter = glob.glob(f"{build}/**/qemu-patches/adapter/*.o", recursive=True)
    sources = [(f"{build}/lib{lib}.a", folder) for lib, folder in LIBRARIES.items()]
    for path, folder in sources + [(path, "qemu-patches/adapter") for path in adapter]:
        for line in call(["nm", "-A", path]).splitlines():
            match = re.search(r"([\w-]+)\.o:[0-9a-f]+ [tT] (\w+)", line)
            if match:
                own[match.group(2)] = first_part(f"{folder}/{match.group(1)}", OWN_PARTS)
    return own


def qemu_part(symbol, where, own):
    if "[kernel" in where:
        return "host kernel"
    if re.search(r"perf-\d+\.map|anon|memfd|\[unknown\]", where):
        return "guest code (translated)"
    plain = symbol.split(".")[0]
    return own.get(plain) or first_part(symbol, QEMU_PARTS) or "other"


def scenario(folder, count):
    path = os.path.join(folder, f"profile-{count}.yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(SCENARIO.format(count=count))
    return path


def call(argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=DEADLINE_S, check=False)
    if done.returncode:
        sys.exit(f"profile: {' '.join(argv)}: exit {done.returncode}\n{done.stdout.decode()}")
    return done.stdout.decode(errors="replace")


def sampled(build, folder, count):
    """ns of CPU time per part, of the QEMU process"""
    data = os.path.join(folder, "perf.data")
    call(["perf", "record", "-q", "-e", "cpu-clock", "-F", str(SAMPLES_HZ), "-o", data, "--",
          f"{build}/ringside", "run", "--host", "qemu", "--out", os.path.join(folder, "out"),
          scenario(folder, count)])
    text = "".join(call(["perf", "script", "-i", data, "--comm", thread, "-F",
                         "comm,ip,sym,dso"]) for thread in ("qemu-system-x86", "CPU 0/TCG"))
    parts, own = collections.Counter(), own_functions(build)
    for line in text.splitlines():
        match = re.match(r".*?\s+[0-9a-f]+ (.*) \((.*)\)$", line)
        if match:
            parts[qemu_part(match.group(1).strip(), match.group(2), own)] += 1e9 / SAMPLES_HZ
    return parts


def counted(build, folder, count):
    """instructions per part, in-process"""
    out = os.path.join(folder, f"callgrind-{count}")
    run = os.path.join(folder, "out")
    path = scenario(folder, count)
    call([f"{build}/ringside", "run", "--host", "in-process", "--keep", "--out", run, path])
    where = os.path.join(run, os.readlink(os.path.join(run, "latest")))
    if not os.path.exists(os.path.join(where, "plan.bin")):
        where = os.path.join(where, os.listdir(where)[0])
    call(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
          f"{build}/ringside-inproc", "--plan", f"{where}/plan.bin", "--job", f"{where}/job",
          "--report", f"{folder}/report", "--results", f"{folder}/results"])
    parts = collections.Counter()
    for line in call(["callgrind_annotate", "--auto=no", "--threshold=100",
                      out]).splitlines():
        match = re.match(r"\s*([\d,]+) \([^)]*\)\s+(\S+?):(\S+)", line)
        if match:
            source = re.sub(r"^\./", "", match.group(2))
            part = first_part(source, OWN_PARTS) or "memcpy, memset, hashing"
            parts[part] += int(match.group(1).replace(",", ""))
    return parts


def core(build, folder):
    """the NIC alone: instructions per event (of the heap, and told), with 1 and 128 queues"""
    print("\nthe NIC alone, a frame each way, per event of the heap or the trace")
    cost = {}
    for queues in CORE_QUEUES:
        counts = []
        for batches in CORE_BATCHES:
            text = call(["valgrind", "--tool=callgrind",
                         f"--callgrind-out-file={folder}/core-{queues}-{batches}",
                         f"{build}/queue-cost", str(queues), str(batches)])
            counts.append((int(re.search(r"Collected : (\d+)", text).group(1)),
                           int(re.search(r"(\d+) events", text).group(1))))
        cost[queues] = (counts[1][0] - counts[0][0]) / (counts[1][1] - counts[0][1])
        print(f"  {f'{queues} queues enabled':30} {cost[queues]:8.1f} instructions")
    few, many = (cost[queues] for queues in CORE_QUEUES)
    print(f"  {'growth':30} {100 * (many - few) / few:8.1f} %")


def show(title, unit, short, long_, frames):
    print(f"\n{title}")
    rest = {part: (long_[part] - short[part]) / frames for part in long_}
    total = sum(rest.values())
    for part, value in sorted(rest.items(), key=lambda item: -item[1]):
        if value > 0.002 * total:
            print(f"  {part:30} {value:8.0f} {unit}  {100 * value / total:5.1f} %")
    print(f"  {'all':30} {total:8.0f} {unit}")


def main(build):
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("perf"):
            show("QEMU host, per forwarded 64 B frame (both ports, 4 Mpps each, batch 32)", "ns",
                 sampled(build, folder, SHORT), sampled(build, folder, LONG), 2 * (LONG - SHORT))
        else:
            print("no perf: apt-get install linux-perf shows the QEMU host")
        if shutil.which("valgrind"):
            show("in-process host, per forwarded 64 B frame", "instructions",
                 counted(build, folder, COUNTED_SHORT), counted(build, folder, COUNTED_LONG),
                 2 * (COUNTED_LONG - COUNTED_SHORT))
            core(build, folder)
        else:
            print("no valgrind: apt-get install valgrind counts the in-process host")


if __name__ == "__main__":
    main(sys.argv[1])
