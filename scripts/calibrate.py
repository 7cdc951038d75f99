#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs every calibration point and says how far the model is from what was published.

  calibrate.py BUILD [--fast] [--out FOLDER]

reports/calibration/points.json says what was published, how it is measured here, and what may be
between the two; nothing of it goes into the model. Each point is a run of scenarios/calibration or
of `ringside pcie-bench` with a file of systems/, which is all that the model is told. Prints a
table and writes calibration.json and calibration.html, with what `make calibrate-guest` measured if
it was run before. Exit status 1 when a point is missed.
`--fast`: the points that take no more than a second, for make test.
"""
import argparse
import html
import json
import math
import os
import subprocess
import sys
import tempfile

import calibrate_guest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
POINTS = os.path.join(ROOT, "reports", "calibration", "points.json")
DEADLINE_S = 600


def run(argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=DEADLINE_S, check=False)
    return done.returncode, done.stdout, done.stderr


class Measure:
    """One figure each, from runs that are made once."""

    def __init__(self, build, folder):
        self.ringside = os.path.join(build, "ringside")
        self.folder = folder
        self.runs = {}

    def scenario(self, name):
        if name not in self.runs:
            path = os.path.join(self.folder, name + ".json")
            code, _, err = run([self.ringside, "run", "--host", "in-process", "-q", "--out",
                                os.path.join(self.folder, "runs"), "--json", path,
                                os.path.join(ROOT, "scenarios", "calibration", name + ".yaml")])
            if code not in (0, 1):
                sys.exit(f"calibrate: {name}: exit status {code}\n{err}")
            with open(path, encoding="utf-8") as stream:
                page = json.load(stream)
            self.runs[name] = {r["id"]: r for r in page["results"]}
        return self.runs[name]

    def case(self, where):
        name, _, case = where.partition("[")
        ident = name + ("[" + case if case else "")
        results = self.scenario(name)
        if ident not in results:
            sys.exit(f"calibrate: {ident}: no such case; there are {', '.join(results)}")
        result = results[ident]
        if result["verdict"] != "PASS":
            sys.exit(f"calibrate: {ident} failed: {result['message']}")
        return result

    def metric(self, how):
        value = self.case(how["case"])["metrics"].get(how["metric"])
        return None if value is None else value * how.get("times", 1)

    def counter(self, how):
        result = self.case(how["case"])
        with open(os.path.join(result["folder"], "results", "stdout"), encoding="utf-8") as text:
            for line in text:
                words = line.split()
                if len(words) == 2 and words[0] == how["counter"]:
                    num, den = result["dilation"] if how.get("dilated") else (1, 1)
                    return float(words[1]) * how.get("times", 1) * den / num
        return None

    def parameter(self, how):
        """The default of a timing parameter, from the table in the manual."""
        if "parameters" not in self.runs:
            _, self.runs["parameters"], _ = run([self.ringside, "schema", "--markdown"])
        for line in self.runs["parameters"].splitlines():
            cells = [c.strip(" `") for c in line.split("|")]
            if len(cells) > 3 and cells[1] == how["parameter"]:
                return float(cells[2].split()[0]) * how.get("times", 1)
        sys.exit(f"calibrate: no timing parameter {how['parameter']}")

    def pcie(self, how):
        key = json.dumps(how["pcie"])
        if key not in self.runs:
            code, out, err = run([self.ringside, "pcie-bench", *how["pcie"], "--json", "-"])
            if code:
                sys.exit(f"calibrate: pcie-bench {' '.join(how['pcie'])}: {err}")
            self.runs[key] = json.loads(out)
        value = self.runs[key]
        for word in how["figure"].split("/"):
            value = value[word]
        return value

    def figure(self, how):
        """A figure: of a run, or two of them put together."""
        if "sum" in how:
            return sum(self.figure(h) for h in how["sum"])
        if "parameter" in how:
            return self.parameter(how)
        if "difference" in how:
            a, b = (self.figure(h) for h in how["difference"])
            return a - b
        if "ratio" in how:
            a, b = (self.figure(h) for h in how["ratio"])
            return a / b
        if "pcie" in how:
            return self.pcie(how)
        if "counter" in how:
            return self.counter(how)
        return self.metric(how)


def verdict(row, value):
    """Within what may be between? Also the error, as the point states it."""
    if value is None or not math.isfinite(value):
        return False, "no figure"
    if "range" in row:
        low, high = row["range"]
        return low <= value <= high, ""
    if "least" in row:
        return value >= row["least"] - row.get("within", 0), f"{value - row['least']:+.3g}"
    if "published" not in row:
        return True, ""
    error = value - row["published"]
    if "within" in row:
        return abs(error) <= row["within"], f"{error:+.3g}"
    share = error / row["published"] * 100
    return abs(share) <= row["percent"], f"{share:+.1f} %"


def allowed(row):
    if "range" in row:
        return "inside"
    if "least" in row:
        return f"at least, -{row.get('within', 0):g}"
    if "published" not in row:
        return "nothing published"
    return f"± {row['within']:g}" if "within" in row else f"± {row['percent']:g} %"


def published(row):
    if "range" in row:
        return f"{row['range'][0]:g}..{row['range'][1]:g}"
    value = row.get("published", row.get("least"))
    return "-" if value is None else f"{value:g}"


def judge(points, measure):
    for point in points:
        point["pass"] = True
        for row in point["rows"]:
            row["model"] = measure.figure(row["how"])
            row["pass"], row["error"] = verdict(row, row["model"])
            point["pass"] = point["pass"] and row["pass"]
        yield point


def table(point):
    state = "ok  " if point["pass"] else "MISS"
    kind = " (consistency)" if point.get("consistency") else ""
    print(f"{state} {point['id']:5} {point['what']}{kind}")
    for row in point["rows"]:
        model = "-" if row["model"] is None else f"{row['model']:.4g}"
        mark = " " if row["pass"] else "!"
        print(f"     {mark} {row['at']:34} published {published(row):>11} {point['unit']:7}"
              f" model {model:>7}  {row['error']:>9}  ({allowed(row)})")


# ---- the page ----

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560, 280, 60, 40, 16


def axis(values, log):
    low, high = min(values), max(values)
    if log:
        return lambda v: (math.log(v) - math.log(low)) / ((math.log(high) - math.log(low)) or 1)
    low = 0
    return lambda v: (v - low) / ((high * 1.05 - low) or 1)


def plot(point):
    """Published and modelled over the point's axis."""
    rows = [r for r in point["rows"] if "x" in r and r["model"] is not None]
    if len(rows) < 3:
        return ""
    across = axis([r["x"] for r in rows], point.get("log_x", True))
    up = axis([r[k] for r in rows for k in ("published", "model") if k in r],
              point.get("log_y", False))
    wide, high = WIDTH - LEFT - 16, HEIGHT - TOP - BOTTOM

    def place(x, y):
        return LEFT + across(x) * wide, TOP + (1 - up(y)) * high

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{point["id"]}">',
             f'<path class="frame" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - 16}"/>']
    for key, kind in (("published", "paper"), ("model", "model")):
        dots = [place(r["x"], r[key]) for r in rows if key in r]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in dots)
        if len(dots) == len(rows):
            parts.append(f'<path class="{kind}" d="{path}"/>')
        parts += [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in dots]
    for row in rows:
        x, y = place(row["x"], row.get("published", row["model"]))
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" class="tick">'
                     f'{html.escape(str(row["label"]))}</text>')
        if "published" in row:
            parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" class="value">'
                         f'{row["published"]:g}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 6}" class="axis">'
                 f'{html.escape(point["axis"])}; {html.escape(point["unit"])}, '
                 f'<tspan class="paper">published</tspan> and '
                 f'<tspan class="model">model</tspan></text></svg>')
    return "".join(parts)


