"""Checks that every line of JSON Lines files fits a JSON Schema.

    schema_check.py SCHEMA FILE…            every line must fit
    schema_check.py SCHEMA FILE… --refuse   no line may fit

Exit status: 0 if so, 1 with one line a fault, 2 for a wrong call. Files may be plain or .gz.
"""

import gzip
import json
import sys

from jsonschema import Draft202012Validator


def lines(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, json.loads(line)


def main(arguments):
    refuse = "--refuse" in arguments
    paths = [argument for argument in arguments if argument != "--refuse"]
    if len(paths) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(paths[0], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    faults = checked = 0
    for path in paths[1:]:
        for number, value in lines(path):
            checked += 1
            error = next(validator.iter_errors(value), None)
            if refuse and error is None:
                faults += 1
                print(f"{path}:{number}: fits the schema, but should not")
            elif not refuse and error is not None:
                faults += 1
                place = "/".join(str(part) for part in error.absolute_path) or "the record"
                print(f"{path}:{number}: {place}: {error.message}")
    print(f"{checked} lines checked, {faults} faults", file=sys.stderr)
    return 1 if faults or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
