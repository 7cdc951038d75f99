#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the generated pages under docs/, or with --check say which are out of date, and whether
the scenarios of the front page run.

usage: docs.py [--check] BUILD
"""
import difflib
import os
import re
import subprocess
import sys
import tempfile

import testing

# page -> command that prints it; {build} is the build folder
PAGES = {
    "docs/registers.md": ["python3", "scripts/regdoc.py", "{build}/nic-dump"],
    "docs/scenario-keys.md": ["{build}/ringside", "schema", "--markdown"],
    "docs/system-keys.md": ["{build}/ringside", "schema", "--systems"],
    "docs/profile-keys.md": ["{build}/ringside", "schema", "--profiles"],
    "docs/driver-keys.md": ["{build}/ringside", "schema", "--drivers"],
    "docs/faults.md": ["{build}/ringside", "schema", "--faults"],
    "docs/rules.md": ["{build}/ringside", "schema", "--rules"],
    "docs/scenario.schema.json": ["{build}/ringside", "schema", "--json"],
    "docs/man/ringside.1": ["python3", "scripts/manual.py", "--man", "{build}/ringside"],
    "docs/man/ringside.bash": ["python3", "scripts/manual.py", "--bash", "{build}/ringside"],
}
DEADLINE_S = 60


def generate(command, build):
    argv = [part.format(build=build) for part in command]
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True, timeout=DEADLINE_S).stdout


def examples(build):
    """-> complaints about the scenarios that the front page shows, run without a guest"""
    with open("README.md", encoding="utf-8") as stream:
        blocks = re.findall(r"^```yaml\n(.*?)^```$", stream.read(), re.M | re.S)
    bad = [] if blocks else ["README.md shows no scenario"]
    with tempfile.TemporaryDirectory() as folder:
        for number, block in enumerate(blocks, 1):
            path = os.path.join(folder, f"readme-{number}.yaml")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(block)
            done = subprocess.run([f"{build}/ringside", "run", "--host", "in-process", "--out",
                                   os.path.join(folder, "out"), path], timeout=DEADLINE_S,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                bad.append(f"README.md, scenario {number}:\n{done.stdout.decode()}")
    return bad


def read(page):
    if not os.path.exists(page):
        return b""
    with open(page, "rb") as stream:
        return stream.read()


def main(arguments):
    check = "--check" in arguments
    rest = [a for a in arguments if a != "--check"]
    if len(rest) != 1 or rest[0].startswith("-"):
        return testing.usage(__doc__)
    build = rest[0]
    stale = 0
    for page, command in PAGES.items():
        wanted, found = generate(command, build), read(page)
        if wanted == found:
            continue
        if check:
            stale += 1
            print(f"{page} is out of date; `make docs` writes it anew:")
            diff = difflib.unified_diff(found.decode().splitlines(), wanted.decode().splitlines(),
                                        "committed", "generated", lineterm="", n=0)
            print("\n".join(list(diff)[:12]))
        else:
            with open(page, "wb") as stream:
                stream.write(wanted)
            print(f"wrote {page}")
    if check:
        bad = examples(build)
        print("\n".join(bad), end="\n" if bad else "")
        stale += len(bad)
        print(f"{len(PAGES) + 1 - stale} passed, {stale} failed")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
