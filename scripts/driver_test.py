#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Anybody's driver by description: a program that this project knows nothing of, built here; the
guest composed for it, the same bytes again; and what is said of descriptions that are wrong.

    scripts/driver_test.py BUILD        after `make BUILD=BUILD all`

The last line is `N passed, M failed`.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

import testing

DEADLINE_S = 900
HERE = os.path.dirname(os.path.abspath(__file__))

# A program with a command line: it prints its ready line through stdio and flushes nothing.
PROGRAM = r"""
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    char line[256];
    int lines = 0;
    printf("port at %s\n", argv[argc - 1]);
    printf("odd driver is up\n");
    while (printf("odd> "), fflush(stdout), fgets(line, sizeof(line), stdin)) {
        if (!strcmp(line, "bye\n"))
            return 0;
        printf("line %d: %s", ++lines, line);
    }
    return 1;
}
"""

ODD = """\
name: odd
why: A program that nobody here has seen before.
files: [odd]
command: [odd, "${PORT0}"]
bind: none
user: 1000
input: fifo
prompt: "odd> "
ready: driver is up
stop-line: bye
"""

BUILT = ODD.replace("[odd]\ncommand", "[built:odd]\ncommand") + """\
build:
  source: SOURCE
  run: cc -g -O1 -o odd odd.c
"""

TALK = """\
name: talk
why: A program with a command line is spoken to.
machine: {ports: 1}
driver: {description: d.yaml}
guest:
  - {name: hello, when: before, run: 'tell hello world', lines: ['^line 1: hello world$']}
  - name: again
    when: after
    run: |
      tell one more
      [ "$(readlink /sys/bus/pci/devices/$PORT0/driver || echo none)" = none ]
    numbers: [{find: 'line (\\d+):', since: hello, is: 1}]
"""

# apt as it is where a kernel's package depends on that of its modules
APT_CACHE = """#!/bin/sh
case "$*" in
*depends*linux-image-7.1-x) echo "  Depends: linux-modules-7.1-x" ;;
*show*) echo "Version: 1" ;;
esac
"""
APT_GET = """#!/bin/sh
for last; do :; done
case "$*" in *download*) cp "PLACE/${last%%=*}_1_all.deb" . ;; esac
"""

PLAIN = "name: plain\nwhy: Something to run it with.\nmachine: {ports: 1}\n" \
        "driver: {description: d.yaml}\n"

GOOD = "name: d\nwhy: w\nbind: none\n"

