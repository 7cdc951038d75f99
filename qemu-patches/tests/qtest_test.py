#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The devices as QEMU sees them, with no guest and no CPU: properties, configuration space, BARs,
DMA under a clock that is stepped, reset, unplugging and plugging in again.

    python3 qemu-patches/tests/qtest_test.py BUILD

Speaks QEMU's qtest protocol for the bus and QMP for hot-plug. Every wait has a deadline.
"""
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = "build"
DEADLINE_S = 30
RP, NIC, CONTROL = (0, 4, 0), (1, 0, 0), (0, 3, 0)
BAR0, BAR4, CONTROL_BAR0, DMAR = 0xe0000000, 0xe0200000, 0xf0000000, 0xfed90000
MCH, PCIEXBAR, ECAM = (0, 0, 0), 0x60, 0xb0000000
RING, BUFFER = 0x100000, 0x200000
POWER, MSI, VENDOR_SPECIFIC, PCI_EXPRESS, MSI_X = 0x01, 0x05, 0x09, 0x10, 0x11
MAC = "02:00:00:0a:0b:0c"
SCENARIO = """\
name: qtest
why: A frame for a port that no driver drives.
driver: {app: sink}
machine: {ports: 1}
traffic:
  - {name: one, from: 0, expect: none, size: 64B, rate: 1kpps, count: 1,
     destination: {mac: "ff:ff:ff:ff:ff:ff"}}
