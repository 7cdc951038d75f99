#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write syn.pcap beside this file: ten TCP segments, every second one a bare SYN, one a SYN+ACK.

Standard library only, no randomness: the file is the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
SYN, ACK = 2, 16


def segment(number, flags):
    tcp = struct.pack("!HHIIBBHHH", 1024 + number, 80, number, 1, 0x50, flags, 8192, 0, 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0x4000, 64, 6, 0,
                     bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1]))
    frame = bytes.fromhex("020000000000" "020000000100" "0800") + ip + tcp
    return frame + bytes(60 - len(frame))


def main():
    frames = [segment(n, SYN if n % 2 else SYN | ACK if n == 4 else ACK) for n in range(10)]
    with open(os.path.join(HERE, "syn.pcap"), "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            out.write(struct.pack("<IIII", 0, i, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    main()
