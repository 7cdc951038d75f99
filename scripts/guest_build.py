# SPDX-License-Identifier: BSD-2-Clause
"""Builds a driver from source for a guest: in a folder of its own, without a network, beside the
machine's compiler with Debian packages laid over /usr for this build alone (nothing is installed).
What comes out is kept in the user's cache under a name made of all that went in. Knows nothing of
what becomes of it."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

FORMAT = "ringside build 1"
DEADLINE_S = 3600
KEPT_DAYS = 30
TAIL_LINES = 12
SKIPPED = {".git", ".hg", ".svn"}
PLACE = "/mnt"  # where every build sees its files: paths in what it makes are always the same
# a user namespace is root in its own mounts; the network stays outside
INSIDE = """set -eu
mount -t overlay overlay -o lowerdir="$OVER/usr:/usr" /usr
mount --bind "$WORK" /mnt
cd /mnt/source
exec env -i HOME=/mnt LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin SOURCE_DATE_EPOCH=1000000000 \
    KBUILD_BUILD_USER=ringside KBUILD_BUILD_HOST=ringside KBUILD_BUILD_TIMESTAMP=@1000000000 \
    KDIR="$KDIR" KERNEL="$KERNEL" NPROC="$NPROC" sh -eu /mnt/build.sh
"""


class Wrong(Exception):
    """What is wrong with a description: key, value, sentence."""


def hash_file(whole, path):
    with open(path, "rb") as stream:
        while data := stream.read(1 << 20):
            whole.update(data)


def hash_source(source):
    """Names, modes and contents of a folder, or the bytes of an archive."""
    whole = hashlib.sha256()
    if os.path.isfile(source):
        hash_file(whole, source)
        return whole.hexdigest()
    for folder, names, files in os.walk(source):
        names[:] = sorted(n for n in names if n not in SKIPPED)
        for name in sorted(files + [n for n in names if os.path.islink(os.path.join(folder, n))]):
            path = os.path.join(folder, name)
            whole.update(f"\0{os.path.relpath(path, source)}\0".encode())
            if os.path.islink(path):
                whole.update(b"link " + os.readlink(path).encode())
            elif os.path.isfile(path):
                whole.update(b"%o " % (os.stat(path).st_mode & 0o111))
                hash_file(whole, path)
    return whole.hexdigest()


def take_source(source, to):
    if source is None:
        os.makedirs(to)
    elif os.path.isdir(source):
        shutil.copytree(source, to, symlinks=True, ignore=lambda _, names: SKIPPED & set(names))
    else:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(to, filter="tar")
        except (tarfile.TarError, OSError) as error:
            raise Wrong("build", source, f"{source} is no archive that can be unpacked: "
                        f"{error}") from None
        inside = os.listdir(to)  # the one folder that most archives consist of
        if len(inside) == 1 and os.path.isdir(os.path.join(to, inside[0])):
            os.rename(os.path.join(to, inside[0]), to + ".one")
            os.rmdir(to)
            os.rename(to + ".one", to)


def installed():
    """-> {package: version} of this machine"""
    said = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\n"],
                          stdout=subprocess.PIPE, text=True, timeout=60, check=False).stdout
    return {line.split()[1]: line.split()[2] for line in said.splitlines()
            if line.startswith("installed ")}


def find_packages(spec, shelf, wrong):
    """-> .deb files that the build wants beyond what the machine has, what names them all"""
    wanted = [shelf.choose(text) for text in spec.get("packages", [])]
    if spec.get("headers"):
        wanted.append(spec["headers"])
    if not wanted:
        return [], ""
    debs, said = shelf.closure(wanted)
    if debs is None and shelf.refresh():
        debs, said = shelf.closure(wanted)
    if debs is None:
        shelf.unknown(wanted, said, wrong)
        if not wrong:
            shelf.fail("apt: " + said.strip().replace("\n", "; "))
        for one in wrong:
            one["key"] = "build"
        return [], ""
    have = installed()
    lacking = {n: d for n, d in debs.items() if n not in have or n in wanted}
    if not shelf.download(lacking):
        shelf.fail("apt cannot download " + ", ".join(sorted(lacking.values())))
    names = [d if n in lacking else f"{n}_{have[n]} of this machine" for n, d in debs.items()]
    return [shelf.path(d) for d in sorted(lacking.values())], "\n".join(sorted(names))


def compiler():
    try:
        return subprocess.run(["cc", "--version"], stdout=subprocess.PIPE, text=True, timeout=20,
                              check=False).stdout.split("\n")[0]
    except FileNotFoundError:
        return "none"


def lay_out(debs, over):
    """Packages unpacked where one /usr holds everything."""
    os.makedirs(os.path.join(over, "usr"))
    for name in ("bin", "sbin", "lib", "lib64"):
        os.makedirs(os.path.join(over, "usr", name), exist_ok=True)
        os.symlink("usr/" + name, os.path.join(over, name))
    for deb in debs:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb],
                              stdout=subprocess.PIPE) as unpack:
            subprocess.run(["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", over],
                           stdin=unpack.stdout, timeout=600, check=True)


def run(spec, debs, work, log):
    """-> exit status; None: it took too long"""
    over = os.path.join(work, "over")
    inner = os.path.join(work, "work")
    lay_out(debs, over)
    os.makedirs(inner)
    take_source(spec.get("source"), os.path.join(inner, "source"))
    with open(os.path.join(inner, "build.sh"), "w", encoding="utf-8") as stream:
        stream.write(spec["run"])
    release = spec["headers"].removeprefix("linux-headers-") if spec.get("headers") else ""
    env = {**os.environ, "OVER": over, "WORK": inner, "KERNEL": release,
           "KDIR": f"/usr/lib/modules/{release}/build" if release else "",
           "NPROC": str(os.cpu_count() or 1)}
    with open(log, "wb") as stream:
        try:
            return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "--net",
                                   "sh", "-c", INSIDE], env=env, stdin=subprocess.DEVNULL,
                                  stdout=stream, stderr=subprocess.STDOUT, timeout=DEADLINE_S,
                                  check=False).returncode
        except subprocess.TimeoutExpired:
            return None


def explain(status, log):
    """The end of what the build said goes to the terminal, one sentence to the description."""
    with open(log, encoding="utf-8", errors="replace") as stream:
        said = stream.readlines()[-TAIL_LINES:]
    sys.stderr.writelines("    " + line.rstrip("\n") + "\n" for line in said)
    if any(re.search("unshare.*failed|mount: /(usr|mnt)", line) for line in said):
        return "a build needs mounts of its own, which this machine denies (unshare, overlay): " \
            f"{said[-1].strip()}"
    how = f"took more than {DEADLINE_S // 60} minutes" if status is None else \
        f"failed with exit status {status}"
    return f"the build {how}; its output is above, and whole in {log}"


def keep(spec, source, folder, log):
    """What was asked for, out of the build's folder."""
    fresh = folder + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    os.makedirs(fresh)
    for name in spec["wanted"]:
        path = os.path.normpath(os.path.join(source, name))
        if not os.path.isfile(path) or not path.startswith(source + "/"):
            near = [os.path.relpath(os.path.join(at, n), source) for at, _, names in
                    os.walk(source) for n in names if n == os.path.basename(name)]
            hint = f"; there is {', '.join(sorted(near)[:3])}" if near else ""
            raise Wrong("build", f"built:{name}", f"the build worked, but it left no "
                        f"'{name}'{hint} (its output: {log})")
        os.makedirs(os.path.dirname(os.path.join(fresh, name)), exist_ok=True)
        shutil.copy2(path, os.path.join(fresh, name))
        os.utime(os.path.join(fresh, name), (1000000000, 1000000000))
    shutil.copy2(log, os.path.join(fresh, ".log"))
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(fresh, folder)