"""
NETDEV = """\
name: netdev
why: QEMU's own network at the end of the cable.
driver: {app: sink}
machine: {ports: 1}
ports: [{attach: netdev}]
"""


class Machine:
    """one QEMU under qtest"""

    def __init__(self, folder, bench="", nic="", trace=None, more=()):
        paths = [os.path.join(folder, name) for name in ("qtest", "qmp")]
        listeners = []
        for path in paths:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(0.1)
            listeners.append(listener)
        argv = [os.path.join(BUILD, "qemu-system-x86_64"), "-accel", "qtest", "-qtest",
                f"unix:{paths[0]}", "-qmp", f"unix:{paths[1]}", "-display", "none", "-nodefaults",
                "-no-user-config", "-machine", "q35", "-global",
                "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off", "-L", os.path.join(BUILD,
                                                                         "qemu-tree/firmware"),
                "-device", f"ringside-bench,addr={CONTROL[1]},plan={folder}/plan.bin,"
                f"report={folder}/report{bench}",
                "-device", f"pcie-root-port,id=rp,addr={RP[1]},chassis=1,slot=1",
                "-device", f"ringside-nic,id=nic,bus=rp{nic}"]
        argv[argv.index("-device"):argv.index("-device")] = more
        if trace:
            argv += ["-trace", trace]
        self.process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
        self.words = None
        try:
            self.connections = [self.accept(listener) for listener in listeners]
        finally:
            for listener, path in zip(listeners, paths):
                listener.close()
                os.unlink(path)
        for connection in self.connections:
            connection.settimeout(DEADLINE_S)
        self.qtest, self.qmp = [connection.makefile("rw") for connection in self.connections]
        self.answer(lambda message: "QMP" in message)
        self.command("qmp_capabilities")

    def accept(self, listener):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return listener.accept()[0]
            except socket.timeout:
                pass
        return self.give_up()

    def give_up(self):
        self.process.kill()
        raise RuntimeError("QEMU has ended:\n" + self.process.communicate()[1])

    def ask(self, text):
        self.qtest.write(text + "\n")
        self.qtest.flush()
        while True:
            answer = self.qtest.readline().split()
            if not answer or answer[0] not in ("IRQ",):
                break
        if not answer or answer[0] != "OK":
            raise RuntimeError(f"qtest: {text}: {answer}")
        return answer[1:]

    def command(self, name, **arguments):
        json.dump({"execute": name, "arguments": arguments}, self.qmp)
        self.qmp.flush()
        return self.answer(lambda m: "return" in m or "error" in m)

    def answer(self, wanted):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            line = self.qmp.readline()
            if not line:  # it connects before it reads about devices, and refuses them then
                self.give_up()
            message = json.loads(line)
            if wanted(message):
                return message
        raise RuntimeError("QMP: no answer in time")

    def config(self, where, offset, value=None):
        bus, device, function = where
        self.ask(f"outl 0xcf8 {1 << 31 | bus << 16 | device << 11 | function << 8 | offset:#x}")
        if value is None:
            return int(self.ask("inl 0xcfc")[0], 16)
        return self.ask(f"outl 0xcfc {value:#x}")

    def read(self, address):
        return int(self.ask(f"readl {address:#x}")[0], 16)

    def write(self, address, value):
        self.ask(f"writel {address:#x} {value:#x}")

    def bytes(self, address, length):
        return bytes.fromhex(self.ask(f"read {address:#x} {length}")[0][2:])

    def step(self, ns):
        self.ask(f"clock_step {ns}")

    def map(self):
        """what a BIOS does"""
        self.config(RP, 0x18, 0x00010100)
        self.config(RP, 0x20, (BAR0 >> 16 | 0x0030 << 16 | (BAR0 >> 16 & 0xff00) << 16))
        self.config(RP, 0x04, 6)
        self.map_nic()
        self.config(CONTROL, 0x10, CONTROL_BAR0)
        self.config(CONTROL, 0x04, 6)

    def capability(self, where, kind):
        """offset of a capability in configuration space; None: not there"""
        at = self.config(where, 0x34) & 0xfc
        for _ in range(48):
            if not at or self.config(where, at) & 0xff == kind:
                break
            at = self.config(where, at) >> 8 & 0xfc
        return at or None

    def power(self, on):
        """of the slot, as an operating system does it"""
        control = self.capability(RP, PCI_EXPRESS) + 0x18
        self.config(RP, control, 0x100 if on else 0x700)  # indicator on; else off, power off

    def map_nic(self):
        for offset, value in ((0x10, BAR0), (0x14, 0), (0x20, BAR4), (0x24, 0), (0x04, 6)):
            self.config(NIC, offset, value)

    def end(self):
        """its words on stderr"""
        if self.words is not None:
            return self.words
        self.qmp.write('{"execute": "quit"}')
        self.qmp.flush()
        try:
            self.words = self.process.communicate(timeout=DEADLINE_S)[1]
        finally:
            self.process.kill()
            for stream in (self.qtest, self.qmp, *self.connections):
                stream.close()
        return self.words


class Devices(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        path = os.path.join(self.folder, "qtest.yaml")
        self.plan(path, SCENARIO)

    def plan(self, path, text):
        with open(path, "w", encoding="ascii") as stream:
            stream.write(text)
        subprocess.run([os.path.join(BUILD, "ringside"), "run", "--keep", "--host", "in-process",
                        "--out", self.folder, path], stdout=subprocess.DEVNULL, check=False)
        os.rename(os.path.join(self.folder, "latest", "plan.bin"),
                  os.path.join(self.folder, "plan.bin"))

    def machine(self, **options):
        machine = Machine(self.folder, **options)
        self.addCleanup(machine.end)
        machine.map()
        return machine

    def refused(self, **options):
        with self.assertRaises(Exception) as raised:
            Machine(self.folder, **options)
        return str(raised.exception)

    def test_configuration_space(self):
        m = self.machine()
        self.assertEqual(m.config(NIC, 0), 0x10fb8086)
        for kind in (POWER, MSI, PCI_EXPRESS, MSI_X):
            self.assertIsNotNone(m.capability(NIC, kind), hex(kind))
        self.assertIsNone(m.capability(NIC, VENDOR_SPECIFIC), "and the list has an end")
        m.config(NIC, 0x10, 0xffffffff)
        self.assertEqual(m.config(NIC, 0x10) & ~0xf, 0xfff80000)  # 512 KiB
        m.config(NIC, 0x10, BAR0)

    def nonsense(self, m, draw):
        """one access to configuration space that no driver makes, and now and then one elsewhere"""
        width = draw.choice("bwl")
        offset = draw.randrange(0x40 if draw.random() < 0.4 else 0x1000)
        offset &= -{"b": 1, "w": 2, "l": 4}[width]
        value = draw.choice((0, 0xffffffff, draw.getrandbits(32), 1 << draw.randrange(32)))
        m.ask(f"write{width} {ECAM + (NIC[0] << 20) + offset:#x} {value & 0xffffffff:#x}")
        if draw.random() < 0.2:
            m.write(BAR0 + draw.choice((0x0, 0x808, 0x880, 0x1018, 0x1028, 0x3000)), value)
            m.read(BAR0 + 0x8)
            m.config(NIC, offset & 0xfc)
            m.step(draw.randrange(1, 50_000))

    def test_configuration_space_survives_nonsense(self):
        """BARs anywhere, messages to anywhere, sleep, resets by the way: the next owner's function
        level reset makes a card of it again."""
        m = self.machine(more=("-qtest-log", "/dev/null"))  # a pipe has no room for so many
        m.config(MCH, PCIEXBAR, ECAM | 1)
        self.listen(m)
        draw = random.Random(7)
        for _ in range(4000):
            self.nonsense(m, draw)
        m.config(NIC, m.capability(NIC, POWER) + 4, 0)  # awake
        m.step(20_000_000)
        m.config(NIC, m.capability(NIC, PCI_EXPRESS) + 8, 1 << 15)  # FLR
        m.step(200_000_000)
        self.assertEqual(m.config(NIC, 0), 0x10fb8086)
        self.assertEqual(m.config(NIC, 4) & 7, 0)
        m.map_nic()
        self.assertTrue(self.receive(m), "no descriptor was written back")

    def test_registers_and_mac(self):
        m = self.machine(nic=f",mac={MAC}")
        low, high = m.read(BAR0 + 0xa200), m.read(BAR0 + 0xa204)
        mac = struct.pack("<IH", low, high & 0xffff)
        self.assertEqual(mac, bytes.fromhex(MAC.replace(":", "")))
        m.write(BAR0, m.read(BAR0) | 1 << 26)  # CTRL.RST
        m.step(20_000_000)
        self.assertEqual(m.read(BAR0) & 1 << 26, 0)
        self.assertEqual(m.read(BAR0 + 0xa200), low)
        self.assertEqual(m.read(BAR0 + 0x1fffc), 0, "a hole reads as zero, at most")

    def listen(self, m):
        """a ring of eight descriptors in queue 0, one of them the card's"""
        m.ask(f"memset {RING:#x} 128 0x0")
        m.ask(f"write {RING:#x} 8 0x{struct.pack('<Q', BUFFER).hex()}")
        for offset, value in ((0x1000, RING), (0x1004, 0), (0x1008, 128), (0x1014, 0x02000002),
                              (0x5080, 0x700), (0x1028, 1 << 25)):
            m.write(BAR0 + offset, value)
        m.step(1_000_000)
        m.write(BAR0 + 0x3000, 1)
        m.write(BAR0 + 0x1018, 1)

    def receive(self, m):
        """steps until a frame is in memory"""
        self.listen(m)
        m.write(CONTROL_BAR0 + GO, 1)
        return self.arrived(m)

    def arrived(self, m):
        for _ in range(100):
            m.step(1_000_000)
            if m.bytes(RING + 8, 4)[0] & 1:
                return True
        return False

    def test_frame_arrives_under_a_stepped_clock(self):
        m = self.machine()
        self.assertTrue(self.receive(m), "no descriptor was written back")
        self.assertEqual(m.bytes(BUFFER, 6), b"\xff" * 6)

    def test_netdev_answers_while_the_frame_is_sent(self):
        """QEMU's own network answers within the call that gives it a frame."""
        self.plan(os.path.join(self.folder, "netdev.yaml"), NETDEV)
        m = self.machine(more=("-netdev", "user,id=net"), nic=",netdev=net")
        self.listen(m)
        mac, sender, gateway = b"\x02" + bytes(5), b"\x0a\x00\x02\x0f", b"\x0a\x00\x02\x02"
        asks = (b"\xff" * 6 + mac + bytes.fromhex("0806000108000604") + b"\x00\x01" + mac + sender +
                bytes(6) + gateway).ljust(60, b"\0")
        m.ask(f"write {BUFFER + 0x1000:#x} {len(asks)} 0x{asks.hex()}")
        descriptor = struct.pack("<QQ", BUFFER + 0x1000, len(asks) | 0x0b << 24)  # EOP, IFCS, RS
        m.ask(f"write {RING + 0x1000:#x} 16 0x{descriptor.hex()}")
        for offset, value in ((0x4a80, 0x81000001), (0x6000, RING + 0x1000), (0x6008, 128),
                              (0x6028, 1 << 25), (0x6018, 1)):
            m.write(BAR0 + offset, value)
        self.assertTrue(self.arrived(m), "no answer")
        answer = m.bytes(BUFFER, 60)
        self.assertEqual((answer[:6], answer[12:14], answer[20:22], answer[28:32]),
                         (mac, b"\x08\x06", b"\x00\x02", gateway))

    def test_no_dma_once_unplugged(self):
        m = self.machine()
        self.assertNotIn("error", m.command("device_del", id="nic"))
        m.power(False)
        gone = m.answer(lambda x: x.get("event") == "DEVICE_DELETED" and
                        x["data"].get("device") == "nic")
        self.assertTrue(gone)
        self.assertEqual(m.config(NIC, 0), 0xffffffff)
        self.assertFalse(self.receive(m), "memory changed with nobody there")
        self.assertNotIn("error", m.command("device_add", driver="ringside-nic", id="nic",
                                            bus="rp", port=0))
        m.power(True)
        m.map_nic()
        self.assertEqual(m.config(NIC, 0), 0x10fb8086)
        self.assertNotEqual(m.read(BAR0 + 8), 0xffffffff)

    def test_message_leaves_during_an_invalidation(self):
        """What is due when the guest rings the IOMMU may be a message: it must not get lost."""
        self.plan(os.path.join(self.folder, "late.yaml"), SCENARIO + "clock: {quantum: 100us}\n")
        m = self.machine(more=("-device", "intel-iommu"), trace="ringside_message")
        m.write(DMAR + 0x20, 0x300000)  # a root table of zeros
        m.write(DMAR + 0x18, 1 << 30)
        m.write(DMAR + 0x18, 1 << 31)
        flush = DMAR + (m.read(DMAR + 0x10) >> 8 & 0x3ff) * 16 + 8
        at = m.capability(NIC, MSI)
        m.config(NIC, at + 4, 0xfee00000)
        m.config(NIC, at + 12, 0x41)
        m.config(NIC, at, 1 << 16)
        m.write(BAR0 + 0x880, 1 << 20)  # EIMS
        m.write(BAR0 + 0x808, 1 << 20)  # EICS: within the quantum nobody has to see it
        m.step(10_000)
        m.write(flush + 4, 1 << 31 | 1 << 28)
        words = m.end()
        self.assertRegex(words, "ringside_message .* address 0xfee00000 data 0x41")
        self.assertNotIn("re-entrant", words)

    def test_timing_file(self):
        path = os.path.join(self.folder, "timing")
        for text, status in (("pcie_oneway = 300001 ps\n", 0), ("pcie_oneway = soon\n", 1)):
            with open(path, "w", encoding="ascii") as stream:
                stream.write(text)
            if status:
                self.assertIn(f"{path}:1:", self.refused(bench=f",timing={path}"))
            else:
                self.assertNotIn("timing", self.machine(bench=f",timing={path}").end())

    def test_refusals_name_the_way_out(self):
        self.assertIn("port=7", self.refused(nic=",port=7"))
        self.assertIn("expected a station's", self.refused(nic=",mac=01:00:00:00:00:01"))

    def test_trace_events(self):
        m = self.machine(trace="ringside_mmio_write")
        m.write(BAR0 + 0x5080, 0x700)
        self.assertRegex(m.end(), r"ringside_mmio_write \d+ port 0\.0 bar 0 0x05080 size 4: 0x700")


def control_register(name):
    """offset of a register of the control device, from the one place that says it"""
    with open("model/bench/control_abi.h", encoding="ascii") as stream:
        for line in stream:
            words = line.replace("=", " = ").replace(",", " ").split()
            if words[:1] == [name] and words[1:2] == ["="]:
                return int(words[2], 0)
            if words[:2] == ["#define", name]:
                return int(words[2], 0)
    raise KeyError(name)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    GO = control_register("RS_CTL_GO")
    unittest.main()
