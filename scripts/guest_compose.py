#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Composes a guest for a driver: a kernel, and an initramfs with init, busybox, Debian packages,
the libraries that their programs need, and kernel modules. The same inputs give the same bytes on
any machine; what is composed is kept in the user's cache under a name made of its inputs.

usage: guest_compose.py GUEST < SPEC      composes; GUEST is the folder with init and modules.txt
       guest_compose.py --clean [--all] [--force] GUEST
                                          tells (and removes) what another init made: KEY BYTES

SPEC is JSON: {"kernel": "cloud" | "full" | PACKAGE | FILE.deb, "packages": ["NAME [PATH...]"],
"modules": [NAME | FILE.ko], "programs": [FILE], "build": {...} (guest_build.py; "headers" true:
those of the kernel)}; the libraries of programs come into the guest, the programs themselves do
not.

Prints JSON: {"folder": PATH} or {"wrong": [{"key": KEY, "value": VALUE, "message": TEXT}]}.
Status 0; 2: SPEC is wrong; 3: this machine cannot compose, the reason has been printed.
"""
import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guest_build  # noqa: E402  (beside this file)
import guest_packages  # noqa: E402
import guest_tree  # noqa: E402

FORMAT = "ringside guest 1"
# busybox's own shell runs its applets in place of a package's programs of the same name
SHELL = "dash bin/dash"
HERE = os.path.dirname(os.path.abspath(__file__))
KERNEL_DEADLINE_S = 1200
KEPT = 16  # composed guests; those not used for the longest time go, but none of the last day
DAY_S = 86400
LOCK_DEADLINE_S = 900


def cache(*names):
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "ringside", *names)


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def digest(*parts):
    whole = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()[:16]


def fail(text):
    print(f"guest: {text}", file=sys.stderr)
    sys.exit(3)


def lock(path):
    """One tool at a time composes or clears; the others wait for what it brings."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    stream = open(path, "w", encoding="utf-8")
    try:
        subprocess.run(["flock", "-w", str(LOCK_DEADLINE_S), str(stream.fileno())], check=True,
                       pass_fds=[stream.fileno()])
    except subprocess.CalledProcessError:
        fail(f"another tool has held {path} for {LOCK_DEADLINE_S // 60} minutes")
    return stream


def find_busybox():
    path = os.environ.get("RINGSIDE_GUEST_BUSYBOX") or shutil.which("busybox")
    if not path or not os.path.exists(path):
        fail("no busybox here: apt-get install busybox-static")
    if guest_tree.Elf(read(path)).interpreter:
        fail(f"{path} is linked dynamically: apt-get install busybox-static")
    return path


# ---- the kernel ----

def get_kernel(kernel, work):
    """-> (vmlinuz, folder of its modules, name); None and a sentence when there is none"""
    done = subprocess.run([os.path.join(HERE, "guest_kernel.sh"), work, kernel],
                          stderr=subprocess.PIPE, text=True, timeout=KERNEL_DEADLINE_S,
                          check=False)
    sys.stderr.write(done.stderr)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("guest kernel: ")]
        return None, (said[-1] if said else done.stderr)[len("guest kernel: "):].strip()
    name = read(os.path.join(work, "kernel.txt")).decode().splitlines()
    return (os.path.join(work, "vmlinuz"), os.path.realpath(os.path.join(work, "kernel")),
            name[0]), None


# ---- the tree ----

def base_tree(tree, guest, busybox):
    for folder in ("dev", "etc", "job", "mnt", "proc", "results", "root", "run", "sys", "tmp",
                   "var", "usr", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64",
                   "usr/lib/modules"):
        tree.folder(folder)
    for name in ("bin", "sbin", "lib", "lib64"):
        tree.link(name, "usr/" + name)
    tree.link("var/run", "/run")
    tree.device("dev/console", 0o600, 5, 1)
    tree.device("dev/null", 0o666, 1, 3)
    tree.file("init", read(os.path.join(guest, "init")), 0o755)
    tree.file("bin/busybox", read(busybox), 0o755)
    applets = subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, text=True, timeout=20,
                             check=True).stdout.split()
    for applet in sorted(set(applets) - {"busybox", "init", "linuxrc"}):
        tree.link("bin/" + applet, "busybox")
    for name, text in guest_tree.HELPERS.items():
        tree.file("bin/" + name, text.encode(), 0o755)
    tree.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"
              b"driver:x:1000:1000:driver:/results/files:/bin/sh\n", 0o644)
    tree.file("etc/group", b"root:x:0:\ndriver:x:1000:\n", 0o644)
    tree.file("etc/hosts", b"127.0.0.1 localhost\n", 0o644)
    tree.file("etc/nsswitch.conf", b"hosts: files\n", 0o644)


