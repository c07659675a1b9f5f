#!/usr/bin/env python3
"""Prints a Package.swift with the named targets of another one and the fuzzers: tools/fuzz/package.py PACKAGE TARGET…

The fuzzers compare fast paths with their slow twins, which are not public; the kernels are also looked at for what C leaves undefined.
"""

import re
import sys


def entries(body: str) -> list[str]:
    """The elements of the text between the brackets of `targets: [...]`."""
    found, entry, depth = [], "", 0
    for character in re.sub(r"^\s*//.*$", "", body, flags=re.M) + ",":
        entry += character
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            found.append(entry)
            entry = ""
    return found


def name(entry: str) -> str | None:
    found = re.search(r'"([^"]+)"', entry)
    return found and found.group(1)


text = open(sys.argv[1]).read()
kept = set(sys.argv[2:])
head, rest = text.split("  targets: [\n", 1)
body, tail = rest.split("\n  ],\n  swiftLanguageModes", 1)
targets = [entry for entry in entries(body) if name(entry) in kept and not entry.strip().startswith("tests(")]
# What the entries of these targets become.
def testable(target: str) -> tuple[str, str]:
    return (rf'stage\(("{target}"), (\[[^]]*\])\)',
            r'.target(name: \1, dependencies: \2, swiftSettings: strict + [.unsafeFlags(["-enable-testing"])])')


CHANGED = {
    "Conversations": testable("Conversations"),
    "Tokenization": testable("Tokenization"),
    "CTextKernels": (r"cSettings: kernelFlags", 'cSettings: kernelFlags + [.unsafeFlags(["-fsanitize=undefined,fuzzer-no-link", '
                     '"-fno-sanitize-recover=undefined"])]'),
}
for i, entry in enumerate(targets):
    if name(entry) in CHANGED:
        targets[i], count = re.subn(*CHANGED[name(entry)], entry)
        assert count == 1, f"{sys.argv[1]} says {name(entry)} in another way"
targets.append('\n    .executableTarget(name: "ImportFuzzer", dependencies: ["Artifacts", "Conversations"]),')
targets.append('\n    .executableTarget(name: "TokenFuzzer", dependencies: ["Artifacts", "Tokenization"]),')
# Of the packages only swift-crypto is needed.
head = re.sub(r"  products:.*\n", "", head)
head = re.sub(r"(///[^\n]*\n)?let (yams|hummingbird|argumentParser)\b.*?\n(?=\n|let |///)", "", head, flags=re.S)
head = "\n".join(line for line in head.split("\n") if ".package(url" not in line or "swift-crypto" in line)
print(head + "  targets: [\n" + "".join(targets) + "\n  ],\n  swiftLanguageModes" + tail)
