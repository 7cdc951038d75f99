# SPDX-License-Identifier: BSD-2-Clause
"""Debian packages for a guest: what a package depends on, which version, and what is in it. apt
knows where packages come from; they are kept in the user's cache and never installed. Knows
nothing of what becomes of them."""
import difflib
import io
import os
import re
import subprocess
import sys
import tarfile

DEADLINE_S = 600
LISTS = "/var/lib/apt/lists"
CLUTTER = re.compile(r"^(usr/share/(doc|man|locale|info|lintian|bug|bash-completion|zsh|menu|"
                     r"applications|icons|pixmaps|doc-base)(/|$)|usr/include/|usr/lib/debug/|"
                     r"usr/lib/python3/|.*\.(a|la|pc)$)")
LIBRARY_PLACES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib", "usr/lib", "lib64",
                  "usr/lib64", "lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu")


def is_clutter(path):
    """What no program needs in order to run."""
    return CLUTTER.match(path) is not None


def lists_stamp():
    """Changes when apt's lists do."""
    try:
        info = os.stat(LISTS)
    except FileNotFoundError:
        return "no lists"
    return f"{info.st_mtime_ns}"


class Shelf:
    """Packages by name, unpacked in memory when they are looked into."""

    def __init__(self, cache, fail):
        self.cache, self.fail = cache, fail
        self.own_lists = False
        self.debs = {}     # name -> file name of the .deb, of all that may be needed
        self.named = []    # those that the description names
        self.contents = {}
        os.makedirs(f"{cache}/apt/archives/partial", exist_ok=True)

    # ---- apt ----

    def apt(self, tool, *words, folder=None):
        # nothing counts as installed or downloaded: the answer is the same on every machine
        argv = [tool, "-o", "APT::Sandbox::User=root", "-o", "Dir::State::status=/dev/null",
                "-o", f"Dir::Cache::archives={self.cache}/apt/archives"]
        if self.own_lists:
            argv += ["-o", f"Dir::State::Lists={self.cache}/apt/lists",
                     "-o", f"Dir::Cache={self.cache}/apt"]
        try:
            return subprocess.run([*argv, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, timeout=DEADLINE_S, check=False, cwd=folder,
                                  env={**os.environ, "LC_ALL": "C"})
        except FileNotFoundError:
            self.fail(f"{tool} is not on this machine")
        except subprocess.TimeoutExpired:
            self.fail(f"{tool} {words[0]} took more than {DEADLINE_S} s")

    def refresh(self):
        """Lists of our own: the machine's are absent or stale, and are not ours to renew."""
        self.own_lists = True
        os.makedirs(f"{self.cache}/apt/lists/partial", exist_ok=True)
        return self.apt("apt-get", "-q", "update").returncode == 0

    def closure(self, names):
        """-> {package: file name}, or None and what apt said"""
        done = self.apt("apt-get", "install", "--print-uris", "-qq", "-y",
                        "--no-install-recommends", *names)
        if done.returncode:
            return None, done.stderr
        debs = {}
        for line in done.stdout.splitlines():
            match = re.match(r"'[^']*' (\S+\.deb) ", line)
            if match:
                debs[match[1].split("_")[0]] = match[1]
        return debs, ""

    def choose(self, text):
        """`a|b PATH...`: two names of one package in different releases; the first that apt has."""
        names, _, paths = text.partition(" ")
        for name in names.split("|"):
            if "|" in names and re.search(r"^  Candidate: [^(]",
                                          self.apt("apt-cache", "policy", name).stdout, re.M):
                return f"{name} {paths}".strip()
        return f"{names.split('|')[0]} {paths}".strip()

    def nearest(self, name):
        names = self.apt("apt-cache", "pkgnames").stdout.split()
        near = difflib.get_close_matches(name, names, 1, 0.75)
        return f"; did you mean '{near[0]}'?" if near else ""

    def unknown(self, wanted, said, wrong):
        """The packages that apt does not know, each with what was meant."""
        for text in wanted:
            name = text.split()[0]
            if re.search(rf"(Unable to locate package {re.escape(name)}$|"
                         rf"[Pp]ackage '?{re.escape(name)}'? has no installation candidate)", said,
                         re.M):
                wrong.append({"key": "packages", "value": text, "message":
                              f"no Debian package '{name}' is known to apt{self.nearest(name)}"
                              " ('apt-cache policy' shows what it knows)"})

    def resolve(self, wanted, wrong):
        """Finds and fetches the named packages and those that can hold their libraries."""
        if not wanted:
            return
        wanted[:] = [self.choose(text) for text in wanted]
        self.named = [text.split()[0] for text in wanted]
        debs, said = self.closure(self.named)
        if debs is None or not self.fetch(debs):
            if self.refresh():
                debs, said = self.closure(self.named)
                if debs is not None and not self.fetch(debs):
                    self.fail("apt cannot download " + ", ".join(sorted(debs.values())))
        if debs is None:
            self.unknown(wanted, said, wrong)
            if not wrong:
                self.fail("apt: " + said.strip().replace("\n", "; "))
            return
        self.debs = debs

    # ---- files ----

    @staticmethod
    def may_hold_libraries(name):
        return not re.search(r"-(dev|doc|perl|data|common|base)$|^(perl|python3|debconf|dpkg)",
                             name)

    def path(self, deb):
        return os.path.join(self.cache, deb)

    def fetch(self, debs):
        return self.download({n: d for n, d in debs.items()
                              if n in self.named or self.may_hold_libraries(n)})

    def download(self, debs):
        """Into the cache: whole files alone ever lie there under their names."""
        lacking = [(n, d) for n, d in sorted(debs.items()) if not os.path.exists(self.path(d))]
        if not lacking:
            return True
        folder = self.path(f"new.{os.getpid()}")
        os.makedirs(folder, exist_ok=True)
        words = [f"{name}={deb.split('_')[1].replace('%3a', ':')}" for name, deb in lacking]
        print(f"guest: downloading {len(words)} packages", file=sys.stderr)
        done = self.apt("apt-get", "-q", "download", *words, folder=folder)
        for name in os.listdir(folder):
            if name.endswith(".deb"):
                os.rename(os.path.join(folder, name), self.path(name))
        os.rmdir(folder)
        return done.returncode == 0 and all(os.path.exists(self.path(d)) for _, d in lacking)

    def content(self, name):
        """-> {path: (kind, mode, bytes or target)} of a package"""
        if name not in self.contents:
            deb = self.path(self.debs[name])
            done = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE,
                                  timeout=DEADLINE_S, check=False)
            if done.returncode:
                os.unlink(deb)
                self.fail(f"{deb} was damaged; it has been removed: try again")
            self.contents[name] = self.untar(done.stdout)
        return self.contents[name]

    @staticmethod
    def untar(data):
        entries = {}
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                path = member.name.removeprefix("./").strip("/")
                if not path or path == ".":
                    continue
                if member.isdir():
                    entries[path] = ("folder", member.mode & 0o7777, None)
                elif member.issym():
                    entries[path] = ("link", 0o777, member.linkname)
                elif member.islnk():
                    entries[path] = entries[member.linkname.removeprefix("./")]
                elif member.isfile():
                    entries[path] = ("file", member.mode & 0o7777,
                                     archive.extractfile(member).read())
        return entries

    def library(self, soname):
        """-> {path: entry} of the library (or of the file of that path) and the links that lead to
        it; {} when none has it"""
        for name in sorted(self.debs):
            if not self.may_hold_libraries(name) and name not in self.named:
                continue
            content = self.content(name)
            places = ([soname[1:]] if soname[0] == "/" else
                      [f"{place}/{soname}" for place in LIBRARY_PLACES])
            for path in places:
                found = {}
                while path in content and path not in found:
                    found[path] = content[path]
                    if content[path][0] == "link":
                        path = os.path.normpath(os.path.join(os.path.dirname(path),
                                                             content[path][2])).strip("/")
                if found and path in content:
                    return found
        return {}

    def version(self, name):
        return self.debs[name].split("_")[1]

    def versions(self):
        return {name: self.version(name) for name in sorted(self.contents)}
