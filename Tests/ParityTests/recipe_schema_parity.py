#!/usr/bin/env python3
"""Checks that `schemas/recipe.schema.json` and `akshara run` take and refuse the same recipes.

    AKSHARA_BINARY=.build/release/akshara recipe_schema_parity.py

Judge: `jsonschema` 4 (draft 2020-12). The sample recipes must fit the schema; then, for every key of the schema, a
recipe with a good value must be taken by both, one with a wrong type refused by both; and a key that the schema does
not know must be refused by both in every table.
"""

import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml
from jsonschema import Draft202012Validator

from judge import AKSHARA, ROOT, check, same, verdict

SCHEMA = json.loads((ROOT / "schemas/recipe.schema.json").read_text())
CONFIG = (ROOT / "samples/base-training/config.json").read_text()


def sample(schema):
    """A good value for a property."""
    if "$ref" in schema:
        return sample(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "oneOf" in schema:
        return sample(schema["oneOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema["type"]
    if kind == "string":
        pattern = schema.get("pattern", "")
        return "Latn" if pattern.startswith("^[A-Z]") else "2024-07-26" if pattern.startswith("^[0-9]{4}-") else "abc"
    if kind == "integer":
        return max(schema.get("minimum", 1), 1)
    if kind == "number":
        return 0.25
    if kind == "boolean":
        return True
    if kind == "array":
        return [sample(schema["items"])]
    if kind == "object":
        return {"a": sample(schema["additionalProperties"])} if isinstance(schema.get("additionalProperties"), dict) else {}
    raise ValueError(kind)


def minimal(folder):
    return {"project": "p", "base_model": folder, "sources": [{"kind": "text", "path": f"{folder}/a.txt"}]}


# Keys that contradict each other or name files have their own tests; a lone good value of these is not a good recipe.
NEEDS_COMPANY = {("training", "method"), ("training", "init"), ("tokenizer", "path"), ("tokenizer", "train"),
                 ("evaluation", "prompts"), ("quantization", "load_in_4bit"), ("format", "train_on"),
                 ("training", "max_steps"), ("training", "warmup_steps"), ("format", "response_template"), ("format", "begin_token"),
                 ("curation", "validation_fraction"), ("curation", "test_fraction"), ("lora", "layers_to_transform"),
                 ("training", "lr_scheduler_kwargs"), ("training", "early_stopping_patience"), ("training", "load_best_model_at_end")}


def accepts(folder, recipe):
    path = pathlib.Path(folder) / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe, allow_unicode=True))
    done = subprocess.run(
        [AKSHARA, "run", str(path), "--dry-run", "--until", "import", "--output", f"{folder}/run"],
        capture_output=True, text=True)
    return done.returncode == 0, done.stderr.strip()


def compare(folder, validator, recipe, name, refused=None):
    """Whether both take the recipe, or both refuse it; then akshara for the key `refused`."""
    fits = validator.is_valid(recipe)
    taken, message = accepts(folder, recipe)
    # A refusal must be a sentence about the key in the recipe, not of the command line or a crash.
    check(name, fits == taken == (refused is None) and (taken or bool(re.search(rf"recipe\.yaml.*[`.]{refused}`", message))),
          f"schema {'takes' if fits else 'refuses'} it, akshara {'takes' if taken else 'refuses'} it: {message}")


def main():
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA)
    for path in sorted(ROOT.glob("samples/*/recipe.yaml")):
        errors = [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text()))]
        check(str(path.relative_to(ROOT)), not errors, errors[:3])
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "a.txt").write_text("ಒಂದು\n")
        (pathlib.Path(folder) / "config.json").write_text(CONFIG)
        compare(folder, validator, minimal(folder), "the smallest recipe")
        tables = {name: schema for name, schema in SCHEMA["properties"].items() if schema.get("type") == "object"}
        for table, schema in tables.items():
            for key, value in schema["properties"].items():
                if (table, key) not in NEEDS_COMPANY:
                    recipe = minimal(folder) | {table: {key: sample(value)}}
                    compare(folder, validator, recipe, f"{table}.{key} = {sample(value)!r}")
                recipe = minimal(folder) | {table: {key: [[["wrong"]]]}}
                compare(folder, validator, recipe, f"{table}.{key} of a wrong type", key)
            compare(folder, validator, minimal(folder) | {table: {"unknown_key": 1}}, f"{table}.unknown_key", "unknown_key")
        source = SCHEMA["properties"]["sources"]["items"]["properties"]
        for key, value in source.items():
            recipe = copy.deepcopy(minimal(folder))
            if key not in ("path",):
                recipe["sources"][0][key] = sample(value)
                compare(folder, validator, recipe, f"sources.{key} = {sample(value)!r}")
            recipe["sources"][0][key] = [[["wrong"]]]
            compare(folder, validator, recipe, f"sources.{key} of a wrong type", key)
        for missing in ("project", "base_model", "sources"):
            recipe = minimal(folder)
            del recipe[missing]
            compare(folder, validator, recipe, f"without {missing}", missing)
        compare(folder, validator, minimal(folder) | {"unknown": {}}, "an unknown table", "unknown")
    return verdict(206)


if __name__ == "__main__":
    sys.exit(main())
