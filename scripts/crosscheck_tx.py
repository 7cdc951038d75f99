# SPDX-License-Identifier: BSD-2-Clause
"""Frames that the NIC sends: what Scapy says they must be, and a register script that makes the
NIC send them. The card gets each packet with its checksums blank (the pseudo-header's sum in
their place, as drivers do) and a context descriptor that says where everything lies.
"""
import os

from scapy.all import (IP, Dot1Q, Ether, IPv6, PcapNgReader, Raw, SCTP, SCTPChunkData, TCP, UDP)

ADVANCED, CONTEXT, DATA = 1 << 29, 2 << 20, 3 << 20
EOP, IFCS, RS, VLE, TSE = 1 << 24, 1 << 25, 1 << 27, 1 << 30, 1 << 31
IXSM, TXSM = 1, 2
L4T = {"udp": 0, "tcp": 1, "sctp": 2}


def pseudo_sum(packet, kind, length):
    """The pseudo-header's sum, not complemented: with the length, or 0 where the card adds it."""
    ip = packet.getlayer(IP) or packet.getlayer(IPv6)
    raw = bytes(ip)
    addresses = raw[12:20] if IP in packet else raw[8:40]
    data = addresses + length.to_bytes(4, "big") + {"tcp": 6, "udp": 17}[kind].to_bytes(4, "big")
    total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Case:
    """One packet as it is handed to the card, its descriptors, and the frames that must leave."""

    def __init__(self, rng, number):
        self.version = rng.choice((4, 6))
        self.kind = rng.choice(("tcp", "udp", "sctp"))
        self.tso = self.kind == "tcp" and rng.random() < 0.4
        self.tag = rng.randrange(1, 0xfff) | rng.randrange(8) << 13 if rng.random() < 0.3 else None
        self.mss = rng.choice((100, 536, 1000, 1440))
        size = rng.randrange(1, 2200) if self.tso else rng.randrange(4, 900)
        self.payload = rng.randbytes(size)
        self.rng = rng
        self.number = number

    def headers(self, index=0, seq_offset=0, last=True):
        rng_ports = self.ports
        if self.version == 4:
            ip = IP(src=self.src, dst=self.dst, id=(self.ip_id + index) & 0xffff, flags="DF",
                    ttl=self.ttl, tos=self.tos)
        else:
            ip = IPv6(src=self.src, dst=self.dst, hlim=self.ttl, tc=self.tos)
        if self.kind == "tcp":
            flags = self.flags if last else self.flags & ~0x09  # FIN and PSH: in the last alone
            l4 = TCP(sport=rng_ports[0], dport=rng_ports[1], seq=(self.seq + seq_offset) % 2**32,
                     ack=self.ack, flags=flags, window=self.window, options=self.options)
        elif self.kind == "udp":
            l4 = UDP(sport=rng_ports[0], dport=rng_ports[1])
        else:
            l4 = SCTP(sport=rng_ports[0], dport=rng_ports[1], tag=self.seq)
        return Ether(src="02:00:00:00:00:00", dst="02:00:00:00:01:00") / ip / l4

    def draw(self):
        rng = self.rng
        self.ports = rng.randrange(1, 65536), rng.randrange(1, 65536)
        self.ip_id, self.ttl = rng.randrange(65536), rng.randrange(1, 256)
        self.tos = rng.randrange(64) << 2
        self.seq, self.ack = rng.randrange(2**32), rng.randrange(2**32)
        self.window, self.flags = rng.randrange(65536), rng.choice((0x10, 0x18, 0x11, 0x19))
        self.options = rng.choice(([], [("Timestamp", (rng.randrange(2**32), 1))],
                                   [("NOP", None), ("NOP", None), ("SAckOK", b"")]))
        if self.version == 4:
            self.src, self.dst = (".".join(str(rng.randrange(1, 255)) for _ in range(4))
                                  for _ in range(2))
        else:
            self.src, self.dst = (":".join(f"{rng.randrange(1, 65536):x}" for _ in range(8))
                                  for _ in range(2))

    def body(self, data):
        if self.kind == "sctp":  # whole chunks
            return SCTPChunkData(data=data[:len(data) & ~3], tsn=1)
        return Raw(data)

    def build(self):
        """-> (bytes for the card, MACLEN, IPLEN, L4LEN, expected frames)"""
        self.draw()
        whole = Ether(bytes(self.headers() / self.body(self.payload)))
        l4 = whole[{"tcp": TCP, "udp": UDP, "sctp": SCTP}[self.kind]]
        l4_offset = len(bytes(whole)) - len(bytes(l4))
        l4_length = l4.dataofs * 4 if self.kind == "tcp" else 8
        frame = bytearray(bytes(whole))
        if self.version == 4:
            frame[24:26] = b"\0\0"  # the card's
        at = l4_offset + {"tcp": 16, "udp": 6, "sctp": 8}[self.kind]
        if self.kind == "sctp":
            frame[at:at + 4] = b"\0\0\0\0"
        else:
            length = 0 if self.tso else len(frame) - l4_offset
            frame[at:at + 2] = pseudo_sum(whole, self.kind, length).to_bytes(2, "big")
        if self.tso:
            if self.version == 4:
                frame[16:18] = b"\0\0"
            else:
                frame[18:20] = b"\0\0"
        expected = []
        pieces = range(0, len(self.payload), self.mss) if self.tso else (0,)
        for index, start in enumerate(pieces):
            piece = self.payload[start:start + self.mss] if self.tso else self.payload
            last = start + self.mss >= len(self.payload) or not self.tso
            packet = self.headers(index, start, last) / self.body(piece)
            if self.tag is not None:
                inner = packet.payload
                packet = Ether(src=packet.src, dst=packet.dst) / \
                    Dot1Q(vlan=self.tag & 0xfff, prio=self.tag >> 13, id=self.tag >> 12 & 1) / inner
            raw = bytes(packet)
            expected.append(raw + bytes(max(0, 60 - len(raw))))
        return bytes(frame), 14, l4_offset - 14, l4_length, expected


