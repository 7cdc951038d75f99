#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What drivers that nobody here wrote can do on the modelled card: runs the conformance scenarios
and prints a table, a row per driver and a column per capability. Writes it as JSON and as a page.

usage: conformance.py BUILD [--jobs N] [PATH...]     (default: SUITES)

Status: that of `ringside run`. Prints `N passed, M failed` last.
"""
import argparse
import html
import json
import os
import subprocess
import sys

SUITES = ["scenarios/linux", "scenarios/dpdk", "scenarios/source"]
DEADLINE_S = 3 * 3600
STYLE = ("body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}"
         "td,th{border:1px solid #ccc;padding:.3em .6em;text-align:center}"
         "th:first-child,td:first-child{text-align:left}.no{background:#fbb}.yes{background:#dfd}")


def run(build, out, jobs, paths):
    """-> (status, results) of the scenarios"""
    path = os.path.join(out, "results.json")
    if os.path.exists(path):
        os.unlink(path)
    # long scenarios, on a machine that may be busy: what they judge is guest time
    done = subprocess.run([f"{build}/ringside", "run", "--jobs", str(jobs), "--out", out,
                           "--timeout-multiplier", "5",
                           "--junit", os.path.join(out, "junit.xml"), *paths],
                          timeout=DEADLINE_S, check=False)
    try:
        with open(path, encoding="utf-8") as stream:
            return done.returncode, json.load(stream)["results"]
    except FileNotFoundError:
        return done.returncode or 3, []


def tabulate(results):
    """-> drivers, capabilities, {(driver, capability): [results]}; sorted by name"""
    cells = {}
    for result in results:
        key = (result["driver"] or "?", result["capability"] or "(none)")
        cells.setdefault(key, []).append(result)
    return sorted({d for d, _ in cells}), sorted({c for _, c in cells}), cells


def cell_text(results):
    """"yes", "2/3" (of the scenarios passed), "-" where nothing was asked"""
    asked = [r for r in results if r["verdict"] != "SKIP"]
    passed = [r for r in asked if r["verdict"] == "PASS"]
    if not asked:
        return "-"
    return "yes" if len(passed) == len(asked) else f"{len(passed)}/{len(asked)}"


def print_table(drivers, capabilities, cells, out=sys.stdout):
    """Capabilities go down: there are more of them than fit across a terminal."""
    width = max([len(c) for c in capabilities] + [10])
    print("capability".ljust(width), *drivers, sep="  ", file=out)
    for capability in capabilities:
        row = [cell_text(cells.get((d, capability), [])).ljust(len(d)) for d in drivers]
        print(capability.ljust(width), *row, sep="  ", file=out)


def page(drivers, capabilities, cells):
    rows = []
    for capability in capabilities:
        row = [f"<td>{html.escape(capability)}</td>"]
        for driver in drivers:
            results = cells.get((driver, capability), [])
            text = cell_text(results)
            names = "\n".join(f"{r['verdict']} {r['id']}" for r in results)
            kind = "" if text == "-" else "yes" if text == "yes" else "no"
            row.append(f'<td class="{kind}" title="{html.escape(names)}">{text}</td>')
        rows.append(f"<tr>{''.join(row)}</tr>")
    head = "".join(f"<th>{html.escape(d)}</th>" for d in drivers)
    return (f"<!doctype html><meta charset=utf-8><title>Conformance</title><style>{STYLE}</style>"
            f"<h1>Drivers on the modelled 82599</h1><table><tr><th>capability</th>{head}</tr>\n"
            + "\n".join(rows) + "</table>\n<p>yes: every scenario of it passed; n/m: n of m; "
            "-: not asked. Scenarios: hold the pointer over a cell.</p>\n")


def document(drivers, capabilities, cells):
    table = {d: {c: {"passed": sum(r["verdict"] == "PASS" for r in cells[d, c]),
                     "asked": sum(r["verdict"] != "SKIP" for r in cells[d, c]),
                     "scenarios": {r["id"]: r["verdict"] for r in cells[d, c]}}
                 for c in capabilities if (d, c) in cells} for d in drivers}
    return {"format": "ringside-conformance", "version": 1, "table": table}


def registers(build, out, results):
    """Which registers each driver touched, by the runs that stored their accesses: a table into a
    file; -> the lines that sum it up."""
    runs = [f"{r['driver']}={r['folder']}" for r in results
            if r["driver"] and r["folder"] and os.path.exists(f"{r['folder']}/trace.bin")]
    if not runs:
        return []
    done = subprocess.run([f"{build}/ringside", "registers", "--lenient", "--json",
                           os.path.join(out, "registers.json"), *runs],
                          stdout=subprocess.PIPE, timeout=DEADLINE_S, check=False, text=True)
    with open(os.path.join(out, "registers.txt"), "w", encoding="utf-8") as stream:
        stream.write(done.stdout)
    lines = done.stdout.splitlines()
    first = next((i for i, line in enumerate(lines) if ": of " in line), len(lines))
    return lines[first:]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("build")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    out = os.path.join(options.build, "out", "conformance")
    paths = options.paths or [p for p in SUITES if os.path.isdir(p)]
    status, results = run(options.build, out, options.jobs, paths)
    drivers, capabilities, cells = tabulate(results)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "conformance.json"), "w", encoding="utf-8") as stream:
        json.dump(document(drivers, capabilities, cells), stream, indent=1, sort_keys=True)
    with open(os.path.join(out, "conformance.html"), "w", encoding="utf-8") as stream:
        stream.write(page(drivers, capabilities, cells))
    print()
    print_table(drivers, capabilities, cells)
    print("\nregisters, all of them in", f"{out}/registers.txt:")
    print("\n".join(registers(options.build, out, results)))
    print(f"\nas a page: {out}/conformance.html; as data: {out}/conformance.json")
    passed = sum(r["verdict"] == "PASS" for r in results)
    failed = sum(r["verdict"] not in ("PASS", "SKIP") for r in results)
    print(f"{passed} passed, {failed + (status != 0 and not failed)} failed")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
