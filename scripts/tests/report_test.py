# SPDX-License-Identifier: BSD-2-Clause
"""The page of results: whatever a run left in its texts, it stays text."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "report.py")
RESULT = {
    "id": "a<script>alert(1)</script>", "file": "x.yaml", "why": "because & so", "verdict": "FAIL",
    "host": "qemu", "seed": 1, "repeats": 1, "canary": False, "wall_ms": 12, "folder": "/tmp/x",
    "bundle": None, "repro": "ringside run 'x'", "message": "it <b>failed</b>", "findings": [],
    "trace_hash": "00", "memory_hash": "00", "guest_instructions": 0, "trace_schema": 1,
    "quantum_ns": 0, "dilation": [1, 1], "reproducible": True,
    "metrics": {"sent": 1, "received": 0, "lost": 1}, "flows": [], "ports": [],
    "refusals": [{"time_ps": 1234567, "port": 0, "access": "read of <i>descriptors</i>",
                  "address": "0x1000", "bytes": 64, "why": "nothing is mapped there"}],
}


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.open = set(), []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        for name, value in attrs:
            if name in ("src", "href") and value and "//" in value:
                raise AssertionError(f"{tag} {name}={value}: the page must need nothing else")


class Page(unittest.TestCase):
    def make(self, **changes):
        results = {"format": "ringside-results", "version": 1, "tool": "0", "exit_status": 1,
                   "wall_ms": 1, "counts": {"pass": 0, "fail": 1, "nondet": 0, "error": 0,
                                            "skip": 0}, "results": [RESULT]}
        results.update(changes)
        with tempfile.TemporaryDirectory() as folder:
            source, page = os.path.join(folder, "r.json"), os.path.join(folder, "p.html")
            with open(source, "w", encoding="utf-8") as stream:
                json.dump(results, stream)
            done = subprocess.run([sys.executable, SCRIPT, source, page], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            if done.returncode:
                return done.returncode, done.stdout.decode()
            with open(page, encoding="utf-8") as stream:
                return 0, stream.read()

    def test_texts_stay_texts_and_the_page_stands_alone(self):
        status, page = self.make()
        self.assertEqual(status, 0, page)
        tags = Tags()
        tags.feed(page)
        self.assertNotIn("script", tags.seen)
        self.assertIn("&lt;script&gt;", page)
        self.assertIn("because &amp; so", page)
        self.assertIn("1.235 us", page)
        self.assertIn("&lt;i&gt;descriptors&lt;/i&gt;, 64 bytes at 0x1000", page)

    def test_a_case_that_did_not_run_has_a_place(self):
        bare = {key: RESULT[key] for key in ("id", "file", "why", "host", "seed", "repeats",
                                             "canary", "wall_ms", "bundle", "repro", "message")}
        status, page = self.make(results=[dict(bare, verdict="SKIP", folder=None), RESULT])
        self.assertEqual(status, 0, page)
        self.assertIn("SKIP", page)

    def test_what_has_no_value_is_no_zero(self):
        status, page = self.make(results=[dict(RESULT, metrics={})])
        self.assertEqual(status, 0, page)
        self.assertNotIn("0.000", page)
        self.assertNotIn('<td class="n">0</td>', page)
        _, page = self.make(results=[dict(RESULT, metrics={"rate.received_pps": 7928})])
        self.assertIn("7.928 kpps", page)

    def test_another_version_is_refused_with_a_sentence(self):
        status, text = self.make(version=99)
        self.assertNotEqual(status, 0)
        self.assertIn("99", text)


if __name__ == "__main__":
    unittest.main()
