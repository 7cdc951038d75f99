#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run Check binaries, sum what they report, print failures in full and one closing line.

Every binary writes TAP to the file named by CK_TAP_LOG_FILE_NAME; a binary that dies, hangs
or reports no test at all counts as one failure.
"""
import os
import re
import subprocess
import sys
import tempfile

DEADLINE_S = 900  # of a binary; Check ends a single test that hangs


def run(binary):
    """-> (passed, failed, text to show)"""
    with tempfile.NamedTemporaryFile("r", suffix=".tap") as tap:
        # a machine may be busy
        env = dict(os.environ, CK_TAP_LOG_FILE_NAME=tap.name, CK_VERBOSITY="minimal",
                   CK_DEFAULT_TIMEOUT="60", CK_TIMEOUT_MULTIPLIER="4")
        try:
            done = subprocess.run([binary], env=env, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=DEADLINE_S, check=False)
            output, status = done.stdout.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired:
            return 0, 1, f"{binary}: no end after {DEADLINE_S} s\n"
        lines = tap.read().splitlines()
    passed = sum(1 for line in lines if re.match(r"ok \d+", line))
    bad = [line for line in lines if line.startswith("not ok")]
    failed = len(bad)
    if passed + failed == 0 or (status != 0 and failed == 0):
        return passed, failed + 1, f"{binary}: exit {status}, {passed} tests reported\n{output}"
    return passed, failed, "".join(f"{line}\n" for line in bad)


def main(binaries):
    total_passed = total_failed = 0
    for binary in binaries:
        passed, failed, text = run(binary)
        total_passed += passed
        total_failed += failed
        name = re.sub(r"^.*?/(?=(model|driver|harness|guest|fuzz)/)", "", binary)
        print(f"  {'FAIL' if failed else 'ok  '} {name}: {passed} passed"
              + (f", {failed} failed" if failed else ""), flush=True)
        sys.stdout.write(text)
    print(f"unit: {total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
