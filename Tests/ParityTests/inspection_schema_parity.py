#!/usr/bin/env python3
"""Checks that what `akshara inspect --json` prints fits `schemas/inspection.schema.json`.

    AKSHARA_BINARY=.build/release/akshara inspection_schema_parity.py

Judge: `jsonschema` 4 (draft 2020-12). The samples and the seeds of every kind are inspected; their samples must fit
the schema of conversations too, and every kind that has a seed must be found.
"""

import json
import sys

from jsonschema import Draft202012Validator

from judge import ROOT, akshara, check, same, verdict


def validator(name):
    schema = json.loads((ROOT / f"schemas/{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def main():
    inspection, conversation = validator("inspection"), validator("conversation")
    # A seed that is named for its kind must be taken for it; others are of other containers and encodings.
    known = inspection.schema["$defs"]["kind"]["enum"]
    seeds = sorted(path for path in (ROOT / "tools/fuzz/seeds").iterdir() if path.stem in known)
    quickstart = ROOT / "samples/quickstart"
    samples = [*sorted(quickstart.glob("*.fountain")), *sorted(quickstart.glob("*.jsonl")), quickstart / "snippets.md"]
    kinds = set()
    for path in seeds + samples:
        found = json.loads(akshara("inspect", path, "--json").stdout)
        kinds.add(found["kind"])
        errors = [error.message for error in inspection.iter_errors(found)]
        errors += [error.message for sample in found["samples"] for error in conversation.iter_errors(sample)]
        if path in seeds and found["kind"] != path.stem:
            errors.append(f"taken for {found['kind']}")
        check(path.name, not errors and found["samples"], errors or "no sample", f"{found['kind']}, {len(found['samples'])} samples")
    same("every kind that has a seed is found", sorted({path.stem for path in seeds} - kinds), [])
    return verdict(23)


if __name__ == "__main__":
    sys.exit(main())
