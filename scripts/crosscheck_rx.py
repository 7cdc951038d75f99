# SPDX-License-Identifier: BSD-2-Clause
"""Packets that the NIC receives: what Scapy and a Toeplitz hash written here say of them, and a
register script that prints the descriptors that the NIC wrote.
"""
import os
import re

from scapy.all import (ARP, IP, Dot1Q, Ether, IPv6, Raw, SCTP, SCTPChunkData, TCP, UDP, wrpcap)

# The key and vectors that Microsoft published: source, destination, with ports, addresses alone.
KEY = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c"
                    "6a42b73bbeac01fa")
VECTORS = (("66.9.149.187", 2794, "161.142.100.80", 1766, 0x51ccc178, 0x323e8fc2),
           ("199.92.111.2", 14230, "65.69.140.83", 4739, 0xc626b0ea, 0xd718262a),
           ("24.19.198.95", 12898, "12.22.207.184", 38024, 0x5c2b394a, 0xd2d0a5de),
           ("38.27.205.30", 48228, "209.142.163.6", 2217, 0xafc7327f, 0x82989176),
           ("153.39.163.191", 44251, "202.188.127.2", 1303, 0x10e828a2, 0x5d1809c5))
MRQC = 1 | sum(1 << bit for bit in (16, 17, 20, 21, 22, 23))
TYPE = {(4, "tcp"): 1, (4, None): 2, (6, "tcp"): 3, (6, None): 5, (4, "udp"): 7, (6, "udp"): 8}
DD, EOP, VP, L4CS, IPCS = 1, 2, 8, 1 << 5, 1 << 6
TCPE, IPE = 1 << 30, 1 << 31


