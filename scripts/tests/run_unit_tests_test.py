# SPDX-License-Identifier: BSD-2-Clause
"""The counter of unit tests must not be fooled: a binary that dies or tests nothing fails."""
import os
import stat
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "run_unit_tests.py")


class Counting(unittest.TestCase):
    def run_on(self, *bodies):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, body in enumerate(bodies):
                path = os.path.join(folder, f"t{number}")
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write("#!/bin/sh\n" + body)
                os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
                paths.append(path)
            done = subprocess.run([sys.executable, SCRIPT, *paths], stdout=subprocess.PIPE,
                                  check=False, timeout=60)
            return done.returncode, done.stdout.decode().splitlines()[-1]

    def test_passes_are_added_up(self):
        tap = 'printf "ok 1 - a\\nok 2 - b\\n" > "$CK_TAP_LOG_FILE_NAME"\n'
        self.assertEqual(self.run_on(tap, tap), (0, "unit: 4 passed, 0 failed"))

    def test_a_failure_is_one(self):
        tap = 'printf "ok 1 - a\\nnot ok 2 - b\\n" > "$CK_TAP_LOG_FILE_NAME"; exit 1\n'
        self.assertEqual(self.run_on(tap), (1, "unit: 1 passed, 1 failed"))

    def test_silence_and_death_are_failures(self):
        dies = 'printf "ok 1 - a\\n" > "$CK_TAP_LOG_FILE_NAME"; kill -9 $$\n'
        self.assertEqual(self.run_on("exit 0\n"), (1, "unit: 0 passed, 1 failed"))
        self.assertEqual(self.run_on(dies), (1, "unit: 1 passed, 1 failed"))

    def test_nothing_to_run_is_no_success(self):
        self.assertEqual(self.run_on()[0], 1)


if __name__ == "__main__":
    unittest.main()