# name, description, patterns of what must be said (stdout and stderr), exit status
WRONG = [
    ("no such package", GOOD + "packages:\n  - busybox-static\n  - ethtol\n",
     [r"d\.yaml:6:5: error: no Debian package 'ethtol' is known to apt; did you mean 'ethtool'\?",
      r"\n +- ethtol\n"], 2),
    ("no such file in a package", GOOD + "packages: [ethtool usr/bin/nothing]\n",
     [r"d\.yaml:4:12: error: package ethtool \S+ has no 'usr/bin/nothing'"], 2),
    ("no such module", GOOD + "modules: [ixgbe]\n",
     [r"d\.yaml:4:11: error: kernel \S+ has no module 'ixgbe'; Debian's cloud kernel leaves most",
      r"'kernel: full' has them"], 2),
    ("a module that is none", GOOD + "modules: [./odd.ko]\n",
     [r"d\.yaml:4:13: error: module \S+odd\.ko was built for kernel \?; this guest has"], 2),
    ("no such kernel", GOOD + "kernel: linux-image-0.0\n",
     [r"d\.yaml:4:9: error: apt cannot find or download linux-image-0\.0"], 2),
    ("a wrong key", GOOD + "comand: [odd]\n",
     [r"d\.yaml:4:1: error: unknown key 'comand' of a driver description; did you mean 'command'"],
     2),
    ("no execute right", GOOD + "files: [odd.ko]\ncommand: [odd.ko]\n",
     [r"d\.yaml:5:10: error: .*odd\.ko may not be executed; chmod \+x"], 2),
    ("no file at all", "", [r"d\.yaml: error: .*empty|d\.yaml:1:1: error: "], 2),
    ("a build that fails",
     GOOD + "files: [built:x]\nbuild:\n  run: |\n    echo so far\n    exit 7\n",
     [r"    so far\n", r"d\.yaml:6:3: error: the build failed with exit status 7; its output is "
      r"above, and whole in \S+\.log"], 2),
    ("a build that leaves nothing", GOOD + "files: [built:x]\nbuild: {run: 'mkdir y; touch y/x'}\n",
     [r"d\.yaml:5:8: error: the build worked, but it left no 'x'; there is y/x "], 2),
    ("no source", GOOD + "files: [built:x]\nbuild: {source: nowhere, run: make}\n",
     [r"d\.yaml:5:\d+: error: there is no \S+/nowhere"], 2),
    ("source that is none", GOOD + "files: [built:x]\nbuild: {source: odd.ko, run: make}\n",
     [r"d\.yaml:5:\d+: error: \S+/odd\.ko is no archive that can be unpacked"], 2),
    ("no such package to build with", GOOD + "files: [built:x]\n"
     "build: {packages: [libpcap-devv], run: make}\n",
     [r"d\.yaml:5:\d+: error: no Debian package 'libpcap-devv' is known to apt; did you mean "], 2),
    ("nothing that is built", GOOD + "files: [built:x]\n",
     [r"d\.yaml:4:\d+: error: 'built:x': there is no section 'build' that would make it"], 2),
    ("ready is never said", GOOD + "files: [odd]\ncommand: [odd, x]\ninput: fifo\n"
     "ready: I am ready\nready-timeout: 200ms\n",
     [r"the driver was stopped before it printed its ready text 'I am ready'"], 1),
    ("it is not in the image", GOOD + "command: [/usr/bin/nothing]\n",
     [r"cannot start /usr/bin/nothing: No such file or directory"], 1),
    ("the preparation fails", GOOD + "prepare: |\n  echo so far\n  ip link set nobody up\n",
     [r"the preparation failed", r"step prepare|steps/prepare"], 1),
    ("the preparation takes too long", GOOD + "prepare: sleep 100\nprepare-timeout: 100ms\n",
     [r"the preparation failed"], 1),
    ("no such kernel driver", GOOD.replace("none", "ixgbe"),
     [r"cannot bind 0000:01:00\.0 to ixgbe: No such device"], 1),
]


