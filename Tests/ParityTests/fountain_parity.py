#!/usr/bin/env python3
"""Compares what `akshara inspect` finds in Fountain screenplays with what `screenplain` finds.

    AKSHARA_BINARY=.build/release/akshara fountain_parity.py [FILE…]

Peer: screenplain 0.12.0 (PyPI). Files: those given, else the samples of the repository and, where `AKSHARA_SHARED` is,
the test files of nyousefi/Fountain. Compared: how many scenes have a heading, and who speaks how often. Where the two
differ and the specification (fountain.io, syntax 1.1) says who is right, the difference is listed below with the
reason; any other difference, and a listed one that is gone, is a fault.
"""

import collections
import json
import pathlib
import re
import sys
import unicodedata

from screenplain.parsers import fountain
from screenplain.types import Dialog, DualDialog, Slug

from judge import ROOT, SHARED, akshara, check, skip, verdict

OTHERS = 17
# File → why screenplain is expected to find something else.
KNOWN = {
    "SceneHeaders.fountain": "screenplain knows neither `I./E.` nor a heading directly below another",
    "kannada-scenes.fountain": "screenplain knows no cue in a script without letter case",
    "telugu-scenes.fountain": "screenplain knows no cue in a script without letter case",
}


def key(name):
    return " ".join(unicodedata.normalize("NFC", name).split()).lower()


def theirs(path):
    with open(path, encoding="utf-8") as file:
        play = fountain.parse(file)
    cast, headings = collections.Counter(), 0
    for paragraph in play:
        if isinstance(paragraph, Slug):
            headings += 1
        dialogs = [paragraph] if isinstance(paragraph, Dialog) else []
        if isinstance(paragraph, DualDialog):
            dialogs = [paragraph.left, paragraph.right]
        for dialog in dialogs:
            name = re.sub(r"\([^()]*\)|\^", "", str(dialog.character))
            if any(not is_parenthetical and str(text).strip() for is_parenthetical, text in dialog.blocks):
                cast[key(name)] += 1
    return headings, cast


def ours(path):
    found = json.loads(akshara("inspect", path, "--kind", "fountain", "--tasks", "continue", "shot-list", "--json").stdout)
    cast = collections.Counter({key(entry["name"]): entry["lines"] for entry in found["cast"]})
    return found["report"]["read"], cast


def main(arguments):
    files = [pathlib.Path(name) for name in arguments]
    if not files:
        files = sorted((ROOT / "samples").rglob("*.fountain"))
        others = sorted(path for path in (SHARED / "data/fountain_nyousefi").glob("*") if path.suffix in (".fountain", ".txt"))
        files += others or skip("the test files of nyousefi/Fountain", f"they are not below {SHARED}", OTHERS) or []
    for path in files:
        (headings, cast), (scenes, people) = theirs(path), ours(path)
        # A file without a heading is one scene, or one record that is set aside.
        same = cast == people and max(1, headings) == scenes
        reason = KNOWN.get(path.name)
        check(path.name, same == (reason is None), f"screenplain {headings} scenes, {dict(cast)}; akshara {scenes}, {dict(people)}",
              f"{headings} and {scenes} scenes, {sum(cast.values())} and {sum(people.values())} lines" + (f": {reason}" if reason else ""))
    return verdict(1 if arguments else 2 + OTHERS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