STYLE = """
:root { color-scheme: light dark; --ink: #222; --pale: #999; --a: #c2571a; --b: #1f6f8b; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --pale: #777; --a: #f0935a;
  --b: #6cc3e0; } body { background: #16181a; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .6rem; text-align: right; border-bottom: 1px solid #8883; }
td:first-child, th:first-child { text-align: left; }
.miss { color: #d02020; font-weight: 600; } .ok { color: #2b8a3e; }
h2 { margin: 2rem 0 .2rem; font-size: 1.1rem; } p.src { color: var(--pale); margin: .1rem 0 .5rem; }
svg { width: 100%; max-width: 40rem; } svg text { font-size: 11px; fill: var(--ink); }
svg .tick, svg .value { text-anchor: middle; } svg .value { fill: var(--a); }
svg path { fill: none; stroke-width: 2; } svg .frame { stroke: var(--pale); stroke-width: 1; }
svg path.paper { stroke: var(--a); } svg path.model { stroke: var(--b); }
svg circle.paper, svg tspan.paper { fill: var(--a); } svg circle.model, svg tspan.model
  { fill: var(--b); }
"""


def section(point):
    word = "within" if point["pass"] else "missed"
    rows = "".join(
        f"<tr><td>{html.escape(r['at'])}</td><td>{published(r)}</td>"
        f"<td>{'-' if r['model'] is None else format(r['model'], '.4g')}</td>"
        f"<td>{html.escape(r['error'])}</td><td>{html.escape(allowed(r))}</td>"
        f"<td class={'ok' if r['pass'] else 'miss'}>{'yes' if r['pass'] else 'NO'}</td></tr>"
        for r in point["rows"])
    check = " — a consistency check: the model was made from it" if point.get("consistency") else ""
    return (f"<h2>{point['id']}: {html.escape(point['what'])} "
            f"<span class={'ok' if point['pass'] else 'miss'}>{word}</span></h2>"
            f"<p class=src>{html.escape(point['source'])}{check}. System: "
            f"{html.escape(point['system'])}</p>{plot(point)}"
            f"<table><tr><th>at</th><th>published, {html.escape(point['unit'])}</th><th>model</th>"
            f"<th>error</th><th>allowed</th><th>within</th></tr>{rows}</table>")


