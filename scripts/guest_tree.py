# SPDX-License-Identifier: BSD-2-Clause
"""The files of a guest: a tree in memory, written as a cpio archive that depends on nothing but
the files; what ELF files need; kernel modules and what they depend on; the guest's helpers. Knows
no package and no description."""
import lzma
import os
import re
import struct
import subprocess

# Commands of the guest that make steps short; docs/drivers.md tells of them.
HELPERS = {
    "go": """#!/bin/sh
# tells init to start the plan (job with a shell)
kill -USR1 1
""",
    "netif": """#!/bin/sh
# netif N: the name of the network interface of port N
eval port=\\$PORT$1
for name in /sys/bus/pci/devices/$port/net/*; do
    [ -e "$name" ] && basename "$name" && exit 0
done
echo "netif: port $1 ($port) has no network interface" >&2
exit 1
""",
    "modprobe": """#!/bin/sh
# modprobe NAME [PARAMETER=VALUE...]: loads a module of this image with what it depends on
# modprobe -r NAME: removes it
[ "$1" = -r ] && exec rmmod "$2"
name=$(echo "$1" | tr - _)
shift
if [ ! -e "/lib/modules/$name.load" ]; then
    echo "modprobe: the image has no module $name; name it under 'modules'" >&2
    exit 1
fi
while read -r file; do
    key=${file##*/}
    key=${key%.ko}
    [ -e "/sys/module/$key" ] && continue
    if [ "$key" = "$name" ]; then
        insmod "$file" "$@" || exit
    else
        insmod "$file" || exit
    fi
done <"/lib/modules/$name.load"
""",
    "tell": """#!/bin/sh
# tell LINE: types LINE into the driver's input; prints what it says until its prompt comes back,
# behind which may stand what it says unasked
[ -p /run/driver.in ] || { echo "tell: the driver has no input (input: fifo)" >&2; exit 2; }
from=$(stat -c %s /results/stdout)
echo "$*" >/run/driver.in
[ -n "${PROMPT:-}" ] || exit 0
turns=0
while :; do
    # a look costs as much as the driver does in a millisecond
    [ $turns -lt 20 ] && usleep 1000 || usleep 20000
    now=$(stat -c %s /results/stdout)
    if [ "$now" -gt "$from" ]; then
        said=$(tail -c +$((from + 1)) /results/stdout; echo .)
        said=${said%.}
        case $said in *"$PROMPT"*) break ;; esac
    fi
    turns=$((turns + 1))
    [ $turns -lt 1500 ] || { echo "tell: no prompt '$PROMPT' after '$*'" >&2; exit 3; }
done
printf '%s\\n' "${said%"$PROMPT"*}"
""",
}


class Elf:
    """The dynamic part of an ELF file of 64 bits; empty for anything else."""

    def __init__(self, data):
        self.needed, self.interpreter = [], None
        if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
            return
        try:
            self.read(data)
        except (struct.error, ValueError):
            self.needed = []

    def read(self, data):
        offset, = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        segments = [struct.unpack_from("<IIQQQQQQ", data, offset + i * size) for i in range(count)]
        loads = [s for s in segments if s[0] == 1]
        for kind, _, at, _, _, length, _, _ in segments:
            if kind == 3:
                self.interpreter = data[at:at + length].rstrip(b"\0").decode()
            if kind != 2:
                continue
            rows = [struct.unpack_from("<QQ", data, at + i) for i in range(0, length, 16)]
            strings = next((v for t, v in rows if t == 5), 0)
            table = next((s[2] + strings - s[3] for s in loads
                          if s[3] <= strings < s[3] + s[6]), 0)
            for tag, value in rows:
                if tag == 0:
                    break
                if tag == 1:
                    end = data.index(b"\0", table + value)
                    self.needed.append(data[table + value:end].decode())
        if self.interpreter:
            self.needed.append(self.interpreter)


def needs_of(entry):
    """The sonames that a file of the tree needs, and the path of its interpreter."""
    kind, _, data = entry
    return Elf(data).needed if kind == "file" else []


def host_library(soname):
    """-> {path: entry} of this machine's own library; {} when there is none"""
    said = subprocess.run(["/sbin/ldconfig", "-p"], stdout=subprocess.PIPE, text=True, timeout=20,
                          check=False).stdout
    match = re.search(rf"^\s*{re.escape(soname)} \(.*x86-64.*\) => (\S+)$", said, re.M)
    path = match[1] if match else soname
    if not os.path.exists(path):
        return {}
    with open(path, "rb") as stream:
        return {path.strip("/"): ("file", 0o755, stream.read())}


