#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs that are disturbed from outside, and guests that do not behave.

    scripts/hostile_runs_test.py BUILD        after `make BUILD=BUILD all`

QEMU killed in the middle, the tool interrupted and killed, a disk that is full, two tools in one
folder, a guest that panics and one that floods its console. What had ended by then is kept, nothing
stays behind (processes, temporary files), and the exit status says whose fault it was. The last
line is `N passed, M failed`.
"""
import json
import os
import signal
import subprocess
import sys
import time

import testing

LONG = """\
name: long
why: Long enough to be hit in the middle.
machine: {host: qemu}
driver: {app: fwd}
limits: {wall-time: 120s, model-time: 60s}
traffic:
  - {name: up, from: 0, expect: 1, size: 64B, rate: 1Mpps, count: 30_000_000}
"""
QUICK = """\
name: QUICKNAME
why: What ends all the same.
driver: {app: fwd}
traffic:
  - {name: up, from: 0, expect: 1, size: 64B, rate: 1Mpps, count: 200}
"""
GUEST = """\
name: GUESTNAME
why: Whatever a guest does, the run ends and says so.
machine: {host: qemu, ports: 1}
limits: {wall-time: 60s, model-time: 2s, drain: 1ms}
driver: {command: [/bin/sh, -c, "SCRIPT"], user: 0, ready: is ready, ready-timeout: 2s}
traffic:
  - {name: one, from: 0, expect: none, size: 64B, rate: 1kpps, count: 1}
