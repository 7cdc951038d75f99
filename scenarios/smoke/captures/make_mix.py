#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write mix.pcap (ns stamps) and mix.pcapng beside this file: frames of many kinds, the second
file those of the opposite direction.

Standard library only, no randomness: the files are the same on every machine.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
SRC, DST = bytes.fromhex("020000000a01"), bytes.fromhex("020000000a02")
IP4 = (bytes([192, 0, 2, 1]), bytes([198, 51, 100, 7]))
IP6 = (bytes.fromhex("20010db8" + "00" * 11 + "01"), bytes.fromhex("20010db8" + "00" * 11 + "02"))
UDP, TCP = 17, 6


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ether(ethertype, payload, vlan=None, dst=DST):
    tag = struct.pack("!HH", 0x8100, vlan) if vlan is not None else b""
    return dst + SRC + tag + struct.pack("!H", ethertype) + payload


def l4(proto, addresses, number, payload):
    ports = (1024 + number, 9)
    if proto == UDP:
        head, at = struct.pack("!HHHH", *ports, 8 + len(payload), 0), 6
    else:
        head, at = struct.pack("!HHIIBBHHH", *ports, number, 1, 0x50, 0x18, 8192, 0, 0), 16
    length = len(head) + len(payload)
    pseudo = b"".join(addresses) + struct.pack("!II", length, proto)
    value = checksum(pseudo + head + payload)
    if proto == UDP and value == 0:
        value = 0xFFFF
    return head[:at] + struct.pack("!H", value) + head[at + 2:] + payload


def ip4(proto, number, size):
    body = l4(proto, IP4, number, bytes(i & 0xFF for i in range(size)))
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), number, 0x4000, 64, proto, 0)
    head += IP4[0] + IP4[1]
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ip6(proto, number, size):
    body = l4(proto, IP6, number, bytes(255 - (i & 0xFF) for i in range(size)))
    return struct.pack("!IHBB", 0x60000000, len(body), proto, 64) + IP6[0] + IP6[1] + body


def arp(number):
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + SRC + IP4[0] + bytes(6) + \
        bytes([192, 0, 2, number])


def frames():
    out = [ether(0x0806, arp(i), dst=b"\xff" * 6) for i in (2, 3)]
    for number, size in enumerate((0, 1, 17, 18, 19, 63, 64, 65, 511, 997, 1471, 1472)):
        out.append(ether(0x0800, ip4(UDP, number, size)))
    for number, size in enumerate((0, 1, 5, 6, 7, 536, 1023, 1459, 1460)):
        out.append(ether(0x0800, ip4(TCP, number, size)))
    for number, size in enumerate((1, 2, 3, 333, 1451, 1452)):
        out.append(ether(0x86DD, ip6(UDP, number, size)))
    for number, size in enumerate((0, 9, 1439, 1440)):
        out.append(ether(0x86DD, ip6(TCP, number, size)))
    for vlan in (1, 100, 4094):
        out.append(ether(0x0800, ip4(UDP, vlan, 100 + vlan % 7), vlan=vlan))
    out.append(ether(0x86DD, ip6(UDP, 9, 41), vlan=0xE064))  # priority 7, VLAN 100
    out.append(ether(0x0806, arp(9), vlan=100, dst=b"\xff" * 6))
    out.append(ether(0x88CC, bytes.fromhex("020704020000000a01040507657468300602 00780000")))
    out.append(ether(0x88B5, bytes(range(256)) * 4, dst=bytes.fromhex("01005e0000fb")))
    # a frame that only its padding makes long enough, as drivers see it
    out.append(ether(0x0800, ip4(UDP, 99, 4)).ljust(60, b"\0"))
    return out


def stamps(count):
    """Uneven gaps of 1 to 40 us, so that recorded times differ from any even rate."""
    at = 1_700_000_000_123_456_789
    for i in range(count):
        yield at
        at += 1000 + (i * 7919) % 39_001


def pcap(data):
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
    for at, frame in zip(stamps(len(data)), data):
        out += struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)) + frame
    return out


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def pcapng(data):
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    tsresol = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    out += block(1, struct.pack("<HHI", 1, 0, 0) + tsresol)
    for at, frame in zip(stamps(len(data)), data):
        head = struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(frame), len(frame))
        out += block(6, head + frame)
    return out


def turned(frame):
    """The frame of the opposite direction: other addresses, else the same."""
    return DST + SRC + frame[12:] if frame[0] & 1 else frame[6:12] + frame[:6] + frame[12:]


def main():
    data = frames()
    back = [turned(frame) for frame in data]
    for name, content in (("mix.pcap", pcap(data)), ("mix.pcapng", pcapng(back))):
        with open(os.path.join(HERE, name), "wb") as stream:
            stream.write(content)
        print(f"{name}: {len(data)} frames, {len(content)} bytes")


if __name__ == "__main__":
    main()