class Tree:
    """Paths and what lies there; /bin, /sbin, /lib, /lib64 are links into /usr."""

    def __init__(self):
        # the root, too: some programs refuse one that everybody may write to
        self.entries = {".": ("folder", 0o755, None)}
        self.names = set()

    @staticmethod
    def place(path):
        first = path.split("/", 1)
        return "usr/" + path if len(first) == 2 and first[0] in ("bin", "sbin", "lib",
                                                                 "lib64") else path

    def add(self, path, entry):
        path = self.place(path)
        if path in ("bin", "sbin", "lib", "lib64"):
            return
        above = os.path.dirname(path)
        if above and above not in self.entries:
            self.add(above, ("folder", 0o755, None))
        if entry[0] == "folder" and path in self.entries:
            return
        self.entries[path] = entry
        self.names.add(os.path.basename(path))

    def folder(self, path):
        self.add(path, ("folder", 0o755, None))

    def file(self, path, data, mode):
        self.add(path, ("file", mode, data))

    def link(self, path, target):
        if path in ("bin", "sbin", "lib", "lib64"):
            self.entries[path] = ("link", 0o777, target)
        else:
            self.add(path, ("link", 0o777, target))

    def device(self, path, mode, major, minor):
        self.add(path, ("device", mode, (major, minor)))

    def has(self, name):
        """A soname anywhere, a path in its place."""
        return self.place(name[1:]) in self.entries if name[0] == "/" else name in self.names

    def is_plugin(self, path):
        """A shared object in a folder of its program's, which does without."""
        return ".so" in os.path.basename(path) and os.path.dirname(path) not in (
            "usr/lib", "usr/lib64", "usr/lib/x86_64-linux-gnu")

    def remove(self, path):
        del self.entries[path]
        self.names = {os.path.basename(p) for p in self.entries}

    def needs(self):
        """-> [(path, soname)] of all ELF files, in order"""
        return [(path, soname) for path, entry in sorted(self.entries.items())
                for soname in needs_of(entry)]

    def cpio(self):
        """newc: no times, no owners, inode numbers by order"""
        kinds = {"folder": 0o040000, "file": 0o100000, "link": 0o120000, "device": 0o020000}
        out = bytearray()
        rows = [*sorted(self.entries.items()), ("TRAILER!!!", None)]
        for number, (path, entry) in enumerate(rows, 1):
            kind, mode, data = entry or ("file", 0, b"")
            major, minor = data if kind == "device" else (0, 0)
            body = {"file": data, "link": (data or "").encode() if kind == "link" else b""}.get(
                kind, b"")
            bits = kinds[kind] | mode if entry else 0
            fields = (number if entry else 0, bits, 0, 0, 1, 0, len(body), 0, 0, major, minor,
                      len(path) + 1, 0)
            out += b"070701" + "".join(f"{f:08x}" for f in fields).encode()
            out += path.encode() + b"\0"
            out += b"\0" * (-len(out) % 4)
            out += body
            out += b"\0" * (-len(out) % 4)
        return bytes(out + b"\0" * (-len(out) % 512))


class Modules:
    """The modules of one kernel package, and local ones given by their file."""

    def __init__(self, folder):
        self.files = {}
        for at, _, names in os.walk(folder):
            for name in names:
                match = re.match(r"(.+)\.ko(\.xz|\.zst)?$", name)
                if match:
                    self.files[match[1].replace("-", "_")] = os.path.join(at, name)
        self.builtin, self.builtin_known = set(), True
        try:
            with open(os.path.join(folder, "modules.builtin"), encoding="utf-8") as stream:
                self.builtin = {os.path.basename(line.strip())[:-3].replace("-", "_")
                                for line in stream}
        except FileNotFoundError:
            self.builtin_known = False  # in another package: what is no module is built in
        self.release = os.path.basename(folder)
        self.known = {}

    def content(self, key):
        if key not in self.known:
            path = self.files[key]
            with open(path, "rb") as stream:
                data = stream.read()
            if path.endswith(".xz"):
                data = lzma.decompress(data)
            elif path.endswith(".zst"):
                data = subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, timeout=60,
                                      check=True).stdout
            self.known[key] = data
        return self.known[key]

    def info(self, key):
        """-> {name: value} of the module's own record (the first of each name)"""
        info = {}
        for match in re.finditer(rb"(?:^|\0)(depends|vermagic|name)=([^\0]*)(?=\0)",
                                 self.content(key)):
            info.setdefault(match[1].decode(), match[2].decode())
        return info

    def closure(self, text):
        """-> names in the order they load, and a sentence when one of them is missing"""
        key = os.path.basename(text).removesuffix(".ko").replace("-", "_")
        if "/" in text:
            if not os.access(text, os.R_OK):
                return [], f"module {text} cannot be read"
            self.files[key] = text
            self.builtin.discard(key)
            made_for = self.info(key).get("vermagic", "?").split(" ")[0]
            if made_for != self.release:
                return [], (f"module {text} was built for kernel {made_for}; this guest has "
                            f"{self.release}: build it against that, or choose another 'kernel'")
        order = []
        why = self.walk(key, order, [])
        return order, why

    def walk(self, key, order, above):
        if key in self.builtin or key in order:
            return None
        if key not in self.files and not self.builtin_known:
            return None
        if key not in self.files:
            return (f"kernel {self.release} has no module '{key}'" +
                    (f", which '{above[-1]}' depends on" if above else "") +
                    ("; Debian's cloud kernel leaves most drivers of hardware out: "
                     "'kernel: full' has them" if "cloud" in self.release else ""))
        if key in above:
            return None
        for need in filter(None, self.info(key).get("depends", "").split(",")):
            why = self.walk(need.replace("-", "_"), order, [*above, key])
            if why:
                return why
        order.append(key)
        return None
