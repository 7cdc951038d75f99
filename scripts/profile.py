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
import sys
import tempfile

import counting
import testing
from counting import call

RATES = ["4Mpps", "13Mpps"]  # of each port, in-process: batches of about one, and of 32
SHORT, LONG = 20_000, 520_000  # frames per port
COUNTED = (2_000, 12_000)
CORE_QUEUES = (1, 128)
SAMPLES_HZ = 997

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


def sampled(build, folder, count):
    """ns of CPU time per part, of the QEMU process"""
    data = os.path.join(folder, "perf.data")
    call(["perf", "record", "-q", "-e", "cpu-clock", "-F", str(SAMPLES_HZ), "-o", data, "--",
          f"{build}/ringside", "run", "--host", "qemu", "--out", os.path.join(folder, "out"),
          counting.forward(folder, 64, RATES[0], count)])
    text = "".join(call(["perf", "script", "-i", data, "--comm", thread, "-F",
                         "comm,ip,sym,dso"]) for thread in ("qemu-system-x86", "CPU 0/TCG"))
    parts, own = collections.Counter(), own_functions(build)
    for line in text.splitlines():
        match = re.match(r".*?\s+[0-9a-f]+ (.*) \((.*)\)$", line)
        if match:
            parts[qemu_part(match.group(1).strip(), match.group(2), own)] += 1e9 / SAMPLES_HZ
    return parts


def counted(build, folder, rate):
    """instructions per frame by part, in-process"""
    parts = collections.Counter()
    for source, value in counting.per_frame(build, folder, 64, rate, COUNTED).items():
        parts[first_part(source, OWN_PARTS) or "memcpy, memset, hashing"] += value
    return parts


def core(build, folder):
    """the NIC alone: instructions per event (of the heap, and told), with 1 and 128 queues"""
    print("\nthe NIC alone, a frame each way, per event of the heap or the trace")
    cost = {}
    for queues in CORE_QUEUES:
        cost[queues], frame = counting.core(build, folder, queues)
        print(f"  {f'{queues} queues enabled':30} {cost[queues]:8.1f} instructions,"
              f" {frame:.0f} a frame")
    few, many = (cost[queues] for queues in CORE_QUEUES)
    print(f"  {'growth':30} {100 * (many - few) / few:8.1f} %")


def show(title, unit, parts):
    print(f"\n{title}")
    total = sum(parts.values())
    for part, value in sorted(parts.items(), key=lambda item: -item[1]):
        if value > 0.002 * total:
            print(f"  {part:30} {value:8.0f} {unit}  {100 * value / total:5.1f} %")
    print(f"  {'all':30} {total:8.0f} {unit}")


def main(build):
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("perf"):
            short, long_ = (sampled(build, folder, count) for count in (SHORT, LONG))
            show("QEMU host, per forwarded 64 B frame (both ports, 4 Mpps each, batch 32)", "ns",
                 {part: (long_[part] - short[part]) / (2 * (LONG - SHORT)) for part in long_})
        else:
            print("no perf: apt-get install linux-perf shows the QEMU host")
        if shutil.which("valgrind"):
            for rate in RATES:
                show(f"in-process host, per forwarded 64 B frame ({rate} a port)",
                     "instructions", counted(build, folder, rate))
            core(build, folder)
        else:
            print("no valgrind: apt-get install valgrind counts the in-process host")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(testing.usage(__doc__))
    main(sys.argv[1])
