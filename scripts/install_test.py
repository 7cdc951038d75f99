#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`make install` into a folder of its own, and the tool at work from there.

    scripts/install_test.py BUILD        after `make BUILD=BUILD all`

What is installed must not look back at the source tree: the words of every command line that it
would start are searched for it, scenarios run on both hosts from an empty folder, and what
`make uninstall` leaves is nothing. The last line is `N passed, M failed`.
"""
import json
import os
import subprocess
import sys

import testing

DEADLINE = 900
WANTED = ["bin/ringside", "lib/ringside/ringside-inproc", "lib/ringside/qemu-system-x86_64",
          "lib/ringside/guest/vmlinuz", "lib/ringside/guest/initramfs",
          "lib/ringside/guest-bin/fwd", "share/man/man1/ringside.1",
          "share/bash-completion/completions/ringside", "share/ringside/scenario.schema.json",
          "share/ringside/scenarios/smoke/imix.yaml", "share/ringside/drivers/linux-ixgbe.yaml",
          "share/ringside/scripts/guest_compose.py", "share/doc/ringside/README.md"]
COMPLETE = """\
. "$1"; COMP_WORDS=($2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ringside 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Test(testing.Test):
    def __init__(self, build, place):
        super().__init__(os.path.relpath(build), place)  # as make knows it
        self.stage = os.path.join(place, "stage")
        self.prefix = self.stage + "/opt/ringside"
        self.work = os.path.join(place, "work")
        os.makedirs(self.work)

    def make(self, target):
        environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
        return subprocess.run(["make", "--no-print-directory", target, f"DESTDIR={self.stage}",
                               "PREFIX=/opt/ringside", f"BUILD={self.build}"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=DEADLINE, check=False)

    def tool(self, *words):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RINGSIDE_")}
        return subprocess.run([self.prefix + "/bin/ringside", *words], cwd=self.work,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=DEADLINE, check=False)

    def ran(self, out):
        with open(os.path.join(self.work, out, "results.json"), encoding="utf-8") as file:
            return json.load(file)["counts"]["pass"]


def install(test):
    done = test.make("install")
    test.check(done.returncode == 0, "make install", done.stdout)
    missing = [name for name in WANTED if not os.path.exists(os.path.join(test.prefix, name))]
    test.check(not missing, "everything is there", missing)
    done = test.tool("run", "--dry-run", "smoke")
    test.check(done.returncode == 0 and os.getcwd() not in done.stdout,
               "no command line leads back to the source tree", done.stdout)


def work(test):
    done = test.tool("list")
    test.check(done.returncode == 0 and "imix" in done.stdout, "it knows its scenarios",
               done.stdout)
    done = test.tool("run", "--host", "in-process", "smoke/imix")
    test.check(done.returncode == 0 and test.ran("reports/out") == 1,
               "a scenario on the in-process host, into ./reports/out", done.stdout)
    test.check(os.path.exists(os.path.join(test.work, "reports/out/index.html")), "with its page")
    done = test.tool("run", "--host", "qemu", "--out", "elsewhere", "single-frame")
    test.check(done.returncode == 0 and test.ran("elsewhere") == 1,
               "one in the guest, into --out", done.stdout)
    done = test.tool("run", "--out", "described", "single-frame", "--driver",
                     os.path.join(test.prefix, "share/ringside/drivers/ringside-fwd.yaml"))
    test.check(done.returncode == 0 and test.ran("described") == 1,
               "one with a described driver, in a guest composed there", done.stdout)
    done = test.tool("gate", "--host", "in-process")
    test.check(done.returncode == 2 and "no baseline" in done.stdout,
               "no baseline there, and it says so", done.stdout)


def pages(test):
    path = os.path.join(test.prefix, "share/bash-completion/completions/ringside")
    for words, wanted in (("ringside re", "replay"), ("ringside run --sh", "--shard"),
                          ("ringside run --host q", "qemu")):
        done = subprocess.run(["bash", "-c", COMPLETE, "bash", path, words], text=True,
                              stdout=subprocess.PIPE, check=False)
        test.check(wanted in done.stdout.split(), f"'{words}' is completed to {wanted}",
                   done.stdout)
    with open(os.path.join(test.prefix, "share/man/man1/ringside.1"), encoding="utf-8") as file:
        page = file.read()
    test.check(all(f".SH {head}" in page for head in ("NAME", "SYNOPSIS", "EXIT STATUS", "FILES")),
               "the manual page has its sections")


def uninstall(test):
    done = test.make("uninstall")
    left = [os.path.join(folder, name) for folder, _, names in os.walk(test.stage)
            for name in names]
    test.check(done.returncode == 0 and not left, "make uninstall leaves no file", left)


def whole(test):
    install(test)
    if not test.failed:
        work(test)
        pages(test)
        uninstall(test)


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "install", Test, whole))
