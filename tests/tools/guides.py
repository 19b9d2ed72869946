#!/usr/bin/env python3
"""Writes mappings/guides/ from directory extracts in JSON. Run by a person when a release is added.

    guides.py EXTRACTS [--date 2026-11-23] [--out mappings/guides]

EXTRACTS is a folder with core-D96A.json .. and service.json, each holding what a UN/EDIFACT
directory says: message tables, segments, codes. Only facts are taken: positions, statuses,
repetitions, representations, code values and short names. What is written, and how a person adds
a release, is told in mappings/guides/README.md.
"""
import argparse
import json
import os
import re
import textwrap

ALL = ["INVOIC", "APERAK", "REMADV", "BANSTA", "CREADV", "CREMUL"]
BILLING = ["INVOIC", "APERAK"]
# Release: the messages written and whether the names of codes come along.
RELEASES = {
    "D93A": (BILLING, False), "D95B": (BILLING, False), "D96A": (ALL, True),
    "D96B": (BILLING, False), "D97A": (BILLING, False), "D99B": (BILLING, False),
    "D01B": (ALL, True), "D03B": (BILLING, False), "D14B": (BILLING, False),
    "D16B": (BILLING, False), "D21B": (BILLING, False), "D24A": (BILLING, False),
}
# Folder: key in service.json, key of its codes, version and release of its messages.
SERVICES = {"SERVICE-3": ("3", "v3", "D", "3"), "SERVICE-4": ("4", "v4", "4", "1")}
SERVICE_SEGMENTS = ["UCD", "UCF", "UCI", "UCM", "UCS", "UNB", "UNE", "UNG", "UNH", "UNO", "UNP",
                    "UNS", "UNT", "UNZ"]
# Which message, version and release is agreed is told by the guides present, not by these lists.
NO_LIST = {"0052", "0054", "0065"}
SERVICE_COMPOSITES = {
    "S001": "Syntax identifier", "S002": "Interchange sender", "S003": "Interchange recipient",
    "S004": "Date/time of preparation", "S005": "Recipient's reference/password details",
    "S006": "Application sender identification", "S007": "Application recipient identification",
    "S008": "Message version", "S009": "Message identifier", "S010": "Status of the transfer",
    "S011": "Data element identification", "S016": "Message subset identification",
    "S017": "Message implementation guideline identification", "S018": "Scenario identification",
    "S020": "Reference identification", "S021": "Object type identification",
    "S022": "Status of the object", "S302": "Dialogue reference",
}
SERVICE_NAMES = {"0022": "Recipient's reference/password",
                 "0025": "Recipient's reference/password qualifier"}


def sentence(name):
    """'DATE/TIME/PERIOD' and 'messageHeader' both become words with one capital."""
    name = re.sub(r"\s+", " ", name).strip()
    if re.fullmatch(r"[a-z]+([A-Z0-9][a-z0-9]*)*", name):
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return name[:1].upper() + name[1:].lower() if name.upper() == name or " " in name else \
        name[:1].upper() + name[1:]


def squeeze(name):
    return re.sub(r"\s+", " ", name).strip()


def header(what, source, date, notes=()):
    return ["# " + what, "# Source: %s. Written %s." % (source, date)] + ["# " + n for n in notes]


def tags_of(rows):
    for row in rows:
        if "s" in row:
            yield row["s"]
        else:
            yield from tags_of(row["c"])


def table(rows, depth, group_of):
    for row in rows:
        name = row["s"] if "s" in row else "SG%d" % row["g"]
        yield "%s%s %s %s %d" % ("  " * depth, row.get("pos") or "-", name, row["st"], row["rep"])
        if "c" in row:
            first = row["c"][0]
            assert first.get("s") and first["st"] == "M" and first["rep"] == 1, (group_of, name)
            yield from table(row["c"], depth + 1, group_of)


def guide(message, version, release, rows, source, date, notes=()):
    head = header("%s %s.%s: segment table." % (message, version, release), source, date, notes)
    return head + ["", "message %s %s %s" % (message, version, release), ""] + \
        list(table(rows, 0, message))


