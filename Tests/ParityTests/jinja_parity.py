#!/usr/bin/env python3
"""Renders random conversations with real models' chat templates and compares the bytes with jinja2's.

    AKSHARA_BINARY=.build/release/akshara jinja_parity.py [--conversations 200] [--seed 1] [--templates FOLDER]

Peer: transformers 5.17's own compiled template (`chat_template_utils`, jinja2 3.1.6) with the date pinned. Templates:
all of `../shared/data/chat_templates` (or below AKSHARA_SHARED); skipped, with the reason printed, where that folder
is absent. Each conversation is rendered with and without the generation prompt. One line a template says how many
renderings are equal, how many both refuse, how many only Akshara refuses (with its words), and how many differ; any
that differs, or that one renders and the other does not, is a failure.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from judge import AKSHARA, SHARED, check, skip, verdict
from random_conversations import conversation

DATE = "2024-07-26"
TEMPLATES = 70
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def reference(template, rows, prompt):
    from transformers.utils.chat_template_utils import _cached_compile_jinja_template

    day = datetime.datetime.strptime(DATE, "%Y-%m-%d")
    try:
        compiled = _cached_compile_jinja_template(template)
        compiled.globals["strftime_now"] = day.strftime
    except Exception as error:
        return [("error", repr(error))] * len(rows)
    results = []
    for row in rows:
        try:
            variables = {**TOKENS, **row.get("chat_template_kwargs", {})}
            results.append(("text", compiled.render(
                messages=row["messages"], tools=row.get("tools"), documents=None, add_generation_prompt=prompt,
                **variables)))
        except Exception as error:
            results.append(("error", repr(error)))
    return results


def ours(command, template, rows, prompt, folder):
    conversations = os.path.join(folder, "conversations.jsonl")
    with open(conversations, "w") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (pathlib.Path(folder) / "chat_template.jinja").write_bytes(template.encode())
    (pathlib.Path(folder) / "tokenizer_config.json").write_text(json.dumps(TOKENS))
    run = subprocess.run(
        [*command, os.path.join(folder, "chat_template.jinja"), conversations, "--template-date", DATE]
        + (["--add-generation-prompt"] if prompt else []), capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    if len(lines) != len(rows):
        return [("error", run.stderr.strip())] * len(rows)
    return [("text", line["text"]) if "text" in line else ("error", line["error"]) for line in lines]


def first_difference(left, right):
    at = next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))
    return f"at {at}: jinja2 {left[max(0, at - 30):at + 50]!r}, akshara {right[max(0, at - 30):at + 50]!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--templates")
    parser.add_argument("--only", help="part of a template's name")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.templates or SHARED / "data/chat_templates")
    files = [file for file in sorted(folder.glob("*.jinja")) if (arguments.only or "") in file.name]
    if not files:
        skip("chat templates", f"there are none in {folder}", TEMPLATES)
        return verdict(TEMPLATES)
    command = os.environ.get("AKSHARA_RENDER", "").split() or [AKSHARA, "template", "render"]
    rows = [conversation(arguments.seed * 1_000_000 + i) for i in range(arguments.conversations)]
    totals = collections.Counter()
    for file in files:
        counts, detail = compare(command, file.read_text(), rows)
        totals += counts
        check(file.stem, sum(counts.values()) == 2 * len(rows) == counts["equal"] + counts["both"], detail,
              f"{counts['equal']} renderings are equal, {counts['both']} refused by both, {counts['here']} here alone, {counts['different']} differ")
    check("most renderings are compared", totals["equal"] > 3 * totals["both"], note=f"{totals['equal']} of {totals.total()} are equal")
    return verdict(1 if arguments.only or arguments.templates else TEMPLATES + 1)


def compare(command, template, rows):
    """How many renderings are equal and how many are not; the first that is not."""
    counts, detail = collections.Counter(), ""
    for prompt in (False, True):
        with tempfile.TemporaryDirectory() as place:
            mine = ours(command, template, rows, prompt, place)
        for row, expected, got in zip(rows, reference(template, rows, prompt), mine):
            if expected == got:
                kind = "equal"
            elif expected[0] == got[0] == "error":
                kind = "both"
            else:
                kind = "here" if got[0] == "error" else "different"
                detail = detail or f"{row['id']}: " + (
                    f"refused: {got[1][:300]}" if got[0] == "error" else first_difference(expected[1], got[1])
                    if expected[0] == "text" else f"jinja2 raises {expected[1]}")
            counts[kind] += 1
    return counts, detail


if __name__ == "__main__":
    sys.exit(main())
