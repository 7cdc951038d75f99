#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The guest's half of `make calibrate`: the project's driver in QEMU against what the in-process
host predicts for it, and what a quantum costs in truth and brings in speed.

Owns the comparison, no published value: those are list A's. The driver's instructions are counted
in the guest (per packet, per burst, per look at an empty ring) and become a profile; the profile
driver predicts, without a guest, throughput by batch size (as A-8), latency at 1 Mpps (A-10) and
under overload by ring size (A-13); the driver itself is measured in the guest under the same
scenarios. Both hosts carry the same card, so what differs is what the profile leaves out.

usage: calibrate_guest.py BUILD [JSON]     exit status 1: a prediction was off by more than 10 %;
                                           a page of the same name beside the JSON
"""
import html
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

TOLERANCE = 10.0  # percent
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
RINGS = (64, 128, 256, 512, 1024, 2048, 4096)
QUANTA_NS = (0, 100, 1000, 10_000, 100_000)
SPEED_FRAMES = (20_000, 220_000)  # per port, short and long
COUNTED_MS = (1, 3)
DEADLINE_S = 900

# Instructions are the driver's alone: a card and a wire that never let it wait, a slow CPU.
BUSY = "timing: {nic_dma: 0ps}"
SCENARIO = """\
name: {name}
why: measures the project's driver, or predicts it
limits: {{model-time: 10s, wall-time: 600s}}
clock: {{mode: timed, profile: {cpu}, quantum: {quantum}ns}}
{timing}
driver: {driver}
traffic:
  - {{name: up, from: 0, expect: 1, size: 64B, rate: {rate}, {amount}}}
  - {{name: down, from: 1, expect: 0, size: 64B, rate: {rate}, {amount}, start: 37ns}}
expect:
  - {{metric: lost, min: 0}}
"""
# The driver's ring behaviour: driver/port.c, driver/rx.c and tx.c say the same in code.
PROFILE = """\
name: measured-{few}
why: the project's forwarder, as its instructions were counted in the guest
batch: 32
drop-when-full: true
rx: {{ring: 512, refill: {few}, instructions-per-burst: {rx_burst},
     instructions-per-packet: {rx_packet}}}
tx: {{ring: 512, pthresh: 36, hthresh: 8, report: {few}, clean: {few},
     instructions-per-burst: {tx_burst}, instructions-per-packet: {tx_packet}}}
