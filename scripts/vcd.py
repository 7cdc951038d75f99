# SPDX-License-Identifier: BSD-2-Clause
"""A VCD file (IEEE 1364), read strictly: what GTKWave might forgive is an error here.

Knows nothing of what the signals mean.
"""
import bisect
import re


class Vcd:
    """signals: name with scopes ("port0.link") -> (bits, [times], [values]); initial value first,
    at time 0. ValueError: no VCD."""

    def __init__(self, path):
        with open(path, encoding="ascii") as stream:
            head, found, body = stream.read().partition("$enddefinitions $end\n")
        if not found:
            raise ValueError("no $enddefinitions")
        self.signals, self.codes, self.scale = {}, {}, ""
        self.read_head(head)
        self.read_body(body)

    def read_head(self, head):
        scopes = []
        for words in re.findall(r"\$(\w+)\s*(.*?)\s*\$end", head, re.S):
            kind, rest = words[0], words[1].split()
            if kind == "timescale":
                self.scale = " ".join(rest)
            elif kind == "scope":
                scopes.append(rest[1])
            elif kind == "upscope":
                scopes.pop()
            elif kind == "var":
                bits, code, name = int(rest[1]), rest[2], ".".join([*scopes[1:], rest[3]])
                if code in self.codes or name in self.signals:
                    raise ValueError(f"{name} or {code} twice")
                self.codes[code] = name
                self.signals[name] = (bits, [], [])
            elif kind not in ("version", "date", "comment"):
                raise ValueError(f"${kind} in the head")
        if scopes:
            raise ValueError(f"scopes that do not end: {scopes}")

    def read_body(self, body):
        now = None
        for line in body.splitlines():
            if line.startswith("#"):
                if now is not None and int(line[1:]) <= now:
                    raise ValueError(f"time {line} after {now}")
                now = int(line[1:])
            elif line not in ("$dumpvars", "$end"):
                self.change(now, line)
        lacking = [name for name, signal in self.signals.items() if not signal[1]]
        if lacking:
            raise ValueError(f"no initial value: {lacking}")

    def change(self, now, line):
        match = re.fullmatch(r"b([01]+) (\S+)|([01])(\S+)", line)
        if now is None or not match:
            raise ValueError(f"not a change of a value: {line}")
        value, code = match[1] or match[3], match[2] or match[4]
        bits, times, values = self.signals[self.codes[code]]
        if len(value) > bits:
            raise ValueError(f"{line}: more than {bits} bits")
        times.append(now)
        values.append(int(value, 2))

    def at(self, name, time):
        """-> the signal's value once all changes of that time are done"""
        _, times, values = self.signals[name]
        return values[bisect.bisect_right(times, time) - 1]
