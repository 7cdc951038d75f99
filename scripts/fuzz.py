#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fuzz the targets of fuzz/targets.def with libFuzzer, under ASan and UBSan.

    scripts/fuzz.py BUILD [--time SECONDS] [--jobs N] [--target NAME]... [--minimize]

SECONDS of wall time are shared by all targets (or the named ones), N at a time. What is found lies
in BUILD-fuzz/found/; new inputs that cover more in BUILD-fuzz/corpus/, and with --minimize the
smallest set that covers all goes to fuzz/corpus/. The last line is `N passed, M failed`.
Status 0: nothing found; 1: something; 3: this machine cannot fuzz (no clang).
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

ENVIRONMENT = 3
# libFuzzer's own limits are the last resort: targets measure their CPU time themselves, and wall
# time says more of what else this machine does.
LIMITS = ["-timeout=60", "-report_slow_units=60", "-rss_limit_mb=3000", "-malloc_limit_mb=1500"]
# Who reads a target's input: their strings are the words of its dictionary.
READERS = {
    "scenario": ["docs/scenario.schema.json"],
    "script": ["driver/apps/script*.c", "driver/regs*.h"],
    "plan": ["model/bench/plan.h"],
    "bundle": ["harness/run/run_folder.[ch]", "harness/run/bundle.c", "model/bench/plan.h"],
    "results": ["harness/judge/guest_results.c", "model/bench/control_abi.h"],
    "trace": ["model/record/record.h"],
    "stimulus": ["model/record/stimulus.h"],
    "report": ["model/bench/report.h"],
    "pages": ["harness/run/run_folder.[ch]", "harness/run/snapshot_files.c",
              "harness/gate/baseline.c", "harness/gate/environment.c", "harness/gate/figures.c"],
    "job": ["guest/job.c", "model/bench/control_abi.h"],
}
WORD = re.compile(r'"((?:[^"\\\s%]|\\[0-7]){1,32})"|\bX\((\w+),')  # a string, a row of regs.h
MERGED = re.compile(r"[0-9a-f]{40}$")  # libFuzzer's names; others were given by people


def targets():
    with open("fuzz/targets.def", encoding="utf-8") as stream:
        rows = re.findall(r"^TARGET\((\w+), (\d+), (\d+), \"", stream.read(), re.M)
    return {name: {"share": int(share), "longest": int(longest)} for name, share, longest in rows}


def build(folder, jobs):
    clang = os.environ.get("CLANG", "clang")
    if not shutil.which(clang):
        sys.stderr.write(f"fuzz: no {clang}; scripts/setup.sh fuzz installs it\n")
        sys.exit(ENVIRONMENT)
    program = os.path.join(folder, "ringside-fuzz")
    done = subprocess.run([os.environ.get("MAKE", "make"), "--no-print-directory", f"-j{jobs}",
                           f"BUILD={folder}", "FUZZ=1", f"CC={clang}", "CFLAGS=-O1 -g", program],
                          check=False)
    if done.returncode:
        sys.stderr.write("fuzz: the targets cannot be built with clang and libFuzzer "
                         "(Debian's clang and libclang-rt-dev)\n")
        sys.exit(ENVIRONMENT)
    return os.path.abspath(program)


def command(program, name, folder, *more):
    words = [program, *LIMITS, *more, f"-artifact_prefix={folder}/found/{name}-"]
    if name in READERS:
        words.append(f"-dict={dictionary(name, folder)}")
    return words


def dictionary(name, folder):
    """-> a file in libFuzzer's form, made anew"""
    words = set()
    for path in [path for pattern in READERS[name] for path in glob.glob(pattern)]:
        with open(path, encoding="utf-8") as stream:
            text = re.sub(r"^#include.*", "", stream.read(), flags=re.M)
            words |= {quoted or row for quoted, row in WORD.findall(text)}
    os.makedirs(f"{folder}/dict", exist_ok=True)
    path = f"{folder}/dict/{name}.dict"
    with open(path, "w", encoding="utf-8") as stream:
        for word in sorted(words):
            octal = re.sub(r"\\([0-7])", r"\\x0\1", word)
            stream.write(f'"{octal}"\n')
    return path


