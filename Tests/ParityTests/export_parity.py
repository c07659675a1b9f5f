#!/usr/bin/env python3
"""Reads shard sets with the reader of docs/LABELS.md, and their Parquet export with pyarrow and datasets.

    AKSHARA_BINARY=.build/release/akshara export_parity.py

Peers: `pyarrow` 26, `datasets` 5.2. Without the Arrow plug-in (tools/build-arrow-plugin) the export is skipped, and that
is said.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import datasets
import jsonschema
import pyarrow.parquet as pq

from judge import AKSHARA, ROOT, akshara, check, skip, verdict


def make_set(work):
    (work / "text.txt").write_text((ROOT / "samples/quickstart/kannada-scenes.fountain").read_text())
    akshara("tokenizer", "train", work / "text.txt", "--output", work / "tokenizer", "--vocab-size", 500,
            "--special", "<|im_start|>", "<|im_end|>")
    rows = [{"id": f"r{number}", "language": "kn" if number % 2 else "te", "split": "validation" if number % 7 == 0 else "train",
             "tags": ["ಹಾಸ್ಯ"], "messages": [{"role": "user", "content": f"ಪ್ರಶ್ನೆ {number}"},
                                            {"role": "assistant", "content": f"సమాధానం {number}\n"}]}
            for number in range(2500)]
    source = work / "rows.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    akshara("shard", source, "--tokenizer", work / "tokenizer", "--template", "chatml", "--output", work / "set")
    return work / "set"


def documented_reader():
    """The function that the documentation prints."""
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/LABELS.md").read_text(), re.DOTALL).group(1)
    names = {}
    exec(code, names)
    return names["rows"]


def check_sign_off(work, folder):
    page = work / "page.html"
    akshara("labels", "report", folder, "--sample", 20, "--stratify", "language,split", "--seed", 7, "--output", page)
    text = page.read_text()
    check("report: Kannada and Telugu are marked", 'lang="kn"' in text and 'lang="te"' in text)
    check("report: no request to anywhere", not re.search(r"(?:src|href)=|@import|url\(", text))
    check("report: as many rows as asked", text.count('<details class="row"') == 20)
    akshara("labels", "approve", folder, "--by", "R. Rao", "--note", "ಸರಿ")
    approval = json.loads((folder / "approval.json").read_text())
    jsonschema.validate(approval, json.loads((ROOT / "schemas/approval.schema.json").read_text()))
    check("approval: validates, and verify tells of it",
          "approved by R. Rao" in akshara("labels", "verify", folder).stderr)
    same = json.loads(akshara("labels", "diff", folder, folder, "--json").stdout)
    check("diff: a set is itself", same["same"] and same["unchanged"] == 2500)


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        folder = make_set(work)
        shown = [json.loads(line) for line in akshara("labels", "show", folder, "--json").stdout.split("\n") if line]
        read = list(documented_reader()(folder))
        check("the documented reader: ids, labels and text", [(row["id"], row["input_ids"], row["labels"], row["text"])
              for row in read] == [(row["id"], row["input_ids"], row["labels"], row["text"]) for row in shown])
        check_sign_off(work, folder)
        done = subprocess.run([AKSHARA, "export", folder, "--format", "parquet", "--output", work / "parquet"],
                              capture_output=True, text=True)
        if done.returncode != 0 and "build-arrow-plugin" in done.stderr and "AKSHARA_ARROW_PLUGIN" not in os.environ:
            skip("Parquet", done.stderr.strip(), 5)
            return verdict(11)
        check("export: exit status", done.returncode == 0, done.stderr)
        for split in ("train", "validation"):
            tables = [pq.read_table(path) for path in sorted((work / "parquet/data").glob(f"{split}-*.parquet"))]
            rows = [row for table in tables for row in table.to_pylist()]
            wanted = [row for row in read if row["split"] == split]
            check(f"pyarrow: {split}: every column of every row",
                  rows == [{key: value for key, value in row.items() if key != "split"} for row in wanted])
        opened = datasets.load_dataset(str(work / "parquet"), cache_dir=str(work / "cache"))
        check("datasets.load_dataset: splits and rows",
              {split: part.num_rows for split, part in opened.items()}
              == {split: sum(row["split"] == split for row in read) for split in ("train", "validation")})
        akshara("export", folder, "--tokens-only", "--output", work / "tokens")
        table = pq.read_table(next((work / "tokens/data").glob("train-*.parquet")))
        check("export --tokens-only: three columns", table.column_names == ["input_ids", "attention_mask", "labels"])
    return verdict(11)


if __name__ == "__main__":
    sys.exit(main())
