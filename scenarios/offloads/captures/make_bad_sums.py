#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write bad-sums.pcap beside this file: ten frames, one bit of each checksum in turn is wrong, and
beside them datagrams without a checksum, which is not a wrong one, and fragments.

Standard library only, no randomness: the file is the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESSES = bytes.fromhex("020000000001" + "020000000a01")
IP4 = bytes([192, 0, 2, 1, 198, 51, 100, 7])
IP6 = bytes.fromhex("20010db8" + "00" * 11 + "01" + "20010db8" + "00" * 11 + "02")
UDP, TCP = 17, 6
SUM_AT = {UDP: 6, TCP: 16}


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def put(data, at, value):
    return data[:at] + struct.pack("!H", value) + data[at + 2:]


def l4(proto, addresses, damage=0, without=False):
    payload = bytes(range(40))
    if proto == UDP:
        data = struct.pack("!HHHH", 1024, 9, 8 + len(payload), 0) + payload
    else:
        data = struct.pack("!HHIIBBHHH", 1024, 9, 7, 1, 0x50, 0x18, 8192, 0, 0) + payload
    if without:
        return data
    value = checksum(addresses + struct.pack("!II", len(data), proto) + data)
    return put(data, SUM_AT[proto], value ^ damage)


def ip4(proto, body, damage=0, fragment=0):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, fragment, 64, proto, 0) + IP4
    return b"\x08\x00" + put(head, 10, checksum(head) ^ damage) + body


def ip6(proto, body):
    return b"\x86\xdd" + struct.pack("!IHBB", 0x60000000, len(body), proto, 64) + IP6 + body


def frames():
    yield ip4(UDP, l4(UDP, IP4), damage=0x0100)           # bad: IPv4 header
    yield ip4(TCP, l4(TCP, IP4), damage=0x0001)           # bad
    yield ip4(UDP, l4(UDP, IP4, damage=0x8000))           # bad: UDP
    yield ip4(TCP, l4(TCP, IP4, damage=0x0001))           # bad: TCP
    yield ip6(UDP, l4(UDP, IP6, damage=0x0010))           # bad: UDP over IPv6
    yield ip6(TCP, l4(TCP, IP6, damage=0x0800))           # bad: TCP over IPv6
    yield ip4(UDP, l4(UDP, IP4))                          # good
    yield ip6(TCP, l4(TCP, IP6))                          # good
    yield ip4(UDP, l4(UDP, IP4, without=True))            # none, which IPv4 allows
    yield ip4(UDP, l4(UDP, IP4, damage=0x0001), fragment=0x2000)  # nobody can tell


def main():
    with open(os.path.join(HERE, "bad-sums.pcap"), "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for number, rest in enumerate(frames()):
            frame = ADDRESSES + rest
            out.write(struct.pack("<IIII", 0, number * 2000, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    main()
