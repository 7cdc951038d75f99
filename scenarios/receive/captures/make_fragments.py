#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write fragments.pcap beside this file: a UDP datagram of IPv4, whole, one of the same flow in
three fragments, and the same two of IPv6.

Standard library only, no randomness: the file is the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
MACS = bytes.fromhex("020000000000" "020000000100")
IP4 = bytes([10, 0, 0, 2, 10, 0, 0, 1])
IP6 = bytes.fromhex("fd00" + "00" * 13 + "02" + "fd00" + "00" * 13 + "01")
UDP, FRAGMENT, PIECE = 17, 44, 256


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def datagram(addresses, payload):
    body = bytes(i & 0xFF for i in range(payload))
    head = struct.pack("!HHH", 1024, 9, 8 + payload)
    total = checksum(addresses + struct.pack("!II", 8 + payload, UDP) + head + b"\0\0" + body)
    return head + struct.pack("!H", total) + body


def pieces(data):
    """-> [(offset in units of 8 bytes, more to come, bytes)]"""
    return [(at // 8, at + PIECE < len(data), data[at:at + PIECE])
            for at in range(0, len(data), PIECE)]


def ip4(number, body, offset=0, more=False):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), number, more << 13 | offset, 64, UDP,
                       0) + IP4
    return MACS + b"\x08\x00" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ip6(body, following=UDP):
    return MACS + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(body), following, 64) + IP6 + body


def frames():
    yield ip4(1, datagram(IP4, 64))
    for offset, more, body in pieces(datagram(IP4, 600)):
        yield ip4(2, body, offset, more)
    yield ip6(datagram(IP6, 64))
    for offset, more, body in pieces(datagram(IP6, 600)):
        yield ip6(struct.pack("!BBHI", UDP, 0, offset << 3 | more, 7) + body, FRAGMENT)


def main():
    with open(os.path.join(HERE, "fragments.pcap"), "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames()):
            out.write(struct.pack("<IIII", 0, i, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    main()
