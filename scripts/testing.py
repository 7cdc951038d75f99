# SPDX-License-Identifier: BSD-2-Clause
"""The frame of the tests that look at the tool from outside: checks with a line for each, a folder
that goes when they are done, and the closing line `N passed, M failed`, which scripts/test.sh adds
up.

Knows no test.
"""
import os
import sys
import tempfile


class Test:
    def __init__(self, build, place, *words):
        self.build, self.place, self.arguments = build, place, words
        self.ringside = os.path.join(build, "ringside")
        self.passed = self.failed = 0

    def check(self, good, what, said=""):
        """`said`: what was seen, shown when it is not good."""
        print(f"  {'ok  ' if good else 'FAIL'} {what}", flush=True)
        if not good and said:
            print(said)
        self.passed += bool(good)
        self.failed += not good


def usage(doc):
    """The command line as the script's own text tells it. -> exit status"""
    lines = doc[doc.index("usage:"):].rstrip() if "usage:" in doc else doc.strip()
    print(lines, file=sys.stderr)
    return 2


def main(doc, name, kind, parts, words_most=0):
    """Runs parts(test); the command line is BUILD and at most so many words. -> exit status"""
    if not 2 <= len(sys.argv) <= 2 + words_most:
        print(doc, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix=f"ringside-{name}-") as place:
        test = kind(os.path.abspath(sys.argv[1]), place, *sys.argv[2:])
        parts(test)
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed else 0
