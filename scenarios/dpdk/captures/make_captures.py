#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write qinq.pcap, ptp.pcap, flags.pcap and classes.pcap beside this file.

qinq: UDP behind two tags, 100 of type 0x88a8 and 5 of type 0x8100. ptp: Sync messages of version 2
over Ethernet. flags: TCP segments, half of them with SYN. classes: UDP in VLAN 11, p + 1 frames of
each priority p. Standard library only, no randomness: the files are the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
NIC, PEER = bytes.fromhex("020000000000"), bytes.fromhex("020000000100")
PTP = bytes.fromhex("011b19000000")
FROM, TO = bytes([10, 0, 0, 2]), bytes([10, 0, 1, 2])
FRAMES, GAP_US = 20, 20


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


def ip4(protocol, number, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), number, 0, 64, protocol, 0,
                       FROM, TO)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def udp(number):
    payload = bytes(range(number, number + 60))
    pseudo = FROM + TO + struct.pack("!HH", 17, 8 + len(payload))
    head = struct.pack("!HHHH", 1000 + number, 9, 8 + len(payload), 0)
    total = checksum(pseudo + head + payload) or 0xffff
    return head[:6] + struct.pack("!H", total) + payload


def tcp(number, flags):
    head = struct.pack("!HHIIBBHHH", 1000 + number, 80, 7, 0, 0x50, flags, 8192, 0, 0)
    pseudo = FROM + TO + struct.pack("!HH", 6, len(head))
    return head[:16] + struct.pack("!H", checksum(pseudo + head)) + head[18:]


def tagged(number):
    return NIC + PEER + struct.pack("!HHHHH", 0x88a8, 100, 0x8100, 5, 0x0800) + \
        ip4(17, number, udp(number))


def sync(number):
    body = struct.pack("!BBHBxHqI8sHHBb", 0, 2, 44, 0, 0x0200, 0, 0, b"ringside", 1, number, 0, 0)
    return PTP + PEER + struct.pack("!H", 0x88f7) + body + bytes(10 + 2)


def segment(number):
    flags = 0x02 if number % 2 else 0x10
    padding = bytes(6)
    return NIC + PEER + struct.pack("!H", 0x0800) + ip4(6, number, tcp(number, flags)) + padding


def of_class(number):
    priority = [p for p in range(8) for _ in range(p + 1)][number]
    return NIC + PEER + struct.pack("!HHH", 0x8100, priority << 13 | 11, 0x0800) + \
        ip4(17, number, udp(number))


def write(name, make, frames=FRAMES):
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(frames):
            frame = make(i)
            out.write(struct.pack("<IIII", 0, GAP_US * i, len(frame), len(frame)) + frame)


def main():
    write("qinq.pcap", tagged)
    write("ptp.pcap", sync)
    write("flags.pcap", segment)
    write("classes.pcap", of_class, 36)


if __name__ == "__main__":
    main()
