# SPDX-License-Identifier: BSD-2-Clause
"""The conformance table: what a cell says of its scenarios."""
import io
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import conformance  # noqa: E402


def result(driver, capability, verdict, name="x"):
    return {"driver": driver, "capability": capability, "verdict": verdict, "id": name}


class Table(unittest.TestCase):
    def setUp(self):
        self.results = [result("a", "tso", "PASS", "one"), result("a", "tso", "FAIL", "two"),
                        result("a", "rss", "PASS"), result("b", "rss", "SKIP"),
                        result("b", None, "PASS", "<odd>")]
        self.table = conformance.tabulate(self.results)

    def test_cells(self):
        drivers, capabilities, cells = self.table
        self.assertEqual(drivers, ["a", "b"])
        self.assertEqual(capabilities, ["(none)", "rss", "tso"])
        self.assertEqual(conformance.cell_text(cells["a", "tso"]), "1/2")
        self.assertEqual(conformance.cell_text(cells["a", "rss"]), "yes")
        self.assertEqual(conformance.cell_text(cells["b", "rss"]), "-")

    def test_print(self):
        out = io.StringIO()
        conformance.print_table(*self.table, out=out)
        self.assertIn("tso         1/2  -", out.getvalue())

    def test_page_escapes(self):
        text = conformance.page(*self.table)
        self.assertIn("&lt;odd&gt;", text)
        self.assertNotIn("<odd>", text)

    def test_document(self):
        table = conformance.document(*self.table)["table"]
        self.assertEqual(table["a"]["tso"], {"passed": 1, "asked": 2, "scenarios": {
            "one": "PASS", "two": "FAIL"}})
        self.assertNotIn("tso", table["b"])


if __name__ == "__main__":
    unittest.main()