class Tests(testing.Test):
    def put(self, name, text):
        with open(os.path.join(self.place, name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def run(self, description, scenario, *options):
        self.put("d.yaml", description)
        self.put("s.yaml", scenario)
        done = subprocess.run(
            [self.ringside, "run", "--out", os.path.join(self.place, "out"),
             "--json", os.path.join(self.place, "results.json"), *options,
             os.path.join(self.place, "s.yaml")], timeout=DEADLINE_S, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
        return done.returncode, done.stdout

    def results(self):
        with open(os.path.join(self.place, "results.json"), encoding="utf-8") as stream:
            return json.load(stream)["results"][0]

    def compile(self, name, *options):
        self.put("odd.c", PROGRAM)
        subprocess.run([os.environ.get("CC", "gcc"), "-O1", *options, "-o",
                        os.path.join(self.place, name), os.path.join(self.place, "odd.c")],
                       check=True, timeout=60)

    # ---- a stranger ----

    def stranger(self):
        for how, options in (("static", ["-static"]), ("dynamic", [])):
            self.compile("odd", *options)
            status, said = self.run(ODD, TALK, "--repeat", "2")
            self.check(status == 0, f"a {how} program that nobody knows, twice the same", said)
            steps = {s["name"]: s["end"] for s in self.results().get("steps", [])}
            self.check(steps == {"hello": "exit", "again": "exit"},
                       f"{how}: its steps in the results", str(steps))

    def from_source(self):
        """Built once for what it is made of, the same bytes in whatever folder it lies."""
        sums = []
        source = PROGRAM + f"/* {self.place}: never built before */\n"
        for name in ("here", "elsewhere"):
            os.makedirs(os.path.join(self.place, name))
            self.put(f"{name}/odd.c", source)
            status, said = self.run(BUILT.replace("SOURCE", name), TALK)
            self.check(status == 0, f"a program built from source ({name})", said)
            self.check(("building from" in said) == (name == "here"),
                       f"it is built when there is none yet ({name})", said)
            sums.append(hashlib.sha256(self.built("odd")).hexdigest())
        self.put("here/odd.c", source + "/* another */\n")
        status, said = self.run(BUILT.replace("SOURCE", "here"), TALK)
        self.check(status == 0 and "building from" in said, "a change is built anew", said)
        sums.append(hashlib.sha256(self.built("odd")).hexdigest())
        self.check(len(set(sums)) == 1, "the same program gives the same bytes", str(sums))

    def built(self, name):
        """What the link of this test's description leads to."""
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        key = hashlib.sha256(os.path.join(self.place, "d.yaml").encode()).hexdigest()[:16]
        with open(os.path.join(cache, "ringside/builds", f"of-{key}", name), "rb") as stream:
            return stream.read()

    def wrong(self):
        self.put("odd.ko", "no module\n")
        for name, description, patterns, wanted in WRONG:
            status, said = self.run(description, PLAIN)
            missing = [p for p in patterns if not re.search(p, said)]
            self.check(not missing and status == wanted, f"wrong: {name}",
                       f"status {status}, expected {wanted}; missing {missing} in:\n{said}")

    def again(self):
        """A bundle carries description and program: it needs neither file, nor --driver again."""
        scenario = PLAIN.replace("{description: d.yaml}", "{app: sink}") + \
            "guest: [{name: no, run: exit 4}]\n"
        os.makedirs(os.path.join(self.place, "source"))
        for how, text, needs in (("imposed", ODD, ["odd.yaml", "odd"]),
                                 ("built", BUILT.replace("SOURCE", "source"),
                                  ["odd.yaml", "source/odd.c"])):
            self.compile("odd", "-static")
            self.put("source/odd.c", PROGRAM)
            self.put("odd.yaml", text)
            status, said = self.run("", scenario, "--driver",
                                    os.path.join(self.place, "odd.yaml"))
            for name in needs:
                os.unlink(os.path.join(self.place, name))
            self.replay(how, status, said)

    def replay(self, how, status, said):
        bundle = self.results()["bundle"]
        self.check(status == 1 and bundle, f"a run with a driver ({how}) fails and leaves a bundle",
                   said)
        done = subprocess.run([self.ringside, "replay", "--out",
                               os.path.join(self.place, "out"), bundle or "none"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=DEADLINE_S, check=False)
        self.check(done.returncode == 1 and "matches the recorded run" in done.stdout,
                   f"its bundle runs again, bit for bit ({how})", done.stdout)

    # ---- the image ----

    def compose(self, spec, cache):
        return subprocess.Popen(
            [os.path.join(HERE, "guest_compose.py"), f"{self.build}/guest"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "XDG_CACHE_HOME": cache}), json.dumps(spec)

    def fresh_cache(self, name):
        """An empty cache that need not download again what the user's has."""
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        cache = os.path.join(self.place, name)
        os.makedirs(os.path.join(cache, "ringside"))
        for part in ("packages", "kernel"):
            os.makedirs(os.path.join(home, "ringside", part), exist_ok=True)
            os.symlink(os.path.join(home, "ringside", part),
                       os.path.join(cache, "ringside", part))
        return cache

    def image(self):
        spec = {"kernel": "cloud", "packages": ["ethtool"], "modules": ["ixgbevf"],
                "programs": []}
        sums = []
        for name in ("one", "two"):
            cache = self.fresh_cache(name)
            pair = [self.compose(spec, cache) for _ in range(2)]
            said = [p.communicate(text, timeout=DEADLINE_S) for p, text in pair]
            answers = [json.loads(out or "{}") for out, _ in said]
            self.check(answers[0] == answers[1] and "folder" in answers[0],
                       f"two tools at once compose one guest ({name})", str(said))
            folder = answers[0].get("folder", "")
            with open(os.path.join(folder, "initramfs"), "rb") as stream:
                data = stream.read()
            sums.append((os.path.basename(folder), hashlib.sha256(data).hexdigest()))
            names = set(re.findall(rb"070701[0-9a-f]{104}([^\0]+)\0", data))
            for wanted in (b"usr/sbin/ethtool", b"usr/lib/modules/ixgbevf.load",
                           b"usr/lib64/ld-linux-x86-64.so.2"):
                self.check(wanted in names, f"the guest has {wanted.decode()}")
            self.check(not [n for n in names if n.startswith(b"usr/share/doc")],
                       "documentation stays out")
        self.check(sums[0] == sums[1], "the same inputs give the same bytes", str(sums))

    def split_kernel(self):
        """A kernel whose package holds nothing but names: its parts come along."""
        place = os.path.join(self.place, "split")
        for name, files in (("image", ["usr/share/x"]),
                            ("modules", ["usr/lib/modules/7.1-x/kernel/a.ko",
                                         "usr/lib/modules/7.1-x/vmlinuz"])):
            root = os.path.join(place, name)
            for file in [*files, "DEBIAN/control"]:
                os.makedirs(os.path.dirname(os.path.join(root, file)), exist_ok=True)
                self.put(os.path.join(root, file), f"Package: linux-{name}-7.1-x\nVersion: 1\n"
                         "Architecture: all\nMaintainer: x <x@x>\nDescription: x\n")
            subprocess.run(["dpkg-deb", "-b", root, f"{place}/linux-{name}-7.1-x_1_all.deb"],
                           check=True, stdout=subprocess.DEVNULL, timeout=60)
        os.makedirs(f"{place}/bin")
        for tool, text in (("apt-cache", APT_CACHE), ("apt-get", APT_GET.replace("PLACE", place))):
            self.put(f"{place}/bin/{tool}", text)
            os.chmod(f"{place}/bin/{tool}", 0o755)
        for again in ("", ", again"):
            done = subprocess.run(
                [os.path.join(HERE, "guest_kernel.sh"), f"{place}/out", "linux-image-7.1-x"],
                env={**os.environ, "XDG_CACHE_HOME": place,
                     "PATH": f"{place}/bin:{os.environ['PATH']}"},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                check=False)
            self.check(done.returncode == 0 and os.path.exists(f"{place}/out/vmlinuz") and
                       os.path.exists(f"{place}/out/kernel/kernel/a.ko"),
                       f"a kernel in parts{again}", done.stdout)

    def clear(self):
        cache = os.path.join(self.place, "one")
        for options, left in (([], True), (["--all"], True), (["--all", "--force"], False)):
            done = subprocess.run(
                [os.path.join(HERE, "guest_compose.py"), "--clean", *options,
                 f"{self.build}/guest"], text=True, stdout=subprocess.PIPE, timeout=60,
                check=False, env={**os.environ, "XDG_CACHE_HOME": cache})
            guests = os.path.join(cache, "ringside", "guests")
            there = [n for n in os.listdir(guests) if n not in ("lock", "memo")]
            self.check(done.returncode == 0 and bool(there) == left and
                       bool(done.stdout) == ("--all" in options),
                       f"clean {' '.join(options) or 'without options'}", f"{done.stdout} {there}")


def whole(test):
    test.stranger()
    test.from_source()
    test.again()
    test.wrong()
    test.image()
    test.split_kernel()
    test.clear()


if __name__ == "__main__":
    sys.exit(testing.main(__doc__, "driver", Tests, whole))