def statements(case, frame, maclen, iplen, l4len, slot):
    """Buffers in, a context and two data descriptors; slots slot .. slot + 2."""
    header = maclen + iplen + l4len
    context = [(case.tag or 0) << 16 | maclen << 9 | iplen,
               (case.mss << 48 if case.tso else 0) | l4len << 40 | ADVANCED | CONTEXT |
               L4T[case.kind] << 11 | (1 << 10 if case.version == 4 else 0)]
    paylen = len(frame) - header if case.tso else len(frame)
    popts = TXSM | (IXSM if case.version == 4 else 0)
    command = ADVANCED | DATA | IFCS | (VLE if case.tag is not None else 0) | \
        (TSE if case.tso else 0)
    cut = case.rng.randrange(1, len(frame))  # anywhere, inside of the headers too
    yield f"buffer f{slot} {len(frame)}"
    for start in range(0, len(frame), 1500):
        yield f"bytes @f{slot} + {start} hex:{frame[start:start + 1500].hex()}"
    words = context + [f"@f{slot}", paylen << 46 | popts << 40 | command | cut,
                       f"@f{slot} + {cut}",
                       paylen << 46 | popts << 40 | command | EOP | RS | (len(frame) - cut)]
    for i, word in enumerate(words):
        yield f"mem64(@tx0 + {16 * slot + 8 * i}) = {word}"


def scenario(name, cases):
    lines = [f"name: {name}", "why: Frames that leave must be what another implementation makes.",
             "capture: [0]", "limits: {drain: 5ms}", "driver:", "  app: poke", "  script:",
             "    - setup", "    - transmit 0, 512", "    - ready"]
    slot = 0
    for case, built in cases:
        for statement in statements(case, *built[:4], slot):
            lines.append("    - " + statement)
        slot += 3
    lines += [f"    - TDT(0) = {slot}", f"    - wait TDH(0) == {slot} for 100ms",
              "    - sleep 1ms", "expect:", "  - {metric: violations, is: 0}"]
    return "\n".join(lines) + "\n"


def send_batch(rng, count, name, run, folder):
    cases = []
    for number in range(count):
        case = Case(rng, number)
        cases.append((case, case.build()))
    result = run(scenario(name, cases))
    if result is None:
        return [f"the run failed; its {count} cases say nothing"] * count
    with PcapNgReader(os.path.join(result, "wire.pcapng")) as reader:
        seen = [bytes(packet) for packet in reader]
    wrong, at = [], 0
    for case, built in cases:
        expected = built[4]
        got = seen[at:at + len(expected)]
        at += len(expected)
        what = f"{case.kind}{case.version}{' tso' if case.tso else ''}" \
               f"{' vlan' if case.tag is not None else ''} case {case.number}"
        if len(got) < len(expected):
            wrong.append(f"{what}: {len(got)} frames left, expected {len(expected)}")
            continue
        for index, (a, b) in enumerate(zip(got, expected)):
            if a != b:
                first = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), -1)
                wrong.append(f"{what}: frame {index} differs at byte {first} "
                             f"({len(a)} bytes, expected {len(b)})")
                break
    if at != len(seen) and not wrong:
        wrong.append(f"{len(seen)} frames left, expected {at}")
    return wrong