def found_by(name, folder):
    return {file for file in os.listdir(f"{folder}/found") if file.startswith(f"{name}-")}


def fuzz_one(program, name, row, folder, seconds):
    """-> (line, text to show when something was found)"""
    fresh = f"{folder}/corpus/{name}"
    os.makedirs(fresh, exist_ok=True)
    before = found_by(name, folder)
    words = command(program, name, folder, f"-max_total_time={seconds}",
                    f"-max_len={row['longest']}", "-print_final_stats=1", "-len_control=20",
                    fresh, f"fuzz/corpus/{name}")
    env = dict(os.environ, RINGSIDE_FUZZ_TARGET=name)
    try:
        done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds * 2 + 300, check=False)
        text, status = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        text, status = (late.stdout or b"").decode(errors="replace"), "no end"
    seen = re.findall(r"^#\d+\s.*?cov: (\d+) ft: (\d+)", text, re.M)
    execs = re.search(r"number_of_executed_units:\s+(\d+)", text)
    found = sorted(found_by(name, folder) - before)
    covered, features = seen[-1] if seen else ("?", "?")
    line = (f"{name}: {execs[1] if execs else '?'} runs in {seconds} s, "
            f"{covered} edges, {features} features")
    if status == 0 and not found:
        return line, None
    again = "".join(f"    RINGSIDE_FUZZ_TARGET={name} {os.path.relpath(program)} "
                    f"{folder}/found/{file}\n" for file in found)
    return line, f"{tail(text)}  again:\n{again}"


def tail(text):
    """What went wrong, without progress and without frames of libraries."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines)
                  if re.search(r"^fuzz/\S+:\d+: |ERROR: |runtime error: |^fuzz: ", line)), 0)
    noise = re.compile(r"#\d+\s|INFO:|stat::|\s*NEW_FUNC|NOTE:|      Combine|MS: |\s*$")
    kept = [line for line in lines[start:]
            if re.match(r"\s+#\d+ .* \./", line) or not noise.match(line.strip())]
    end = next((i for i, line in enumerate(kept) if line.startswith("Shadow bytes")), 30)
    return "".join(f"    {line[:160]}\n" for line in kept[:end])


def minimize(program, name, folder):
    tree, merged = f"fuzz/corpus/{name}", f"{folder}/merged/{name}"
    shutil.rmtree(merged, ignore_errors=True)
    os.makedirs(merged)
    os.makedirs(tree, exist_ok=True)
    fresh = f"{folder}/corpus/{name}"
    os.makedirs(fresh, exist_ok=True)
    # by edges alone, not by how often: the tree holds what fits a unit test
    words = command(program, name, folder, "-set_cover_merge=1", "-use_counters=0",
                    merged, tree, fresh)
    subprocess.run(words, env=dict(os.environ, RINGSIDE_FUZZ_TARGET=name), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for file in os.listdir(tree):
        if MERGED.match(file):
            os.remove(os.path.join(tree, file))
    named = {open(os.path.join(tree, file), "rb").read() for file in os.listdir(tree)}
    for file in os.listdir(merged):
        with open(os.path.join(merged, file), "rb") as stream:
            if stream.read() not in named:
                shutil.copy(os.path.join(merged, file), tree)
    print(f"{name}: {len(os.listdir(tree))} inputs")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--time", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--target", action="append", choices=sorted(targets()))
    parser.add_argument("--minimize", action="store_true")
    options = parser.parse_args()
    folder = options.build + "-fuzz"
    program = build(folder, options.jobs)
    os.makedirs(f"{folder}/found", exist_ok=True)
    chosen = {n: r for n, r in targets().items() if not options.target or n in options.target}
    if options.minimize:
        for name in chosen:
            minimize(program, name, folder)
        return 0
    whole = sum(row["share"] for row in chosen.values())
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(fuzz_one, program, name, row, folder,
                            max(1, options.time * min(options.jobs, len(chosen)) * row["share"]
                                // whole))
                for name, row in sorted(chosen.items(), key=lambda item: -item[1]["share"])]
        for run in concurrent.futures.as_completed(runs):
            line, trouble = run.result()
            failed += trouble is not None
            print(f"  {'FAIL' if trouble else 'ok  '} {line}", flush=True)
            if trouble:
                print(trouble, flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
