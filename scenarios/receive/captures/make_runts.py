#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write runts.pcap beside this file: frames of 14 to 63 bytes without FCS, four of them legal.

Standard library only, no randomness: the file is the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    head = bytes.fromhex("020000000000" "020000000100" "88b5")
    with open(os.path.join(HERE, "runts.pcap"), "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, size in enumerate(range(14, 64)):
            frame = head + bytes(range(size - 14))
            out.write(struct.pack("<IIII", 0, 2 * i, size, size) + frame)


if __name__ == "__main__":
    main()
