# SPDX-License-Identifier: BSD-2-Clause
"""The arithmetic behind the prediction: what a packet and a burst cost, from counts by batch."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import calibrate_guest  # noqa: E402  the path comes first


class Fit(unittest.TestCase):
    def test_exact_costs_come_back(self):
        packet, burst = calibrate_guest.fit([(n, 56 + 350 / n) for n in (1, 4, 32, 256)])
        self.assertAlmostEqual(packet, 56)
        self.assertAlmostEqual(burst, 350)

    def test_small_values_count_as_much_as_large_ones(self):
        rows = [(n, (56 + 350 / n) * (1.05 if n == 1 else 1)) for n in (1, 2, 4, 8, 16, 32, 256)]
        packet, burst = calibrate_guest.fit(rows)
        for n, value in rows:
            self.assertLess(abs(packet + burst / n - value) / value, 0.05)


class Judgement(unittest.TestCase):
    def test_ten_percent_of_what_was_measured(self):
        points = calibrate_guest.Points()
        with contextlib.redirect_stdout(io.StringIO()):
            points.add("A-8", "rate", "Mpps", 11.0, 10.0)
            points.add("A-8", "rate", "Mpps", 8.99, 10.0)
        self.assertEqual([row["within"] for row in points.rows], [True, False])


class Section(unittest.TestCase):
    def test_says_what_was_measured(self):
        told = {"points": [{"point": "A-8", "quantity": "rate, batch <1>", "unit": "Mpps",
                            "prediction": 9.0, "measured": 10.5, "error_percent": -14.3,
                            "within": False}],
                "quanta": [{"quantum_ns": quantum, "rate_mpps": 23.7, "calm_p50_us": 3.5,
                            "calm_p99_us": 4.0, "overload_p50_us": 43.0,
                            "kiloframes_per_cpu_second": 700.0 * (1 + quantum / 1000)}
                           for quantum in (0, 1000)]}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "guest.json")
            self.assertEqual(calibrate_guest.section(path), "")
            with open(path, "w", encoding="utf-8") as stream:
                json.dump(told, stream)
            text = calibrate_guest.section(path)
        self.assertIn("<td>rate, batch &lt;1&gt;</td>", text)
        self.assertIn("<td>off</td>", text)
        self.assertIn("<td>2.00</td>", text)  # times the frames of quantum 0


if __name__ == "__main__":
    unittest.main()