def segments(directory, source, date, tags, codes):
    """Segments, composites and elements, each told once; they are the same wherever used."""
    composites, elements, out = {}, {}, []

    def element(item):
        line = (item["repr"], item["id"] in codes, SERVICE_NAMES.get(item["id"]) or
                sentence(item.get("name", "")))
        known = elements.setdefault(item["id"], line)
        assert known[:2] == line[:2], (directory, item["id"])

    def use(item):
        repeat = item.get("rep", 1)
        return "  %s %s%s" % (item["st"], item["id"], " %d" % repeat if repeat > 1 else "")

    for tag in sorted(tags):
        segment = tags[tag]
        out.append("%s %s" % (tag, sentence(segment["name"])))
        for item in segment["els"]:
            out.append(use(item))
            if "comp" not in item:
                element(item)
                continue
            name = SERVICE_COMPOSITES.get(item["id"]) or sentence(item.get("name", ""))
            lines = [use(part) for part in item["comp"]]
            known = composites.setdefault(item["id"], (name, lines))
            assert known[1] == lines, (directory, item["id"])
            for part in item["comp"]:
                element(part)
    head = header("%s: segments, composites and elements." % directory, source, date)
    text = head + ["", "directory %s" % directory, "", "segments"] + out + ["", "composites"]
    for key in sorted(composites):
        text += [("%s %s" % (key, composites[key][0])).strip()] + composites[key][1]
    text += ["", "elements"]
    for key in sorted(elements):
        shape, coded, name = elements[key]
        text.append(" ".join(filter(None, [key, shape, "code" if coded else "", name])))
    return text, set(elements)


def code_lists(directory, source, date, lists, with_names):
    head = header("%s: code values of the coded elements." % directory, source, date)
    text = head + ["", "directory %s" % directory]
    for key in sorted(lists):
        text += ["", key]
        if with_names:
            text += ["  %s %s" % (code, squeeze(name)) for code, name in lists[key].items()]
        else:
            text += textwrap.wrap(" ".join(lists[key]), 96, initial_indent="  | ",
                                  subsequent_indent="  | ", break_on_hyphens=False)
    return text


def real_codes(lists):
    """Leaves out what an extract took for a code but is a sentence ('use .. in combination')."""
    kept = {}
    for key, codes in lists.items():
        codes = {c: n for c, n in codes.items() if re.fullmatch(r"[A-Z0-9]{1,8}", c)}
        if codes and key not in NO_LIST:
            kept[key] = codes
    return kept


def write(folder, name, lines):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(lines) + "\n")


def write_release(out, folder, directory, source, date, tables, defs, lists, with_names):
    """One folder: the tables of its messages, the segments they use, the codes those use."""
    for (message, version, release), rows, notes in tables:
        write(folder_of(out, folder), message + ".guide",
              guide(message, version, release, rows, source, date, notes))
    lists = real_codes(lists)
    text, used = segments(directory, source, date, defs, lists)
    write(folder_of(out, folder), "segments.guide", text)
    lists = {key: codes for key, codes in lists.items() if key in used}
    write(folder_of(out, folder), "codes.guide",
          code_lists(directory, source, date, lists, with_names))


def folder_of(out, folder):
    return os.path.join(out, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extracts")
    parser.add_argument("--date", default="2026-11-23")
    parser.add_argument("--out", default="mappings/guides")
    options = parser.parse_args()

    def load(name):
        with open(os.path.join(options.extracts, name), encoding="utf-8") as text:
            return json.load(text)

    for folder, (messages, with_names) in RELEASES.items():
        core = load("core-%s.json" % folder)
        directory = core["directory"]
        version, release = directory.split(".")
        present = [m for m in messages if m in core["messages"]]
        tags = {t for m in present for t in tags_of(core["messages"][m]["table"])}
        defs = {t: core["segments"][t] for t in tags if t in core["segments"]}
        tables = [((m, version, release), core["messages"][m]["table"],
                   ["Message revision %s." % core["messages"][m]["rev"]]
                   if core["messages"][m].get("rev") else []) for m in present]
        write_release(options.out, folder, directory, "UN/EDIFACT directory %s, UNECE" % directory,
                      options.date, tables, defs, core["codes"], with_names)

    service = load("service.json")
    for folder, (key, codes, version, release) in SERVICES.items():
        defs = {t: service[key]["segments"][t] for t in SERVICE_SEGMENTS
                if t in service[key]["segments"]}
        tables = [(("CONTRL", version, release), service[key]["messages"]["CONTRL"]["table"], [])]
        write_release(options.out, folder, folder, "ISO 9735, syntax version %s" % key,
                      options.date, tables, defs, service["codes"][codes], True)


if __name__ == "__main__":
    main()