instructions-per-empty-poll: {empty}
"""


class Bench:
    def __init__(self, build, folder):
        self.build, self.folder, self.profiles = build, folder, {}

    def run(self, host, name, driver, rate="line", amount="for: 3ms", quantum=0, cpu="2.4GHz",
            timing=""):
        """results.json's object of one run, and the user CPU seconds it took"""
        path = os.path.join(self.folder, f"{name}.yaml")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(SCENARIO.format(name=name, driver=driver, rate=rate, amount=amount,
                                         quantum=quantum, cpu=cpu, timing=timing))
        told = os.path.join(self.folder, "told.json")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run([f"{self.build}/ringside", "run", "--host", host, "--json", told,
                               "--out", os.path.join(self.folder, "out"), path], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=DEADLINE_S, check=False)
        if done.returncode:
            sys.exit(f"calibrate: {name} failed (exit {done.returncode}):\n{done.stdout}")
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        with open(told, encoding="utf-8") as stream:
            return json.load(stream)["results"][0], spent

    def guest(self, batch=32, ring=512, **options):
        return self.run("qemu", "guest", f"{{app: fwd, batch: {batch}, rings: {ring}}}", **options)

    def predicted(self, batch=32, ring=512, **options):
        few = min(32, ring // 4)  # refill and report of a small ring
        driver = f"{{app: profile, profile: {self.profiles[few]}, batch: {batch}, rings: {ring}}}"
        return self.run("in-process", "predicted", driver, **options)[0]


# ---- what the driver costs ----
def life(result):
    """(instructions under traffic, packets, bursts with frames, looks at an empty ring); what is
    looked at before and after the traffic is the same in every run"""
    with open(os.path.join(result["folder"], "results", "stdout"), encoding="utf-8") as stream:
        text = stream.read()

    def sum_of(counter):
        return sum(int(n) for n in re.findall(rf"^port\d\.rx_{counter} (\d+)$", text, re.M))
    told = result["metrics"]
    executed = told["instructions.per-packet_milli"] * told["received"] / 1000
    return executed, sum_of("packets"), sum_of("bursts"), sum_of("empty_polls")


def between(bench, **options):
    """What a longer run has more than a shorter one: start and end are in both."""
    short, long_ = (life(bench.guest(amount=f"for: {ms}ms", timing=BUSY, **options)[0])
                    for ms in COUNTED_MS)
    return [b - a for a, b in zip(short, long_)]


def fit(rows):
    """(a, b) of y = a + b / x that leaves the least relative squares, for (x, y) rows"""
    s = [0.0] * 5
    for x, y in rows:
        one, part = 1 / y, 1 / x / y
        for i, term in enumerate((one * one, one * part, part * part, one, part)):
            s[i] += term
    det = s[0] * s[2] - s[1] * s[1]
    return (s[3] * s[2] - s[4] * s[1]) / det, (s[0] * s[4] - s[1] * s[3]) / det


def count_instructions(bench):
    """{batch: instructions per packet}, and what a packet, a burst and an empty look cost"""
    each = {}
    for batch in BATCHES:
        executed, packets, _, _ = between(bench, batch=batch, cpu="1.2GHz")
        each[batch] = executed / packets
    packet, burst = fit(each.items())
    executed, packets, bursts, empty = between(bench, rate="500kpps")
    return each, packet, burst, (executed - packets * packet - bursts * burst) / empty


def write_profiles(bench, packet, burst, empty):
    """Receive and transmit share them as callgrind sees it (make driver-cost tells the sums); the
    loop around them counts as receive. That shifts a doorbell by nanoseconds."""
    for few in sorted({min(32, ring // 4) for ring in RINGS}):
        path = os.path.join(bench.folder, f"profile-{few}.yaml")
        rx_packet = round(0.64 * packet)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(PROFILE.format(
                few=few, rx_burst=round(0.66 * burst), tx_burst=round(burst) - round(0.66 * burst),
                rx_packet=rx_packet, tx_packet=round(packet) - rx_packet,
                empty=max(1, round(empty))))
        bench.profiles[few] = path


# ---- points ----
def metric(result, name):
    """Mpps, or microseconds"""
    return result["metrics"][name] / 1e6


class Points:
    def __init__(self):
        self.rows = []

    def add(self, point, quantity, unit, prediction, measured):
        error = 100 * (prediction - measured) / measured
        self.rows.append({"point": point, "quantity": quantity, "unit": unit,
                          "prediction": round(prediction, 3), "measured": round(measured, 3),
                          "error_percent": round(error, 1), "tolerance_percent": TOLERANCE,
                          "within": abs(error) <= TOLERANCE})
        print(f"  {point:5} {quantity:24} {prediction:10.3f} {measured:10.3f} {unit:5} "
              f"{error:+6.1f} %  {'within' if abs(error) <= TOLERANCE else 'OFF'}", flush=True)


def compare(bench, points):
    print(f"  point quantity                 prediction   measured        error (within "
          f"{TOLERANCE:.0f} %)")
    for batch in BATCHES:
        pair = bench.predicted(batch=batch), bench.guest(batch=batch)[0]
        points.add("A-8", f"rate, batch {batch}", "Mpps",
                   *(metric(one, "rate.received_pps") for one in pair))
    calm = {"rate": "500kpps", "amount": "for: 4ms"}
    pair = bench.predicted(**calm), bench.guest(**calm)[0]
    for name in ("p50", "p99"):
        points.add("A-10", f"latency {name}, 1 Mpps", "us",
                   *(metric(one, f"latency.{name}_ps") for one in pair))
    for ring in RINGS:
        pair = bench.predicted(ring=ring), bench.guest(ring=ring)[0]
        points.add("A-13", f"latency p50, rings {ring}", "us",
                   *(metric(one, "latency.p50_ps") for one in pair))


def speed(bench, quantum):
    """thousand frames per second of user CPU time, saturated"""
    spent = [bench.guest(quantum=quantum, amount=f"count: {count}")[1] for count in SPEED_FRAMES]
    return 2 * (SPEED_FRAMES[1] - SPEED_FRAMES[0]) / (spent[1] - spent[0]) / 1e3


def sweep(bench):
    """What each quantum makes of the same runs."""
    rows = []
    print("  quantum (virtual)  rate   p50, p99 at 1 Mpps   overload p50   frames per CPU second")
    for quantum in QUANTA_NS:
        busy = bench.guest(quantum=quantum)[0]
        calm = bench.guest(quantum=quantum, rate="500kpps", amount="for: 4ms")[0]
        rows.append({"quantum_ns": quantum, "rate_mpps": metric(busy, "rate.received_pps"),
                     "calm_p50_us": metric(calm, "latency.p50_ps"),
                     "calm_p99_us": metric(calm, "latency.p99_ps"),
                     "overload_p50_us": metric(busy, "latency.p50_ps"),
                     "kiloframes_per_cpu_second": speed(bench, quantum)})
        row, exact = rows[-1], rows[0]
        print(f"  {quantum:9} ns  {row['rate_mpps']:7.3f} Mpps  {row['calm_p50_us']:7.3f} "
              f"{row['calm_p99_us']:7.3f} us   {row['overload_p50_us']:9.3f} us   "
              f"{row['kiloframes_per_cpu_second']:7.0f} k, times "
              f"{row['kiloframes_per_cpu_second'] / exact['kiloframes_per_cpu_second']:.2f}",
              flush=True)
    return rows


# ---- the page ----
def cells(tag, values):
    row = "".join(f"<{tag}>{html.escape(str(value))}</{tag}>" for value in values)
    return f"<tr>{row}</tr>"


def section(path):
    """HTML of what a `make calibrate-guest` left there; nothing when there was none"""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as stream:
        told = json.load(stream)
    rows = [cells("th", ("point", "quantity", "prediction", "measured in the guest", "unit",
                         "error", "verdict"))]
    rows += [cells("td", (r["point"], r["quantity"], r["prediction"], r["measured"], r["unit"],
                          f"{r['error_percent']:+.1f} %", "within" if r["within"] else "off"))
             for r in told["points"]]
    exact = told["quanta"][0]["kiloframes_per_cpu_second"]
    sweep_rows = [cells("th", ("quantum, virtual ns", "overload, Mpps", "1 Mpps: p50, us",
                               "p99, us", "overload: p50, us", "frames per CPU second, times"))]
    sweep_rows += [cells("td", (r["quantum_ns"], f"{r['rate_mpps']:.3f}", f"{r['calm_p50_us']:.3f}",
                                f"{r['calm_p99_us']:.3f}", f"{r['overload_p50_us']:.3f}",
                                f"{r['kiloframes_per_cpu_second'] / exact:.2f}"))
                   for r in told["quanta"]]
    return ("<h2>In the guest: the project's driver against its prediction</h2><p>Predicted from "
            "its instructions, as they were counted in the guest; off: by more than "
            f"{TOLERANCE:.0f} %.</p><table>{''.join(rows)}</table><h2>What a quantum costs and "
            f"brings</h2><table>{''.join(sweep_rows)}</table>")


def main(build, out=None):
    points = Points()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(build, folder)
        each, packet, burst, empty = count_instructions(bench)
        print("the project's forwarder in the guest, 64 B, 2.4 GHz, quantum 0, against the "
              "in-process prediction")
        print("  instructions per packet, by batch: "
              + ", ".join(f"{batch}: {value:.1f}" for batch, value in each.items()))
        print(f"  as a profile: {packet:.1f} a packet, {burst:.0f} a burst, {empty:.0f} a look at "
              "an empty ring")
        write_profiles(bench, packet, burst, empty)
        compare(bench, points)
        quanta = sweep(bench)
    if out:
        with open(out, "w", encoding="utf-8") as stream:
            json.dump({"instructions": {"by_batch": each, "packet": packet, "burst": burst,
                                        "empty": empty},
                       "points": points.rows, "quanta": quanta}, stream, indent=1)
        page = os.path.splitext(out)[0] + ".html"
        with open(page, "w", encoding="utf-8") as stream:
            stream.write("<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Ringside: in the "
                         f"guest</title>{section(out)}</html>\n")
        print(f"page: {page}")
    off = sum(not row["within"] for row in points.rows)
    print(f"{len(points.rows) - off} of {len(points.rows)} predictions within {TOLERANCE:.0f} %")
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
