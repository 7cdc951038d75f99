#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make one static HTML page of results.json: no scripts, no other files, no network.

usage: report.py RESULTS.json PAGE.html

Failures come first and open; passes are folded. The drawing of each run is its latency, as an
inline SVG: minimum, p50, p90, p99, p99.9, maximum on a logarithmic axis.
"""
import json
import math
import os
import sys

import jinja2

VERSION = 1
MARKS = [("min", "latency.min_ps"), ("p50", "latency.p50_ps"), ("p90", "latency.p90_ps"),
         ("p99", "latency.p99_ps"), ("p99.9", "latency.p99.9_ps"), ("max", "latency.max_ps")]
WIDTH, HEIGHT, MARGIN, LABEL = 640, 74, 24, 34


def time_text(ps):
    """A time as people read it."""
    for unit, size in (("s", 10**12), ("ms", 10**9), ("us", 10**6), ("ns", 10**3)):
        if ps >= size:
            return f"{ps / size:.4g} {unit}"
    return f"{ps} ps"


def steps_around(low, high):
    """The 1-2-5 steps of a logarithmic axis that holds low..high, in ps, at least two of them."""
    steps = [factor * 10**power for power in range(2, 16) for factor in (1, 2, 5)]
    first = max((k for k, step in enumerate(steps) if step <= low), default=0)
    last = min((k for k, step in enumerate(steps) if step >= high), default=len(steps) - 1)
    return steps[first:max(last, first + 1) + 1]


def latency_marks(metrics):
    """-> [(x, label, text, show)] in pixels, and the ticks of the axis; empty without latencies.
    A label that would lie on its neighbour is not shown: the line below has all values."""
    found = [(label, metrics[key]) for label, key in MARKS if metrics.get(key)]
    if not found:
        return [], []
    steps = steps_around(min(v for _, v in found), max(v for _, v in found))
    low, high = math.log10(steps[0]), math.log10(steps[-1])

    def place(value):
        return round(MARGIN + (math.log10(value) - low) / (high - low) * (WIDTH - 2 * MARGIN), 1)

    marks, taken = [], [-WIDTH, -WIDTH]
    for number, (label, value) in enumerate(found):
        x, side = place(value), number % 2
        show = x - taken[side] > LABEL
        taken[side] = x if show else taken[side]
        marks.append((x, label, time_text(value), show))
    return marks, [(place(step), time_text(step)) for step in steps]


def milli(value):
    return "-" if value is None else f"{value / 1000:,.3f}"


def whole(value):
    return "-" if value is None else f"{value:,}"


def rate_text(pps):
    if pps is None:
        return "-"
    return f"{pps / 1e6:.3f} Mpps" if pps >= 100_000 else f"{pps / 1e3:.3f} kpps"


def figures(result):
    """The few numbers that the head of a run shows: (name, value)."""
    m = result.get("metrics", {})

    def added(*keys):
        values = [m.get(k) for k in keys]
        return None if None in values else sum(values)

    return [
        ("frames", whole(m.get("sent"))),
        ("lost", whole(m.get("lost"))),
        ("reordered", whole(m.get("reordered"))),
        ("rate", rate_text(m.get("rate.received_pps"))),
        ("MMIO / packet", milli(added("mmio.reads.per-packet_milli",
                                      "mmio.writes.per-packet_milli"))),
        ("DMA / packet", milli(added("dma.reads.per-packet_milli",
                                     "dma.writes.per-packet_milli"))),
        ("instructions / packet", milli(m.get("instructions.per-packet_milli"))),
    ]


def prepare(results, page):
    """Adds to every result what the template shows; failures first."""
    here = os.path.dirname(os.path.abspath(page))
    for result in results:
        result["good"] = result["verdict"] in ("PASS", "SKIP")
        result["marks"], result["ticks"] = latency_marks(result.get("metrics", {}))
        result["figures"] = figures(result)
        for key in ("flows", "findings", "refusals", "ports"):  # of a case that did not run: none
            result.setdefault(key, [])
        for key in ("trace_hash", "memory_hash", "guest_instructions", "reproducible"):
            result.setdefault(key, None)
        folder = result.get("folder")
        result["iotlb"] = [dict(use, port=port["port"]) for port in result["ports"]
                           for use in port.get("iotlb", [])]
        result["link"] = os.path.relpath(folder, here) if folder else None
    return sorted(results, key=lambda r: r["good"])  # stable: else the order of the run


TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ringside: {{ counts.pass }} passed, {{ bad }} failed</title>
<style>
:root { color-scheme: light dark; --line: #8886; --good: #2a8f4f; --bad: #c43d3d; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } code, pre { font: 13px/1.4 ui-monospace, monospace }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } .PASS { color: var(--good) } .SKIP { opacity: .6 }
.FAIL, .NONDET, .ERROR { color: var(--bad) } .verdict { font-weight: 700; margin-right: .6rem }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .3rem 1rem }
dt { opacity: .7; font-size: .85em } dd { margin: 0; font-variant-numeric: tabular-nums }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; text-align: left }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
td.n, td.w { white-space: nowrap }
pre { background: #8882; padding: .5rem; overflow-x: auto; user-select: all }
svg text { font: 10px system-ui, sans-serif; fill: currentColor }
</style></head><body>
<h1><span class="{{ 'FAIL' if bad else 'PASS' }}">{{ counts.pass }} passed, {{ bad }} failed</span>
{%- if counts.skip %}, {{ counts.skip }} skipped{% endif %}</h1>
<p>ringside {{ tool }}, {{ '%.1f' | format(wall_ms / 1000) }} s of wall time.</p>
<table><tr><th></th><th>scenario</th><th>host</th>{% for name in heads %}<th class="n">{{ name }}
</th>{% endfor %}</tr>
{% for r in results %}<tr><td class="{{ r.verdict }}">{{ r.verdict }}</td>
<td><a href="#r{{ loop.index }}">{{ r.id }}</a></td>
<td class="w">{{ r.host }}</td>
{% for name, value in r.figures %}<td class="n">{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table>
{% for r in results %}
<details id="r{{ loop.index }}"{% if not r.good %} open{% endif %}>
<summary><span class="verdict {{ r.verdict }}">{{ r.verdict }}</span><b>{{ r.id }}</b>
 <span>on {{ r.host }}, seed {{ r.seed }}{% if r.canary %}, canary{% endif %}</span></summary>
<p>{{ r.why or '' }}</p>
{% if r.message %}<p class="{{ r.verdict }}">{{ r.message }}</p>{% endif %}
{% if r.findings %}<table><tr><th>what</th><th>expected</th><th>seen</th><th>where</th></tr>
{% for f in r.findings %}<tr><td>{{ f.what }}</td><td>{{ f.expected }}</td><td>{{ f.seen }}</td>
<td>{{ f.where or 'always' }}{% if f.why %}: {{ f.why }}{% endif %}</td></tr>{% endfor %}</table>
{% endif %}
{% if r.refusals %}<table><tr><th class="n">after GO</th><th>port</th><th>DMA that was refused</th>
<th>why</th></tr>
{% for f in r.refusals %}<tr><td class="n">{{ '%.3f' | format(f.time_ps / 1000000) }} us</td>
<td>{{ f.port }}</td><td>{{ f.access }}, {{ f.bytes }} bytes at {{ f.address }}</td>
<td>{{ f.why }}</td></tr>{% endfor %}</table>
{% endif %}
<dl>{% for name, value in r.figures %}<div><dt>{{ name }}</dt><dd>{{ value }}</dd></div>{% endfor %}
</dl>
{% if r.marks %}<svg width="100%" viewBox="0 0 {{ width }} {{ height }}" role="img"
 aria-label="latency wire to wire">
{% for x, text in r.ticks %}<line x1="{{ x }}" x2="{{ x }}" y1="16" y2="48"
 stroke="currentColor" opacity=".25"/>
<text x="{{ x }}" y="68" text-anchor="middle">{{ text }}</text>{% endfor %}
<line x1="{{ r.marks[0][0] }}" x2="{{ r.marks[-1][0] }}" y1="32" y2="32" stroke="#3b7dd8"
 stroke-width="3"/>
{% for x, label, text, show in r.marks %}<circle cx="{{ x }}" cy="32" r="5" fill="#3b7dd8">
<title>{{ label }}: {{ text }}</title></circle>
{% if show %}<text x="{{ x }}" y="{{ 12 if loop.index0 % 2 else 54 }}" text-anchor="middle">
{{- label }}</text>{% endif %}
{% endfor %}</svg>
<p>{% for x, label, text, show in r.marks %}{{ label }} {{ text }}{{ ', ' if not loop.last }}
{%- endfor %}
 (wire to wire)</p>{% endif %}
{% if r.flows %}<table><tr><th>flow</th><th class="n">sent</th><th class="n">received</th>
<th class="n">lost</th><th class="n">reordered</th><th class="n">damaged</th></tr>
{% for f in r.flows %}<tr><td>{{ f.flow }}</td>{% for key in
 ['sent', 'received', 'lost', 'reordered', 'damaged'] %}<td class="n">{{ f.metrics.get(key, '-') }}
</td>{% endfor %}</tr>{% endfor %}</table>{% endif %}
{% if r.iotlb %}<table><tr><th>IOTLB</th><th class="n">port</th><th class="n">lookups</th>
<th class="n">hits</th><th class="n">misses</th><th class="n">walks</th><th class="n">dropped</th>
<th class="n">queues</th></tr>
{% for u in r.iotlb %}<tr><td>{{ u.region }}</td>{% for value in
 [u.port, u.lookups, u.lookups - u.misses, u.misses, u.walks, u.dropped, u.queues | length] %}
<td class="n">{{ value }}</td>{% endfor %}</tr>{% endfor %}</table>{% endif %}
{% if r.trace_hash %}<p>trace <code>{{ r.trace_hash }}</code>,
memory <code>{{ r.memory_hash }}</code>,
{{ r.guest_instructions }} guest instructions, {{ r.repeats }} repeat(s)
{%- if not r.reproducible %}; <b>not reproducible</b>: a host back end took part{% endif %}</p>
{% endif %}
{% if r.repro and not r.good %}<pre>{{ r.repro }}</pre>{% endif %}
{% if r.link %}<p><a href="{{ r.link }}/">files of the run</a></p>{% endif %}
</details>
{% endfor %}
</body></html>
"""


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    source, page = arguments
    with open(source, encoding="utf-8") as stream:
        data = json.load(stream)
    if data.get("format") != "ringside-results" or data.get("version") != VERSION:
        print(f"{source}: expected ringside-results version {VERSION}, found "
              f"{data.get('format')} version {data.get('version')}", file=sys.stderr)
        return 2
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    counts = data["counts"]
    text = environment.from_string(TEMPLATE).render(
        results=prepare(data["results"], page), counts=counts, tool=data["tool"],
        heads=[name for name, _ in figures({})], wall_ms=data["wall_ms"],
        bad=counts["fail"] + counts["nondet"] + counts["error"],
        width=WIDTH, height=HEIGHT)
    with open(page + ".part", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(page + ".part", page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
