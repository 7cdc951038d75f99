#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The gate, from outside: what makes it say 5, and what does not.

    scripts/gate_test.py BUILD          after `make BUILD=BUILD all`
    scripts/gate_test.py BUILD --base   also builds and measures a base revision (minutes)

A driver is made slower (batches of one frame: a doorbell each), a baseline is altered, its
environment exchanged. On the in-process host, so it takes seconds. The last line is
`N passed, M failed`.
"""
import json
import os
import subprocess
import sys

import testing

SCENARIO = """\
name: gated
why: What a packet costs must not grow unnoticed.
driver: {{app: fwd, batch: {batch}}}
clock: {{mode: timed, profile: 2.4GHz}}
traffic:
  - {{name: up, from: 0, expect: 1, size: 64B, rate: 1Mpps, burst: 32, count: 20_000}}
"""
DEADLINE = 3600


class Test(testing.Test):
    def __init__(self, build, place, *words):
        super().__init__(build, place, *words)
        self.baseline = os.path.join(place, "baseline.json")
        self.scenario = os.path.join(place, "gated.yaml")

    def write(self, batch):
        with open(self.scenario, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(batch=batch))

    def gate(self, *words):
        done = subprocess.run(
            [self.ringside, "gate", "--host", "in-process", "--baseline", self.baseline, "--out",
             os.path.join(self.place, "out"), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE,
            check=False)
        return done.returncode, done.stdout

    def expect(self, status, what, *words, says=()):
        got, said = self.gate(*words)
        self.check(got == status and all(word in said for word in says),
                   f"{what}: exit status {status}", f"{got}\n{said}")

    def load(self):
        with open(self.baseline, encoding="utf-8") as file:
            return json.load(file)

    def store(self, baseline):
        with open(self.baseline, "w", encoding="utf-8") as file:
            json.dump(baseline, file)


def altered(test, change):
    """The baseline with `change` done to its figures by name; the old one is put back."""
    good = test.load()
    other = json.loads(json.dumps(good))
    change({f["figure"].split("/")[-1]: f for f in other["figures"]}, other)
    test.store(other)
    return good


def compare(test):
    test.expect(2, "no baseline", test.scenario, says=["there is no baseline"])
    test.write(32)
    test.expect(0, "--update writes one", "--update", test.scenario)
    test.expect(0, "the same driver", says=["0 worse"])
    test.write(1)
    test.expect(5, "a driver that rings for every frame", says=["WORSE", "mmio.doorbells"])
    test.write(32)

    good = altered(test, lambda f, b: f["latency.p99"].update(value=f["latency.p99"]["value"] * .9))
    test.expect(5, "a percentile that grew", says=["latency.p99", "WORSE"])
    test.store(good)
    altered(test, lambda f, b: f["dma.bytes.per-packet"].update(value=1000))
    test.expect(0, "an improvement", says=["better", "--update"])
    test.store(good)
    altered(test, lambda f, b: b["figures"].append(
        {"figure": "gated/in-process/no-such", "unit": "ps", "value": 1, "exact": True}))
    test.expect(5, "a figure that is gone", says=["GONE"])
    test.store(good)
    altered(test, lambda f, b: f["mmio.doorbells.per-packet"].update(
        value=f["mmio.doorbells.per-packet"]["value"] * .9, tolerance_percent=20))
    test.expect(0, "within a tolerance of its own")
    test.store(good)


def reports(test):
    path, xml = os.path.join(test.place, "g.json"), os.path.join(test.place, "g.xml")
    good = altered(test, lambda f, b: f["latency.p99"].update(value=1))
    test.expect(5, "with reports", "--json", path, "--junit", xml)
    with open(path, encoding="utf-8") as file:
        page = json.load(file)
    worse = [f["figure"] for f in page["figures"] if f["change"] == "WORSE"]
    test.check(page["exit_status"] == 5 and worse == ["gated/in-process/latency.p99"],
               "JSON says so")
    with open(xml, encoding="utf-8") as file:
        test.check('failures="1"' in file.read(), "JUnit says so")
    test.store(good)
    test.expect(2, "a report nowhere", "--json", "/nowhere/x.json", says=["/nowhere"])


def others(test):
    rows = '[{"figure": "insn", "unit": "per frame", "value": %d, "exact": true}]'
    good = test.load()
    test.expect(0, "figures of another program", "--update", "--figures-from",
                f"echo '{rows % 100}'", test.scenario)
    test.expect(5, "which grew", "--figures-from", f"echo '{rows % 101}'", says=["insn"])
    test.expect(0, "which nobody asked for")
    test.expect(2, "which are none", "--figures-from", "echo nonsense")
    test.expect(3, "which do not come", "--figures-from", "exit 7")
    test.store(good)
    with open(test.baseline, "w", encoding="utf-8") as file:
        file.write('{"format": "ringside-baseline", "version": 1}')
    test.expect(2, "a broken baseline", says=["baseline.json"])
    test.store(good)


def environments(test):
    good = altered(test, lambda f, b: b["environment"].update(compiler="gcc 1.2.3"))
    test.expect(0, "another environment, --same-environment", "--same-environment",
                says=["not compared", "gcc 1.2.3"])
    altered(test, lambda f, b: b.update(revision="0" * 40))
    test.expect(3, "another environment, revision unknown", says=["--update"])
    if "--base" in test.arguments:
        other = test.load()
        other["revision"] = good["revision"]
        for figure in other["figures"]:
            figure["value"] = 1  # must not be looked at
        test.store(other)
        test.expect(0, "another environment: the revision is built and measured", test.scenario,
                    says=["measured here", "0 worse"])
    test.store(good)


def whole(test):
    test.write(32)
    compare(test)
    reports(test)
    others(test)
    environments(test)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "gate", Test, whole, 1))
