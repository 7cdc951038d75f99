#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Instructions that the driver and its pool spend per forwarded 64 B frame (make driver-cost).

Everything from ixd_app_step() down, counted exactly by callgrind, as the difference of a long and a
short run. The bound is that of batch 32 without offloads; above it the exit status is 1.

usage: driver_cost.py BUILD
"""
import os
import re
import subprocess
import sys
import tempfile

BOUND, BOUND_BATCH = 110, 32
SHORT, LONG = 512, 2560  # frames
PATHS = [("no offloads", []), ("checksum", ["--offloads", "checksum"]),
         ("checksum, vlan, hash", ["--offloads", "checksum,vlan,hash"]),
         ("tso (merge)", ["--offloads", "tso"]), ("scatter", ["--offloads", "scatter"])]
BATCHES = [1, 4, 32, 256]
DEADLINE_S = 300


def counted(build, folder, batch, frames, options):
    out = os.path.join(folder, "out")
    subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=ixd_app_step",
                    f"--callgrind-out-file={out}", f"{build}/forward-cost", str(batch),
                    str(frames // batch), "--ring", "1024", "--batch", str(batch), *options],
                   check=True, capture_output=True, text=True, timeout=DEADLINE_S)
    with open(out, encoding="utf-8") as text:
        return int(re.search(r"^(?:summary|totals): (\d+)", text.read(), re.M).group(1))


def main(build):
    failed = False
    print("instructions per forwarded 64 B frame, driver, pool and fwd")
    print(f"  {'batch':22}" + "".join(f"{batch:>8}" for batch in BATCHES))
    with tempfile.TemporaryDirectory() as folder:
        for name, options in PATHS:
            row = []
            for batch in BATCHES:
                few, many = (counted(build, folder, batch, n, options) for n in (SHORT, LONG))
                row.append((many - few) / (LONG - SHORT))
            print(f"  {name:22}" + "".join(f"{value:8.1f}" for value in row))
            if not options:
                failed = row[BATCHES.index(BOUND_BATCH)] > BOUND
    print(f"  bound: {BOUND} at batch {BOUND_BATCH} without offloads: "
          f"{'exceeded' if failed else 'kept'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
