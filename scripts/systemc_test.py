#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The SystemC host against the in-process host, and the machine of TLM-2.0 modules.

    scripts/systemc_test.py BUILD [SCENARIO]...     after `make BUILD=BUILD tools systemc`

Replay: scenarios run in-process and their stimulus is done again on SystemC's kernel: the traces
must be the same bytes, and so the captures; broken stimuli end with a sentence and an exit status,
and a stimulus that was changed is noticed. Platform: frames arrive, slower memory and an IOMMU cost
time, the same run is the same. Waves: the VCD is whole and says what the trace says. With SCENARIOs
(files or folders), the replay of these instead of those below, and nothing else.
RINGSIDE_SYSTEMC names another program than BUILD/ringside-systemc. The last line is
`N passed, M failed`.
"""
import filecmp
import glob
import os
import random
import re
import resource
import struct
import subprocess
import sys

import testing
import vcd

# Every fault, both IOMMU and none, many queues, segmentation, pause frames, links that come and go,
# resets, all ways to interrupt, functional and timed, a slow core.
REPLAYED = ["smoke", "faults", "dma", "flow-control", "link", "offloads", "reset", "interrupts",
            "receive", "transmit", "filters", "forward/64B-slow-core.yaml"]
HEADER, RECORD = 32, 48
TRACE_HEADER, EVENT = 104, 40
DEADLINE, MEMORY = 120, 4 << 30
PASS, FAIL, USAGE, ENVIRONMENT = 0, 1, 2, 3


def limits():
    if "RINGSIDE_SYSTEMC" not in os.environ:  # a sanitizer reserves more than there is
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Test(testing.Test):
    def __init__(self, build, place, *scenarios):
        super().__init__(build, place, *scenarios)
        self.program = os.environ.get("RINGSIDE_SYSTEMC",
                                      os.path.join(build, "ringside-systemc"))
        self.random = random.Random(1)

    def path(self, name):
        return os.path.join(self.place, name)

    def call(self, *words):
        """-> exit status (None: no end), what it said"""
        try:
            done = subprocess.run([self.program, *words], stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=DEADLINE, preexec_fn=limits, check=False)
        except subprocess.TimeoutExpired:
            return None, "no end"
        return done.returncode, done.stdout

    # ---- replay ----

    def record(self, paths):
        """-> folders of runs"""
        out = self.path("recorded")
        done = subprocess.run([self.ringside, "run", "--stimulus", "--trace", "2", "--capture",
                               "--jobs", "2", "--tag", "!long", "--out", out, *paths], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        runs = [os.path.dirname(path) for path in sorted(glob.glob(out + "/*/stimulus.bin"))
                if not os.path.islink(os.path.dirname(path))]
        self.check(done.returncode == PASS and runs, f"{len(runs)} runs recorded", done.stdout)
        return runs

    def undisturbed(self, folder):
        """Recording changes nothing of a run."""
        out = self.path("plain")
        subprocess.run([self.ringside, "run", "--host", "in-process", "--trace", "2", "--capture",
                        "--jobs", "2", "--tag", "!long", "--out", out, folder],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        names = [os.path.basename(os.path.dirname(path))
                 for path in glob.glob(out + "/*/trace.bin") if "latest" not in path]
        other = [name for name in names if not filecmp.cmp(
            f"{out}/{name}/trace.bin", self.path(f"recorded/{name}/trace.bin"), shallow=False)]
        self.check(names and not other, f"{len(names)} runs without a stimulus are the same",
                   str(other))

    def words(self, run, stimulus=None):
        return ["--plan", run + "/plan.bin", "--stimulus", stimulus or run + "/stimulus.bin",
                "--trace", self.path("trace.bin"), "--capture", self.path("wire.pcapng"),
                "--report", self.path("report.bin")]

    def equal(self, run):
        status, said = self.call(*self.words(run))
        same = status == PASS and all(
            filecmp.cmp(self.path(name), os.path.join(run, name), shallow=False)
            for name in ("trace.bin", "wire.pcapng"))
        self.check(same, "the same events: " + os.path.basename(run), said)

    def refused(self, data, run, what, allowed, says=""):
        with open(self.path("broken"), "wb") as file:
            file.write(data)
        status, said = self.call(*self.words(run, self.path("broken")))
        told = status == PASS or "ringside-systemc: " in said and says in said
        self.check(status in allowed and told,
                   f"{what}: exit status {status}", said)

    def hostile(self, run):
        with open(run + "/stimulus.bin", "rb") as file:
            good = file.read()
        bad = (ENVIRONMENT,)
        self.refused(b"", run, "an empty stimulus", bad, "shorter")
        self.refused(good[:-RECORD], run, "a stimulus without its end", bad, "cut off")
        self.refused(good + b"\0", run, "bytes behind the end", bad, "follows the end")
        self.refused(b"X" + good[1:], run, "no stimulus", bad, "not a stimulus")
        self.refused(good[:24] + bytes(8) + good[32:], run, "of another plan", bad, "plan")
        for _ in range(12):
            at = self.random.randrange(HEADER, len(good))
            broken = bytearray(good)
            broken[at] ^= 1 << self.random.randrange(8)
            # a change may be none: another offset that reads zero, too
            self.refused(bytes(broken), run, f"byte {at} changed", (PASS, FAIL, ENVIRONMENT))
        for _ in range(4):
            at = self.random.randrange(HEADER, len(good))
            self.refused(good[:at], run, f"cut off at {at}", (FAIL, ENVIRONMENT))

    def changed(self, run):
        """What the end says is compared."""
        with open(run + "/stimulus.bin", "rb") as file:
            good = bytearray(file.read())
        end = len(good) - RECORD
        good[end + 32] ^= 1
        self.refused(bytes(good), run, "another hash", (FAIL,), "another hash")
        good[end + 32] ^= 1
        events = struct.unpack_from("<Q", good, end + 24)[0]
        struct.pack_into("<Q", good, end + 24, events + 1)
        self.refused(bytes(good), run, "an event more", (FAIL,), "events")

    def usage(self, run):
        for words in ([], ["--plan", "x"], ["--nonsense"], [*self.words(run), "more"]):
            status, said = self.call(*words)
            self.check(status == USAGE and "usage:" in said, f"usage: {' '.join(words)[:30]}",
                       said)
        status, said = self.call("--plan", self.path("none"), "--stimulus", "x")
        self.check(status == ENVIRONMENT and "none" in said, "a plan that is not there", said)
        status, said = self.call("--help")
        self.check(status == PASS and "usage:" in said, "--help", said)


    # ---- platform ----

    def platform(self, run, *words):
        """-> what it said, {flow: (sent, received, lost, mean latency)}, its trace"""
        status, said = self.call("--plan", run + "/plan.bin", "--platform", "--trace",
                                 self.path("trace.bin"), "--vcd", self.path("waves.vcd"), *words)
        if status != PASS:
            return said, {}, b""
        flows = {match[0]: tuple(int(n) for n in match[1:]) for match in re.findall(
            r"^flow (.*): sent (\d+), received (\d+), lost (\d+), mean latency (\d+) ps$", said,
            re.M)}
        with open(self.path("trace.bin"), "rb") as file:
            return said, flows, file.read()

    def delivers(self, run):
        latency = []
        for ns in ("0", "90", "500"):
            said, flows, _ = self.platform(run, "--memory-latency", ns)
            good = flows and all(f[0] and f[0] == f[1] and not f[2] for f in flows.values())
            self.check(good, f"platform, memory of {ns} ns: every frame arrives", said)
            latency.append(sum(f[3] for f in flows.values()))
        self.check(0 < latency[0] < latency[1] < latency[2],
                   f"slower memory, higher latency: {latency} ps", said)

    def varies(self, run):
        said, flows, first = self.platform(run)
        _, _, again = self.platform(run)
        self.check(first and first == again, "platform: the same run twice", said)
        direct, direct_flows, _ = self.platform(run, "--no-iommu")
        self.check("iommu: 0 hits, 0 walks, 0 refused" in direct and " 0 walks" not in said and
                   all(f[3] < flows[name][3] for name, f in direct_flows.items()),
                   "platform: an IOMMU walks, and that costs time", said + direct)
        loose, loose_flows, _ = self.platform(run, "--quantum", "1000")
        self.check(all(f[2] == 0 for f in loose_flows.values()) and loose_flows,
                   "platform: a CPU that runs ahead loses nothing", loose)

    # ---- waves ----

    def events(self, path):
        """-> [(time, name, function, queue, a)] of a trace"""
        names = []
        for part in ("nic", "bench"):
            with open(f"model/{part}/events.def", encoding="utf-8") as file:
                names += re.findall(r"^EVENT\((\w+),", file.read(), re.M)
        with open(path, "rb") as file:
            data = file.read()[TRACE_HEADER:]
        return [(time, names[number], function, queue, a) for time, number, function, queue, a
                in (struct.unpack_from("<QHHIQ", data, at)
                    for at in range(0, len(data) - EVENT + 1, EVENT))]

    def waves(self, what):
        try:
            waves = vcd.Vcd(self.path("waves.vcd"))
        except (ValueError, KeyError, IndexError) as error:
            self.check(False, f"{what}: a VCD", str(error))
            return
        self.check(waves.scale == "1 ps" and waves.signals,
                   f"{what}: a VCD of {len(waves.signals)} signals")
        told = {}  # what the last of several at one time says
        for time, name, function, queue, a in self.events(self.path("trace.bin")):
            port = f"port{function >> 8}."
            if name in ("link", "wire_in"):
                told[port + name, time] = a
            elif name == "msix":
                told[f"{port}vector{queue}", time] = 1
            elif name == "rx_desc_done":
                told[f"{port}rx{queue}_done", time] = a
        wrong = [(*where, value) for where, value in told.items()
                 if where[0] not in waves.signals or waves.at(*where) != value]
        self.check(told and not wrong, f"{what}: {len(told)} events of the trace are in the waves",
                   str(wrong[:5]))


def parts(test):
    paths = test.arguments or ["scenarios/" + name for name in REPLAYED]
    runs = test.record(paths)
    for run in runs:
        test.equal(run)
    if test.arguments or not runs:
        return
    test.undisturbed("scenarios/dma")
    imix = next(run for run in runs if "/imix-" in run)
    test.delivers(imix)
    test.varies(imix)
    test.waves("platform")
    status, said = test.call(*test.words(imix), "--vcd", test.path("waves.vcd"))
    test.check(status == PASS, "replay with waves", said)
    test.waves("replay")
    small = min(runs, key=lambda run: os.path.getsize(run + "/stimulus.bin"))
    test.hostile(small)
    test.changed(small)
    test.usage(small)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "systemc", Test, parts, words_most=100))