def toeplitz(data):
    key, bits, value = int.from_bytes(KEY, "big"), 8 * len(KEY), 0
    for i in range(8 * len(data)):
        if data[i // 8] >> (7 - i % 8) & 1:
            value ^= key >> (bits - 32 - i) & 0xffffffff
    return value


def check_vectors():
    for source, sport, destination, dport, ports, addresses in VECTORS:
        raw = b"".join(bytes(map(int, a.split("."))) for a in (source, destination))
        both = raw + sport.to_bytes(2, "big") + dport.to_bytes(2, "big")
        if toeplitz(both) != ports or toeplitz(raw) != addresses:
            raise AssertionError("the Toeplitz hash here does not give the published vectors")


class Packet:
    """One frame on the wire and what its descriptor must say."""

    def __init__(self, rng):
        self.version = rng.choice((4, 4, 6, 6, 0))
        self.kind = rng.choice(("tcp", "udp", "sctp", None))
        self.fragment = self.version == 4 and rng.random() < 0.15
        self.tag = rng.randrange(1, 0xfff) | rng.randrange(8) << 13 if rng.random() < 0.25 else None
        self.bad_ip = self.version == 4 and rng.random() < 0.2
        self.bad_l4 = self.kind is not None and not self.fragment and rng.random() < 0.25
        self.no_sum = self.version == 4 and self.kind == "udp" and rng.random() < 0.2
        self.rng = rng

    def layers(self):
        rng = self.rng
        data = Raw(rng.randbytes(rng.randrange(8, 600) & ~3))
        ports = {"sport": rng.randrange(1, 65536), "dport": rng.randrange(1, 65536)}
        # the ports that dissectors read on for are left alone
        l4 = {"tcp": lambda: TCP(seq=rng.randrange(2**32), flags="A", **ports) / data,
              "udp": lambda: UDP(**ports) / data,
              "sctp": lambda: SCTP(tag=1, **ports) / SCTPChunkData(data=data.load, tsn=1),
              None: lambda: data}[self.kind]()
        proto = {"tcp": 6, "udp": 17, "sctp": 132, None: 253}[self.kind]
        if self.version == 4:
            address = [".".join(str(rng.randrange(1, 255)) for _ in range(4)) for _ in range(2)]
            options = [] if rng.random() < 0.8 else [b"\x01\x01\x01\x00"]
            frag = {"flags": "MF", "frag": rng.choice((0, 100))} if self.fragment else {}
            return IP(src=address[0], dst=address[1], proto=proto, id=rng.randrange(65536),
                      options=options, **frag) / l4
        address = [":".join(f"{rng.randrange(1, 65536):x}" for _ in range(8)) for _ in range(2)]
        return IPv6(src=address[0], dst=address[1], nh=proto) / l4

    def build(self):
        ether = Ether(src="02:00:00:00:01:00", dst="02:00:00:00:00:00")
        if self.tag is not None:
            ether /= Dot1Q(vlan=self.tag & 0xfff, prio=self.tag >> 13, id=self.tag >> 12 & 1)
        if self.version == 0:
            frame = bytearray(bytes(ether / ARP() / Raw(bytes(40))))
            return bytes(frame)
        inner = self.layers()
        frame = bytearray(bytes(ether / inner))
        l3 = 18 if self.tag is not None else 14
        self.l4 = l3 + (4 * (frame[l3] & 15) if self.version == 4 else 40)
        if self.bad_ip:
            frame[l3 + 10] ^= 1 << self.rng.randrange(8)
        if self.kind and not self.fragment:
            at = self.l4 + {"tcp": 16, "udp": 6, "sctp": 8}[self.kind]
            if self.no_sum:
                frame[at:at + 2] = b"\0\0"
                self.bad_l4 = False
            elif self.bad_l4:
                frame[at] ^= 1 << self.rng.randrange(8)
                self.bad_l4 = frame[at:at + 2] != b"\0\0" or self.kind != "udp"
        self.l3 = l3
        self.frame = bytes(frame)
        return self.frame + bytes(max(0, 60 - len(frame)))

    def hash(self):
        if self.version == 0:
            return 0, 0
        at, size = (self.l3 + 12, 8) if self.version == 4 else (self.l3 + 8, 32)
        data = self.frame[at:at + size]
        kind = self.kind if self.kind in ("tcp", "udp") and not self.fragment else None
        if kind:
            data += self.frame[self.l4:self.l4 + 4]
        return TYPE[self.version, kind], toeplitz(data)

    def expected(self, wire_bytes):
        """(what, mask, value) of the two words."""
        kind, value = self.hash()
        status = DD | EOP | (VP if self.tag is not None else 0)
        if self.version == 4:
            status |= IPCS
        checked = self.version != 0 and self.kind and not self.fragment and not self.no_sum
        if checked:
            status |= L4CS
        errors = (IPE if self.bad_ip else 0) | (TCPE if checked and self.bad_l4 else 0)
        yield "RSS type", 0, 0xf, kind
        yield "RSS hash", 0, 0xffffffff << 32, value << 32
        yield "status", 1, DD | EOP | VP | IPCS | L4CS, status
        yield "verdicts", 1, TCPE | IPE, errors
        length = wire_bytes - (4 if self.tag is not None else 0)
        yield "length", 1, 0xffff << 32, length << 32
        if self.tag is not None:
            yield "VLAN tag", 1, 0xffff << 48, self.tag << 48


def scenario(name, pcap, count):
    key = [f"RSSRK({i}) = 0x{int.from_bytes(KEY[4 * i:4 * i + 4], 'little'):x}" for i in range(10)]
    return "\n".join([
        f"name: {name}", "why: Descriptors must say what another implementation says.",
        "driver:", "  app: poke", "  script:", "    - setup",
        *(f"    - {line}" for line in key), f"    - MRQC = 0x{MRQC:x}; RXCSUM = 1 << 13",
        "    - receive 0, 512", "    - RXDCTL(0) |= 1 << 30", "    - ready",
        f"    - wait RDH(0) == {count} for 1s", f"    - dump rx @rx0, {2 * count}",
        "traffic:",
        f"  - {{name: all, from: 0, expect: none, replay: {pcap}, rate: 200kpps, count: {count}}}",
        ""])


def receive_batch(rng, count, name, run, folder):
    check_vectors()
    packets = [Packet(rng) for _ in range(count)]
    frames = [packet.build() for packet in packets]
    pcap = os.path.join(os.path.abspath(folder), name + ".pcap")
    wrpcap(pcap, [Ether(frame) for frame in frames])
    result = run(scenario(name, pcap, count))
    if result is None:
        return [f"the run failed; its {count} cases say nothing"] * count
    with open(os.path.join(result, "results", "stdout"), encoding="utf-8") as text:
        words = {int(n): int(v) for n, v in re.findall(r"^script\.rx\.(\d+) (\d+)$", text.read(),
                                                       re.M)}
    wrong = []
    for i, (packet, frame) in enumerate(zip(packets, frames)):
        for what, word, mask, value in packet.expected(len(frame)):
            seen = words.get(2 * i + word, 0) & mask
            if seen != value:
                wrong.append(f"case {i} (IPv{packet.version}, {packet.kind}, fragment "
                             f"{packet.fragment}, tag {packet.tag}): {what} 0x{seen:x}, expected "
                             f"0x{value:x}")
                break
    return wrong