def page(points, line, guest):
    return ("<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Ringside: calibration</title>"
            f"<style>{STYLE}</style><h1>Calibration</h1><p>{html.escape(line)} One set of "
            "parameters per system (systems/, model/bench/timing.def); docs/time.md tells what "
            f"each is.</p>{''.join(section(p) for p in points)}{guest}</html>\n")


def main(argv):
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("build")
    words.add_argument("--fast", action="store_true", help="only what takes no second")
    words.add_argument("--out", default=os.path.join(ROOT, "reports", "out", "calibration"))
    given = words.parse_args(argv)
    with open(POINTS, encoding="utf-8") as stream:
        points = json.load(stream)["points"]
    if given.fast:
        points = [p for p in points if p.get("fast")]
    with tempfile.TemporaryDirectory(prefix="ringside-calibrate-") as folder:
        done = []
        for point in judge(points, Measure(given.build, folder)):
            table(point)
            done.append(point)
    good = sum(p["pass"] for p in done)
    line = f"{good} of {len(done)} points within tolerance."
    print(line)
    os.makedirs(given.out, exist_ok=True)
    with open(os.path.join(given.out, "calibration.json"), "w", encoding="utf-8") as stream:
        json.dump({"format": "ringside-calibration", "version": 1, "within": good,
                   "points": done}, stream, indent=1)
        stream.write("\n")
    with open(os.path.join(given.out, "calibration.html"), "w", encoding="utf-8") as stream:
        guest = os.path.join(given.build, "calibrate-guest.json")
        stream.write(page(done, line, calibrate_guest.section(guest)))
    print(f"page: {os.path.join(given.out, 'calibration.html')}")
    return 0 if good == len(done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
