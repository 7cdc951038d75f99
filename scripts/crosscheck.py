#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold what the NIC makes of frames against Scapy, which knows nothing of it.

    scripts/crosscheck.py BUILD [--cases N] [--seed S] [--keep FOLDER]

Sending: random packets (TCP, UDP and SCTP over IPv4 and IPv6, VLAN tags, large sends) go through
`poke` with their checksums left to the card, and what the wire's capture has is compared byte for
byte with what Scapy computes. Receiving: random packets, good and bad, go into a queue, and the
descriptors (RSS type and hash, VLAN tag, verdicts, length) are compared with Scapy's fields, a
Toeplitz hash written here, and the public vectors of it. The in-process host; seconds.

The last line is `N passed, M failed`.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
try:
    from crosscheck_rx import receive_batch
    from crosscheck_tx import send_batch
except ImportError as error:
    sys.exit(f"crosscheck: {error}: scripts/setup.sh test installs python3-scapy")

BATCH = 24  # cases of one run: a script has room for so many


def run(build, folder, name, scenario):
    """Runs a scenario; returns its folder of results."""
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(scenario)
    done = subprocess.run([os.path.join(build, "ringside"), "run", "--host", "in-process", "--out",
                           os.path.join(folder, "out"), path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.stdout.write(done.stdout)
        return None
    return os.path.join(folder, "out", "latest")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--cases", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="leave scenarios and results in this folder")
    args = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or scratch
        os.makedirs(folder, exist_ok=True)
        for number in range(0, args.cases, BATCH):
            for what, batch in (("tx", send_batch), ("rx", receive_batch)):
                rng = random.Random(f"{what} {args.seed} {number}")
                name = f"{what}-{args.seed}-{number}"
                count = min(BATCH, args.cases - number)
                wrong = batch(rng, count, name,
                              lambda text, n=name: run(args.build, folder, n, text), folder)
                for line in wrong:
                    print(f"{name}: {line}")
                failed += len(wrong)
                passed += max(0, count - len(wrong))
    print(f"crosscheck: seed {args.seed}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