def add_packages(tree, wanted, shelf, wrong):
    """Named packages whole, or the paths of them that are wanted."""
    for text in wanted:
        name, *paths = text.split()
        content = shelf.content(name)
        taken = set()
        for path, entry in content.items():
            if paths:
                hits = [p for p in paths if path == p.strip("/") or
                        path.startswith(p.strip("/") + "/") or fnmatch.fnmatch(path, p.strip("/"))]
                taken.update(hits)
                if not hits:
                    continue
            elif guest_packages.is_clutter(path):
                continue
            tree.add(path, entry)
        for path in paths:
            if path not in taken:
                wrong.append({"key": "packages", "value": text, "message":
                              f"package {name} {shelf.version(name)} has no '{path}'; "
                              f"`dpkg-deb -c` shows what it has"})


def close_over(tree, shelf, programs, wrong):
    """Libraries until nothing is missing: of the packages depended on; of this machine for local
    programs that no package serves."""
    queue = [(soname, path, False) for path, soname in tree.needs()]
    queue += [(soname, path, True) for path in programs
              for soname in guest_tree.Elf(read(path)).needed]
    if queue:
        # the C library opens it when a thread ends; nobody names it
        queue.append(("libgcc_s.so.1", "libc.so.6", bool(programs)))
    asked = set()
    while queue:
        soname, who, local = queue.pop(0)
        if soname in asked or tree.has(soname):
            continue
        asked.add(soname)
        found = shelf.library(soname) or (local and guest_tree.host_library(soname))
        if not found and not local and tree.is_plugin(who):
            tree.remove(who)  # for a library that its package only suggests
        elif not found:
            name = next((p for p in shelf.named if who in shelf.content(p)), who)
            wrong.append({"key": "files" if local else "packages", "value": name, "message":
                          f"'{who}' needs {soname}, which {'this machine' if local else 'nothing'}"
                          f" {'does not have' if local else 'that it depends on has'}; name the "
                          "package that has it under 'packages'"})
        for path, entry in (found or {}).items():
            tree.add(path, entry)
            queue += [(need, path, local) for need in guest_tree.needs_of(entry)]


def add_modules(tree, folder, boot, wanted, wrong):
    """The modules, and for each a list of what is loaded for it, in order."""
    modules = guest_tree.Modules(folder)
    order = []
    for name in boot:
        order += [k for k in modules.closure(name)[0] if k not in order]
    tree.file("lib/modules/order", "".join(f"/lib/modules/{k}.ko\n" for k in order).encode(), 0o644)
    lists = set(order)
    for text in wanted:
        keys, why = modules.closure(text)
        if why:
            wrong.append({"key": "modules", "value": text, "message": why})
            continue
        for key in keys:
            lists.add(key)
    for key in sorted(lists):
        tree.file(f"lib/modules/{key}.ko", modules.content(key), 0o644)
        chain = modules.closure(key)[0]
        tree.file(f"lib/modules/{key}.load",
                  "".join(f"/lib/modules/{k}.ko\n" for k in chain).encode(), 0o644)


def boot_modules(guest):
    text = read(os.path.join(guest, "modules.txt")).decode()
    return [w for line in text.splitlines() for w in line.split("#")[0].split()]


# ---- composing ----

def compose(spec, guest, busybox, root):
    """-> folder, wrong"""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as work:
        kernel, why = get_kernel(spec.get("kernel", "cloud"), work)
        if not kernel:
            return None, [{"key": "kernel", "value": spec.get("kernel", "cloud"), "message": why}]
        shelf = guest_packages.Shelf(cache("packages"), fail)
        packages = [SHELL, *spec.get("packages", [])]
        shelf.resolve(packages, wrong)
        for path in spec.get("programs", []):
            if not os.access(path, os.R_OK):
                wrong.append({"key": "files", "value": path, "message": f"{path} cannot be read"})
        if wrong:
            return None, wrong
        tree = guest_tree.Tree()
        base_tree(tree, guest, busybox)
        add_packages(tree, packages, shelf, wrong)
        tree.link("bin/sh", "dash")
        close_over(tree, shelf, spec.get("programs", []), wrong)
        add_modules(tree, kernel[1], boot_modules(guest), spec.get("modules", []), wrong)
        if wrong:
            return None, wrong
        image = tree.cpio()
        vmlinuz = read(kernel[0])
        key = digest(FORMAT, hashlib.sha256(image).digest(), hashlib.sha256(vmlinuz).digest())
        folder = os.path.join(root, key)
        if not os.path.exists(os.path.join(folder, "guest.json")):
            store(folder, image, vmlinuz, {
                "format": FORMAT, "kernel": kernel[2], "packages": shelf.versions(),
                "init": digest(read(os.path.join(guest, "init"))), "spec": spec})
    return folder, wrong


def store(folder, image, vmlinuz, about):
    fresh = folder + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(fresh)
    for name, data in (("initramfs", image), ("vmlinuz", vmlinuz),
                       ("guest.json", json.dumps(about, indent=2, sort_keys=True).encode())):
        with open(os.path.join(fresh, name), "wb") as stream:
            stream.write(data)
    os.rename(fresh, folder)
    others = sorted((os.path.getmtime(p), p) for p in
                    (os.path.join(os.path.dirname(folder), n)
                     for n in os.listdir(os.path.dirname(folder))) if
                    os.path.exists(os.path.join(p, "guest.json")))
    for used, path in others[:-KEPT]:
        if used < time.time() - DAY_S:
            shutil.rmtree(path, ignore_errors=True)


