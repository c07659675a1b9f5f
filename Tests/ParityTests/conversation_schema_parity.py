#!/usr/bin/env python3
"""Checks that `schemas/conversation.schema.json` and the Swift type take and refuse the same records.

    AKSHARA_BINARY=.build/release/akshara conversation_schema_parity.py

Judge: `jsonschema` 4 (draft 2020-12). Three checks: records that both must take or refuse; what `akshara import` writes
from the samples; what `akshara curate` makes of that.
"""

import copy
import json
import pathlib
import sys
import tempfile

from jsonschema import Draft202012Validator

from judge import ROOT, akshara, check, same, verdict

SAMPLES = [ROOT / "samples/quickstart" / name
           for name in ("kannada-scenes.fountain", "telugu-scenes.fountain", "snippets.md", "instructions.jsonl")]

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


def check_records(validator, folder):
    records = list(variants())
    source, quarantine = folder / "records.jsonl", folder / "quarantine.jsonl"
    source.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    akshara("import", "conversations", source, "--output", folder / "taken.jsonl", "--quarantine", quarantine)
    refused = {row["line"]: row["detail"] for row in map(json.loads, quarantine.open(encoding="utf-8"))}
    taken = sum(1 for _ in open(folder / "taken.jsonl", encoding="utf-8"))
    wrong = []
    for number, record in enumerate(records, 1):
        error = next(validator.iter_errors(record), None)
        if (error is None) == (number in refused):
            wrong.append((error and error.message, refused.get(number, "taken"), record))
    check("the schema and akshara take and refuse the same records", not wrong, wrong[:3],
          f"{len(records)} records, {len(refused)} refused")
    same("every record is taken or refused", taken + len(refused), len(records))
    check("some are taken, and more than half are refused", len(records) / 2 < len(refused) < len(records) - 50)


def check_written(validator, path, least):
    records = [json.loads(line) for line in open(path, encoding="utf-8")]
    errors = [error.message for record in records for error in validator.iter_errors(record)]
    check(f"{path.name} fits the schema", not errors and len(records) >= least, errors[:3], f"{len(records)} records")


def main():
    schema = json.loads((ROOT / "schemas/conversation.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_records(validator, folder)
        written = []
        for sample in SAMPLES:
            written.append(folder / f"{sample.name}.jsonl")
            akshara("import", "auto", sample, "--assistant", "*", "--output", written[-1])
        akshara("curate", *written, "--output", folder / "curated")
        for path in [*written, folder / "curated/conversations.jsonl"]:
            check_written(validator, path, 10)
    return verdict(3 + len(SAMPLES) + 1)


if __name__ == "__main__":
    sys.exit(main())
