#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the generated pages under docs/, or with --check say which are out of date.

usage: docs.py [--check] BUILD
"""
import difflib
import os
import subprocess
import sys

# page -> command that prints it; {build} is the build folder
PAGES = {
    "docs/registers.md": ["python3", "scripts/regdoc.py", "{build}/nic-dump"],
    "docs/scenario-keys.md": ["{build}/ringside", "schema", "--markdown"],
    "docs/scenario.schema.json": ["{build}/ringside", "schema", "--json"],
}
DEADLINE_S = 60


def generate(command, build):
    argv = [part.format(build=build) for part in command]
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True, timeout=DEADLINE_S).stdout


def read(page):
    if not os.path.exists(page):
        return b""
    with open(page, "rb") as stream:
        return stream.read()


def main(arguments):
    check = "--check" in arguments
    build = [a for a in arguments if not a.startswith("--")][0]
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
        print(f"{len(PAGES) - stale} passed, {stale} failed")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
