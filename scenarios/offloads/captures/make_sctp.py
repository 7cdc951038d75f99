#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write sctp-good.pcap and sctp-bad.pcap beside this file: SCTP packets of several lengths over
IPv4 and IPv6, with their CRC32c (RFC 9260, appendix A), and with one bit of it wrong.

Standard library only, no randomness: the files are the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
MACS = bytes.fromhex("020000000001" "020000000a01")
IP4 = bytes([192, 0, 2, 1, 198, 51, 100, 7])
IP6 = bytes.fromhex("20010db8" + "00" * 11 + "01" + "20010db8" + "00" * 11 + "02")
SCTP = 132


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def sctp(payload, damage):
    chunk = struct.pack("!BBHIHHI", 0, 3, 16 + payload, 1, 0, 0, 0) + bytes(
        i & 0xFF for i in range(payload)) + bytes(-payload % 4)
    head = struct.pack("!HHI", 5000, 5001, 0x01020304)
    return head + struct.pack("<I", crc32c(head + bytes(4) + chunk) ^ damage) + chunk


def ip4(body):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, SCTP, 0) + IP4
    return MACS + b"\x08\x00" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ip6(body):
    return MACS + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(body), SCTP, 64) + IP6 + body


def write(name, frames):
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            out.write(struct.pack("<IIII", 0, i, len(frame), len(frame)) + frame)


def main():
    lengths = (4, 33, 64, 333, 1000, 1400)
    write("sctp-good.pcap", [ip(sctp(n, 0)) for n in lengths for ip in (ip4, ip6)])
    write("sctp-bad.pcap",
          [ip(sctp(n, 1 << i)) for i, n in enumerate(lengths) for ip in (ip4, ip6)])


if __name__ == "__main__":
    main()
