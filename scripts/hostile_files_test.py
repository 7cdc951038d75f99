#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Files broken in every way, given to every command that reads them.

    scripts/hostile_files_test.py BUILD [TIMES]     after `make BUILD=BUILD tools`

Scenarios, captures, bundles, run folders, plans, traces: cut off, with bits turned, of another
kind, empty, huge, no files at all. Each call must come back soon, within little memory, by itself
(no signal), with an exit status that says whose fault it is, and a sentence on stderr when it is
not 0. The last line is `N passed, M failed`.
"""
import os
import random
import resource
import shutil
import subprocess
import sys

import testing

SCENARIO = """\
name: hostile
why: Whatever a file holds, the tool says what is wrong with it.
driver: {app: fwd}
traffic:
  - {name: up, from: 0, expect: 1, size: 64B, rate: 1Mpps, count: 50}
expect: [{metric: lost, min: 1}]
"""
REPLAY = """\
name: hostile-capture
why: Whatever a capture holds, the tool says what is wrong with it.
driver: {app: fwd}
traffic:
  - {name: up, from: 0, expect: 1, replay: CAPTURE, rate: 1Mpps}
"""
TEXTS = {
    "nothing": b"", "a newline": b"\n", "NUL": b"name: a\0b\n", "no UTF-8": b"name: \xff\xfe\n",
    "UTF-16": SCENARIO.encode("utf-16"), "deep lists": b"a: " + b"[" * 100000,
    "deep maps": b"{a: " * 50000, "aliases": b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b, *b]\n",
    "an alias of itself": b"a: &a [*a]\n", "a long line": b"name: " + b"x" * 900000 + b"\n",
    "a long key": b"x" * 900000 + b": 1\n", "a film": os.urandom(3 << 20),
    "many keys": b"".join(b"k%d: 1\n" % i for i in range(60000)),
    "a tag": b"name: !!python/object x\n", "tabs": b"name:\ta\n\tb: c\n",
    "two documents": SCENARIO.encode() + b"---\n" + SCENARIO.encode(),
    "unfinished quotes": b"name: \"abc\nwhy: 'x\n",
    "a huge number": b"seed: " + b"9" * 5000 + b"\n",
    "negative": SCENARIO.replace("count: 50", "count: -1").encode(),
    "many cases": SCENARIO.replace("50", str(list(range(1, 9000)))).encode(),
}
GOOD_TEXTS = {"CRLF": SCENARIO.replace("\n", "\r\n").encode(),
              "a byte order mark": b"\xef\xbb\xbf" + SCENARIO.encode()}
DEADLINE, MEMORY = 20, 3 << 30
PASS, FAIL, USAGE, ENVIRONMENT, NOTHING, NONDET = 0, 1, 2, 3, 4, 6


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Test(testing.Test):
    def __init__(self, build, place, times="1"):
        super().__init__(build, place, times)
        self.times = int(times)  # how many of each kind of damage
        self.random = random.Random(1)

    def path(self, *names):
        return os.path.join(self.place, *names)

    def call(self, allowed, what, *words):
        words = [self.ringside, *words]
        try:
            done = subprocess.run(words, cwd=self.place, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE,
                                  preexec_fn=limits, check=False)
            status, said = done.returncode, done.stderr.decode(errors="replace")
            out = done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired:
            status, said, out = "no end", "", ""
        good = status in allowed and (status in (PASS, FAIL) or said.strip())
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"  FAIL {what}: {status}, expected {sorted(allowed)}\n"
                  f"    {' '.join(words)[:300]}\n    {said[:400]}\n    {out[-400:]}")
        return out

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def broken(self, data, cuts, flips):
        """Copies that are cut off, or have one bit or one word turned."""
        length, cuts, flips = len(data), cuts * self.times, flips * self.times
        for cut in {0, 1, 2, 3, 4, 7, 8, *(length * i // cuts for i in range(cuts)), length - 1}:
            yield f"cut at {cut}", data[:cut]
        places = [*range(0, min(64, length), 3),
                  *(self.random.randrange(length) for _ in range(flips))]
        for at in places:
            copy = bytearray(data)
            copy[at] ^= 1 << self.random.randrange(8)
            yield f"a bit of byte {at}", bytes(copy)
        for at in range(0, min(length, 60 * self.times), 8):
            yield f"ones from byte {at}", data[:at] + b"\xff\xff\xff\xff" + data[at + 4:]
        yield "twice", data + data
        yield "backwards", data[::-1]


def no_files(test, allowed, *words):
    """What is no ordinary file, in the place of `@`."""
    fifo = test.path("fifo")
    if not os.path.exists(fifo):
        os.mkfifo(fifo)
    for what in ("/dev/zero", "/dev/full", "/dev/null", fifo, test.place, "/nonexistent/x",
                 "/proc/self/mem", test.ringside):
        test.call(allowed, f"{words[0]} {what}", *(what if word == "@" else word for word in words))


def scenarios(test):
    for what, text in TEXTS.items():
        path = test.write("broken.yaml", text)
        test.call({USAGE}, f"lint: {what}", "lint", path)
        test.call({USAGE}, f"run: {what}", "run", "--dry-run", "--host", "in-process", path)
    for what, text in GOOD_TEXTS.items():
        test.call({PASS}, f"lint: {what}", "lint", test.write("good.yaml", text))
    for what, text in test.broken(SCENARIO.encode(), 5, 10):
        test.call({PASS, USAGE}, f"lint: {what}", "lint", test.write("broken.yaml", text))
    no_files(test, {USAGE, NOTHING}, "lint", "@")


def captures(test):
    for name in ("mix.pcap", "mix.pcapng"):
        good = test.read(os.getcwd(), "scenarios/smoke/captures", name)
        test.write("scenario.yaml", REPLAY.replace("CAPTURE", "capture").encode())
        for what, data in test.broken(good, 4, 8):
            test.write("capture", data)
            test.call({PASS, USAGE}, f"{name}: {what}", "lint", "scenario.yaml")
    for what in ("/dev/zero", "fifo", "/", "/nonexistent", "/proc/self/mem"):
        test.write("scenario.yaml", REPLAY.replace("CAPTURE", what).encode())
        test.call({USAGE}, f"capture {what}", "lint", "scenario.yaml")


def made(test):
    """A failed run: its folder, with a bundle."""
    path = test.write("hostile.yaml", SCENARIO.encode())
    test.call({FAIL}, "a scenario that fails", "run", "--host", "in-process", "--trace", "2",
              "--out", test.path("out"), path)
    return test.path("out", "hostile-s1-in-process")


def bundles(test, run):
    good = test.read(run, "repro.rsb")
    test.call({FAIL}, "the good bundle", "replay", "--out", test.path("out2"),
              os.path.join(run, "repro.rsb"))
    for what, data in test.broken(good, 5, 12):
        test.call({PASS, FAIL, USAGE}, f"bundle: {what}", "replay", "--out", test.path("out2"),
                  test.write("broken.rsb", data))
    no_files(test, {USAGE}, "replay", "--out", test.path("out2"), "@")


def folders(test, run):
    """The parts of a run folder, each broken for itself."""
    copy = test.path("copy")
    for name in ("run.json", "plan.bin", "job", "scenario.yaml"):
        good = test.read(run, name)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(run, copy)
        for what, data in test.broken(good, 4, 6):
            test.write(os.path.join("copy", name), data)
            test.call({PASS, FAIL, USAGE, ENVIRONMENT, NONDET}, f"{name}: {what}", "replay",
                      "--out", test.path("out2"), copy)
        os.unlink(os.path.join(copy, name))
        test.call({USAGE}, f"without {name}", "replay", "--out", test.path("out2"), copy)


def traces(test, run):
    good = test.read(run, "trace.bin")
    whole = test.call({PASS}, "the good trace", "trace", "--limit", "0", run)
    for what, data in test.broken(good, 5, 10):
        path = test.write("broken.bin", data)
        test.call({PASS, USAGE, NOTHING}, f"trace: {what}", "trace", "--limit", "0", path)
        test.call({PASS, USAGE, NOTHING}, f"follow: {what}", "trace", "--frame", "3", path)
    no_files(test, {USAGE}, "trace", "@")
    for words in (["--event", "*" * 5000], ["--register", "[" * 500], ["--from", "9999999h"],
                  ["--flow", "x" * 5000], ["--frame", "18446744073709551614"], ["--limit", "-1"]):
        test.call({PASS, USAGE, NOTHING}, f"trace {words[0]}", "trace", *words, run)
    if not whole:
        print("  FAIL the good trace shows nothing")
        test.failed += 1


def whole(test):
    scenarios(test)
    captures(test)
    run = made(test)
    bundles(test, run)
    folders(test, run)
    traces(test, run)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "hostile", Test, whole, 1))
