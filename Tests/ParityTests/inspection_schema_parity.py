#!/usr/bin/env python3
"""Checks that what `akshara inspect --json` prints fits `schemas/inspection.schema.json`.

    AKSHARA_BINARY=.build/release/akshara inspection_schema_parity.py

Judge: `jsonschema` 4 (draft 2020-12). The samples and the seeds of every kind are inspected; their samples must fit
the schema of conversations too. Exit status 1 for a fault, or if a kind of scene is missing.
"""

import json
import subprocess
import sys

from jsonschema import Draft202012Validator

from judge import AKSHARA, ROOT


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
    kinds, faults = set(), 0
    for path in seeds + samples:
        outcome = subprocess.run([AKSHARA, "inspect", str(path), "--json"], capture_output=True, text=True)
        if outcome.returncode != 0:
            print(f"{path.name}: {outcome.stderr.strip()}")
            faults += 1
            continue
        found = json.loads(outcome.stdout)
        kinds.add(found["kind"])
        errors = [error.message for error in inspection.iter_errors(found)]
        errors += [error.message for sample in found["samples"] for error in conversation.iter_errors(sample)]
        if path in seeds and found["kind"] != path.stem:
            errors.append(f"taken for {found['kind']}")
        if not found["samples"]:
            errors.append("no sample")
        for error in errors:
            faults += 1
            print(f"{path.name}: {error}")
    print(f"{len(kinds)} kinds, {faults} faults")
    return 1 if faults or len(kinds) < len(seeds) else 0


if __name__ == "__main__":
    sys.exit(main())