"""
PANIC = "echo is ready; echo c >/proc/sysrq-trigger; sleep 1"
FLOOD = "echo is ready; while :; do cat /proc/kallsyms >/dev/console; done"
DEADLINE = 240
PASS, FAIL, ENVIRONMENT, INTERRUPTED = 0, 1, 3, 130
CONSOLE_BYTES_MAX = 64 << 20


class Test(testing.Test):
    def __init__(self, build, place):
        super().__init__(build, place)
        self.tmp = os.path.join(place, "tmp")
        os.mkdir(self.tmp)

    def scenario(self, name, text):
        path = os.path.join(self.place, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, out, *words, before=()):
        log = open(os.path.join(self.place, out + ".log"), "w+", encoding="utf-8")
        process = subprocess.Popen(
            [*before, self.ringside, "run", "--out", os.path.join(self.place, out), *words],
            stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "TMPDIR": self.tmp})
        process.log = log
        return process

    def end(self, process):
        status = process.wait(timeout=DEADLINE)
        process.log.seek(0)
        said = process.log.read()
        process.log.close()
        return status, said

    def verdicts(self, out):
        with open(os.path.join(self.place, out, "results.json"), encoding="utf-8") as file:
            return {r["id"]: r["verdict"] for r in json.load(file)["results"]}

    def clean(self, out):
        """Nothing half written lies around."""
        left = os.listdir(self.tmp)
        for folder, _, names in os.walk(os.path.join(self.place, out)):
            left += [os.path.join(folder, n) for n in names
                     if n == "mailbox" or n.endswith(".new") or ".json." in n or ".xml." in n]
        return left


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def host_of(test, out, process):
    """QEMU's pid once its guest is at work; the snapshot's maker is another one."""
    started = os.path.join(test.place, out, "long-s1-qemu", "started")
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until and process.poll() is None:
        pids = children(process.pid)
        if pids and os.path.exists(started):
            return pids[0]
        time.sleep(0.05)
    return None


def gone(pid):
    for _ in range(100):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def killed(test, long, quick):
    process = test.start("killed", "--host", "qemu", long, quick)
    os.kill(host_of(test, "killed", process), signal.SIGKILL)
    status, said = test.end(process)
    test.check(status == ENVIRONMENT and "SIGKILL" in said, "QEMU is killed: exit status 3", said)
    test.check(test.verdicts("killed") == {"long": "ERROR", "quick": "PASS"},
               "and the next scenario runs", test.verdicts("killed"))
    test.check(not test.clean("killed"), "nothing is left", test.clean("killed"))


def interrupted(test, long, quick, number, name):
    out = "signal-" + name
    process = test.start(out, "--host", "qemu", quick, long)
    host = host_of(test, out, process)
    process.send_signal(number)
    status, said = test.end(process)
    test.check(status == INTERRUPTED and "interrupted" in said, f"{name}: exit status 130", said)
    test.check(gone(host), "QEMU is gone")
    test.check(test.verdicts(out) == {"quick": "PASS"}, "what had ended is kept")
    test.check(not test.clean(out), "nothing is left", test.clean(out))


def murdered(test, long):
    process = test.start("murdered", "--host", "qemu", long)
    host = host_of(test, "murdered", process)
    process.kill()
    test.end(process)
    test.check(gone(host), "the tool is killed outright: QEMU dies with it")


def together(test, long):
    first = test.start("together", "--host", "qemu", long)
    host = host_of(test, "together", first)
    status, said = test.end(test.start("together", "--host", "qemu", long))
    test.check(status == ENVIRONMENT and "another ringside" in said,
               "a second tool in the same run folder: exit status 3", said)
    test.check(host and alive(host), "the first one goes on")
    first.send_signal(signal.SIGINT)
    test.end(first)


def full(test, quick, size, host):
    """In a mount namespace of its own, the output folder on a disk of `size`."""
    out = os.path.join(test.place, "full")
    os.makedirs(out, exist_ok=True)
    script = f'mount -t tmpfs -o size={size} none "{out}" && exec "$@"'
    before = ["unshare", "-rm", "sh", "-c", script, "sh"]
    if subprocess.run([*before[:4], f'mount -t tmpfs none "{out}"'], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        print("  skip: no mount namespaces here")
        return
    status, said = test.end(test.start("full", "--host", host, "--trace", "2", quick,
                                       before=before))
    test.check(status == ENVIRONMENT and "No space left" in said,
               f"a disk of {size}, {host}: exit status 3", f"{status}\n{said}")
    test.check(not os.listdir(test.tmp), "nothing is left", os.listdir(test.tmp))


def guests(test):
    for name, script in (("panic", PANIC), ("flood", FLOOD)):
        text = GUEST.replace("GUESTNAME", name).replace("SCRIPT", script)
        status, said = test.end(test.start(name, test.scenario(name, text)))
        test.check(status == FAIL and test.verdicts(name) == {name: "FAIL"},
                   f"a guest with {name}: exit status 1", f"{status}\n{said}")
        test.check("Kernel panic - not syncing: sysrq triggered crash" in said
                   if name == "panic" else "Kernel panic" not in said,
                   "the report says how it ended", said)
        console = os.path.join(test.place, name, name + "-s1-qemu", "console.log")
        test.check(os.path.getsize(console) <= CONSOLE_BYTES_MAX, "its console is kept short",
                   os.path.getsize(console))


def fenced(test):
    """A bundle is a stranger's: it runs behind a fence, to the same bits."""
    text = QUICK.replace("QUICKNAME", "fenced") + "expect: [{metric: lost, min: 1}]\n"
    status, said = test.end(test.start("fenced", "--host", "qemu", test.scenario("fenced", text)))
    bundle = os.path.join(test.place, "fenced", "fenced-s1-qemu", "repro.rsb")
    test.check(status == FAIL and os.path.exists(bundle), "a run that fails leaves a bundle", said)
    for words, fence in ((), True), (("--trust",), False):
        done = subprocess.run([test.ringside, "replay", "--out", os.path.join(test.place, "again"),
                               *words, bundle], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=DEADLINE, check=False)
        test.check(done.returncode == FAIL and "bit-exact" in done.stdout and
                   ("fenced in" in done.stdout) == fence,
                   f"replay {'within' if fence else 'without'} the fence: the same bits",
                   done.stdout)


def whole(test):
    long = test.scenario("long", LONG)
    quick = test.scenario("quick", QUICK.replace("QUICKNAME", "quick"))
    killed(test, long, quick)
    interrupted(test, long, quick, signal.SIGINT, "SIGINT")
    interrupted(test, long, quick, signal.SIGTERM, "SIGTERM")
    murdered(test, long)
    together(test, long)
    wordy = test.scenario("wordy", QUICK.replace("QUICKNAME", "wordy").replace("200", "20_000"))
    for size in ("64k", "1m", "65m", "68m"):
        full(test, wordy, size, "qemu")
    for size in ("64k", "2m"):
        full(test, wordy, size, "in-process")
    guests(test)
    fenced(test)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "runs", Test, whole))