def point(link, folder):
    """The description finds what was built for it behind this link."""
    fresh = f"{link}.{os.getpid()}"
    os.symlink(os.path.basename(folder), fresh)
    os.rename(fresh, link)


def forget_old(root):
    links = {os.path.realpath(os.path.join(root, n)) for n in os.listdir(root)
             if os.path.islink(os.path.join(root, n))}
    for name in os.listdir(root):
        path = os.path.join(root, name)
        if not re.fullmatch(r"[0-9a-f]{16}(\.log)?", name) or path in links or \
                os.path.getmtime(path) > time.time() - KEPT_DAYS * 86400:
            continue
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)


def build(spec, root, shelf):
    """SPEC: {"link", "source", "packages", "headers": PACKAGE, "run", "wanted": [NAME]}; ROOT has
    been locked. -> [what is wrong]"""
    wrong = []
    source = spec.get("source")
    if source is not None and not os.path.exists(source):
        return [{"key": "build", "value": source, "message": f"there is no {source}"}]
    debs, names = find_packages(spec, shelf, wrong)
    if wrong:
        return wrong
    key = hashlib.sha256("\0".join([
        FORMAT, INSIDE, hash_source(source) if source else "", names, spec.get("headers") or "",
        compiler(), spec["run"], *sorted(spec["wanted"])]).encode()).hexdigest()[:16]
    folder, log = os.path.join(root, key), os.path.join(root, key + ".log")
    if os.path.isdir(folder):
        os.utime(folder)
        point(spec["link"], folder)
        return []
    print(f"guest: building from {source or 'packages'}, once; output: {log}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="ringside-build-") as work:
        try:
            status = run(spec, debs, work, log)
            if status != 0:
                raise Wrong("build", "run", explain(status, log))
            keep(spec, os.path.join(work, "work", "source"), folder, log)
        except Wrong as error:
            where, value, message = error.args
            return [{"key": where, "value": value, "message": message}]
    point(spec["link"], folder)
    forget_old(root)
    return []

