#!/usr/bin/env python3
"""Checks that `schemas/conversation.schema.json` and the Swift type take and refuse the same records.

    AKSHARA_BINARY=.build/release/akshara conversation_schema_parity.py

Judge: `jsonschema` 4 (draft 2020-12). Three checks: records that both must take or refuse; what `akshara import` writes
from the samples; what `akshara curate` makes of that. The exit status is 1 if any check fails.
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from jsonschema import Draft202012Validator

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara"))
SAMPLES = ROOT / "samples/quickstart"

WHOLE = {
    "id": "a",
    "messages": [
        {"role": "system", "content": ""},
        {
            "role": "user",
            "content": [{"type": "text", "text": "q"}],
            "name": "ಸೀತಾ",
            "edits": [{"part": 1, "start": 0, "end": 2, "before": "\u00a0", "after": " ", "rules": ["space"]}],
        },
        {
            "role": "assistant",
            "content": "a",
            "reasoning_content": "r",
            "tool_calls": [{"id": "1"}],
            "supervised": False,
            "weight": 0.5,
        },
        {"role": "tool", "content": "t", "tool_call_id": "1"},
    ],
    "group": "g",
    "split": "validation",
    "language": "te-Latn",
    "tags": ["x"],
    "provenance": {"source": "s", "licence": "MIT", "record": 1, "digest": "sha256:" + "0a" * 32},
    "tools": [{"type": "function"}],
    "chat_template_kwargs": {"k": None},
    "rejected": [{"role": "assistant", "content": "b"}],
    "label": True,
}
WRONG = [0, 1.5, "text", True, None, [], {}, [0], ["x"], [{}], "sha256:0a"]


def variants():
    """The whole record, and records that differ from it in one place."""
    yield WHOLE
    yield {"id": "a", "messages": [{"role": "user", "content": ""}]}
    places = [(key,) for key in WHOLE]
    places += [("messages", index, key) for index in range(4) for key in WHOLE["messages"][index]]
    places += [("messages", index) for index in range(4)]
    places += [("provenance", key) for key in WHOLE["provenance"]]
    places += [("rejected", 0), ("rejected", 0, "role"), ("messages", 1, "content", 0, "type")]
    for place in places:
        for value in WRONG + ["<removed>", "<unknown key>"]:
            record = copy.deepcopy(WHOLE)
            parent = record
            for key in place[:-1]:
                parent = parent[key]
            if value == "<removed>":
                del parent[place[-1]]
            elif value == "<unknown key>":
                if not isinstance(parent, dict):
                    continue
                parent["unknown"] = 1
            else:
                parent[place[-1]] = value
            yield record


def akshara(*arguments):
    outcome = subprocess.run([AKSHARA, *arguments], capture_output=True, text=True)
    if outcome.returncode != 0:
        raise SystemExit(f"akshara {' '.join(arguments)}: {outcome.stderr}")
    return outcome.stdout


def check_records(validator, folder):
    records = list(variants())
    source = folder / "records.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    quarantine = folder / "quarantine.jsonl"
    akshara("import", "conversations", str(source), "--output", str(folder / "taken.jsonl"),
            "--quarantine", str(quarantine))
    refused = {json.loads(line)["line"]: json.loads(line)["detail"] for line in open(quarantine, encoding="utf-8")}
    faults = 0
    for number, record in enumerate(records, 1):
        error = next(validator.iter_errors(record), None)
        if (error is None) == (number in refused):
            faults += 1
            print(f"the schema {'takes' if error is None else f'refuses ({error.message})'}, akshara "
                  f"{refused.get(number, 'takes')}: {json.dumps(record, ensure_ascii=False)}")
    print(f"{len(records)} records, {len(refused)} refused by both, {faults} differences")
    return faults == 0 and 0 < len(refused) < len(records)


def check_written(validator, paths):
    count = faults = 0
    for path in paths:
        for line in open(path, encoding="utf-8"):
            count += 1
            for error in validator.iter_errors(json.loads(line)):
                faults += 1
                print(f"{path}: {error.message}")
    print(f"{count} written records, {faults} faults")
    return count > 0 and faults == 0


def main():
    with open(ROOT / "schemas/conversation.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        passed = check_records(validator, folder)
        written = []
        for sample in ["kannada-scenes.fountain", "telugu-scenes.fountain", "snippets.md", "instructions.jsonl"]:
            written.append(str(folder / f"{sample}.jsonl"))
            akshara("import", "auto", str(SAMPLES / sample), "--assistant", "*", "--output", written[-1])
        akshara("curate", *written, "--output", str(folder / "curated"))
        passed &= check_written(validator, [*written, str(folder / "curated/conversations.jsonl")])
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