# ---- from source ----

def build(spec, root):
    """-> what is wrong; what was built lies behind the link that the description names."""
    wanted = dict(spec["build"])
    os.makedirs(root, exist_ok=True)
    if wanted.pop("headers", False):
        with tempfile.TemporaryDirectory(prefix="ringside-kernel-") as work:
            kernel, why = get_kernel(spec.get("kernel", "cloud"), work)
        if not kernel:
            return [{"key": "kernel", "value": spec.get("kernel", "cloud"), "message": why}]
        wanted["headers"] = "linux-headers-" + os.path.basename(kernel[1])
    shelf = guest_packages.Shelf(cache("packages"), fail)
    with lock(os.path.join(root, "lock")):
        return guest_build.build(wanted, root, shelf)


def memo_name(spec, guest, busybox):
    """All that a composition can depend on, cheaply: the apt lists by their age."""
    stamps = [guest_packages.lists_stamp()]
    for path in [busybox, *spec.get("programs", []),
                 *[f for f in [*spec.get("modules", []), spec.get("kernel", "")] if "/" in f]]:
        if os.path.exists(path):
            info = os.stat(path)
            stamps.append(f"{path} {info.st_size} {info.st_mtime_ns}")
    scripts = [read(os.path.join(HERE, n)) for n in
               ("guest_compose.py", "guest_packages.py", "guest_tree.py", "guest_kernel.sh")]
    return digest(json.dumps(spec, sort_keys=True), read(os.path.join(guest, "init")),
                  read(os.path.join(guest, "modules.txt")), *scripts, *stamps)


def remembered(memo, root):
    try:
        folder = os.path.join(root, read(memo).decode())
    except FileNotFoundError:
        return None
    if not os.path.exists(os.path.join(folder, "guest.json")):
        return None
    os.utime(folder)
    return folder


def answer(spec, guest):
    root = cache("guests")
    busybox = find_busybox()
    if spec.get("build"):
        wrong = build(spec, cache("builds"))
        if wrong:
            print(json.dumps({"wrong": wrong}))
            return 2
    memo = os.path.join(root, "memo", memo_name(spec, guest, busybox))
    folder = remembered(memo, root)
    if not folder:
        with lock(os.path.join(root, "lock")):
            folder = remembered(memo, root)
            if not folder:
                print("guest: composing from Debian packages, once per description",
                      file=sys.stderr)
                folder, wrong = compose(spec, guest, busybox, root)
                if wrong:
                    print(json.dumps({"wrong": wrong}))
                    return 2
                os.makedirs(os.path.dirname(memo), exist_ok=True)
                with open(memo + ".new", "w", encoding="utf-8") as stream:
                    stream.write(os.path.basename(folder))
                os.rename(memo + ".new", memo)
    print(json.dumps({"folder": folder}))
    return 0


# ---- clearing ----

def made_by(folder):
    try:
        return json.loads(read(os.path.join(folder, "guest.json")))["init"]
    except (OSError, ValueError, KeyError):
        return None


def clean_builds(root, force):
    """What was built from source: it can be built again."""
    if not os.path.isdir(root):
        return
    with lock(os.path.join(root, "lock")):
        print("builds", sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in
                            os.walk(root) for name in names
                            if not os.path.islink(os.path.join(folder, name))))
        if force:
            shutil.rmtree(root, ignore_errors=True)


def clean(guest, everything, force):
    root = cache("guests")
    if not os.path.isdir(root):
        return 0
    init = os.path.join(guest, "init")
    ours = digest(read(init)) if os.path.exists(init) else None
    with lock(os.path.join(root, "lock")):
        for name in sorted(os.listdir(root)):
            folder = os.path.join(root, name)
            if name == "memo" or not os.path.isdir(folder):
                continue
            if not everything and made_by(folder) == ours:
                continue
            size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
            print(name, size)
            if force:
                shutil.rmtree(folder, ignore_errors=True)
    if everything:
        clean_builds(cache("builds"), force)
    packages = cache("packages")
    if everything and os.path.isdir(packages):
        print("packages", sum(os.path.getsize(os.path.join(packages, f))
                              for f in os.listdir(packages) if f.endswith(".deb")))
        if force:
            shutil.rmtree(packages, ignore_errors=True)
    return 0


def main(arguments):
    options = [a for a in arguments if a.startswith("--")]
    rest = [a for a in arguments if not a.startswith("--")]
    if len(rest) != 1 or set(options) - {"--clean", "--all", "--force"}:
        print(__doc__, file=sys.stderr)
        return 2
    os.umask(0o022)
    if "--clean" in options:
        return clean(rest[0], "--all" in options, "--force" in options)
    return answer(json.load(sys.stdin), rest[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
