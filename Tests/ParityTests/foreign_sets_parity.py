#!/usr/bin/env python3
"""Tokenized sets that TRL, transformers and datasets make, sound ones and each with a known bug in it, and what
`akshara labels verify` and `akshara shard --from` say of them.

    AKSHARA_BINARY=.build/release/akshara foreign_sets_parity.py

Peers: `trl` 1.16 (SFTTrainer's own preparation), `transformers` 5.17 (chat templates, collators), `datasets` 5.2. A set
that is sound must be proven, and each bug must be found under its own name.
"""

import json
import os
import pathlib
import random
import sys
import tempfile

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from tokenizers.processors import TemplateProcessing
from transformers import DataCollatorForLanguageModeling, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer

from judge import ROOT, akshara, check, skip, verdict

SPECIALS = ["<|begin_of_text|>", "<|end_of_text|>", "<|pad|>", "<|start_header_id|>", "<|end_header_id|>",
            "<|eot_id|>", "<|im_start|>", "<|im_end|>"]
CHATML = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
          "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
          "{{ '\n' }}{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}{% endfor %}"
          "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
LLAMA3 = ("{% for message in messages %}{{ ('<|begin_of_text|>' if loop.first else '') + '<|start_header_id|>' + "
          "message['role'] + '<|end_header_id|>\n\n' }}{% if message['role'] == 'assistant' %}{% generation %}"
          "{{ message['content'] | trim + '<|eot_id|>' }}{% endgeneration %}{% else %}"
          "{{ message['content'] | trim + '<|eot_id|>' }}{% endif %}{% endfor %}")
WORDS = ["ಕನ್ನಡ", "ನಮಸ್ಕಾರ", "తెలుగు", "శ్రీ", "the", "answer", "is", "42", "ಅಕ್ಷರ", "\n", "నమస్తే", "🙂", "“", "…"]


class Work:
    def __init__(self, folder):
        self.folder = folder
        (folder / "text.txt").write_text((ROOT / "samples/quickstart/kannada-scenes.fountain").read_text())
        akshara("tokenizer", "train", folder / "text.txt", "--output", folder / "tokenizer", "--vocab-size", 600,
                "--special", *SPECIALS, "--bos-token", "<|begin_of_text|>", "--eos-token", "<|im_end|>",
                "--pad-token", "<|pad|>")
        self.tokenizer = folder / "tokenizer"
        chance = random.Random(5)
        text = lambda: " ".join(chance.choices(WORDS, k=chance.randint(3, 14))).strip() or "x"
        self.rows = [{"messages": [{"role": "user" if turn % 2 == 0 else "assistant", "content": text()}
                                   for turn in range(2 * chance.randint(1, 3))]} for _ in range(120)]
        self.conversations = folder / "chats.jsonl"
        self.conversations.write_text("".join(
            json.dumps({"id": f"c{number}", **row}, ensure_ascii=False) + "\n" for number, row in enumerate(self.rows)))

    def peer(self, template=CHATML, **arguments):
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=str(self.tokenizer / "tokenizer.json"), bos_token="<|begin_of_text|>",
            **{"eos_token": "<|im_end|>", "pad_token": "<|pad|>", **arguments})
        tokenizer.chat_template = template
        return tokenizer

    def tokenized(self, template=CHATML):
        """ids and labels as transformers gives them with its assistant mask."""
        rows = []
        for row in self.rows:
            made = self.peer(template).apply_chat_template(
                row["messages"], return_dict=True, return_assistant_tokens_mask=True)
            mask = made["assistant_masks"]
            rows.append({"input_ids": made["input_ids"], "labels": [
                token if use else -100 for token, use in zip(made["input_ids"], mask)]})
        return rows

    def trl(self, rows, tokenizer=None, **options):
        """A set as SFTTrainer prepares it."""
        tokenizer = tokenizer or self.peer()
        model = LlamaForCausalLM(LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
            num_key_value_heads=1))
        arguments = SFTConfig(output_dir=str(self.folder / "trl"), report_to=[], use_cpu=True, bf16=False,
                              **{"max_length": None, **options})
        trainer = SFTTrainer(model=model, args=arguments, processing_class=tokenizer,
                             train_dataset=datasets.Dataset.from_list(rows))
        return trainer.train_dataset

    def verify(self, name, rows, *arguments, status=0):
        """Saves rows or a Dataset as `datasets` does, and gives what is said of them."""
        if isinstance(rows, list):
            rows = datasets.Dataset.from_list(rows)
        path = self.folder / name
        if not path.exists():
            rows.save_to_disk(str(path))
        done = akshara("labels", "verify", path, "--tokenizer", self.tokenizer, "--json", *arguments, status=status)
        return json.loads(done.stdout) if done.stdout else {"faults": {}, "proven": None, "unchecked": []}


def found(report):
    return {name: count for name, count in report["faults"].items() if count}


def check_sound(work):
    """What TRL and transformers make rightly is proven, in every form in which it can be saved."""
    given = ("--template", "chatml", "--conversations", work.conversations)
    prepared = work.trl(work.rows, assistant_only_loss=True)
    report = work.verify("trl-sound", prepared, *given)
    check("trl, assistant_only_loss: proven", report["proven"] and report["labels"] in ("labels", "masks"), report)
    check("trl: every row is its conversation's", report["conversations"]["identical"] == len(work.rows), report)
    report = work.verify("trl-sound", prepared)
    check("trl, nothing given: no fault, chatml recognized, not proven",
          not found(report) and not report["proven"] and report["template"] == {"name": "chatml", "given": False}, report)
    rows = work.tokenized()
    shuffled = datasets.Dataset.from_list(rows).shuffle(seed=1)
    check("shuffled: proven", work.verify("shuffled", shuffled, *given)["proven"])
    report = work.verify("filtered", datasets.Dataset.from_list(rows[:100]), *given)
    check("filtered: proven, and what is missing is told",
          report["proven"] and report["conversations"]["missing"] == 20 and report["notices"], report)
    for width in ("int8", "int16", "int32", "int64", "uint16", "uint32"):
        ids = "int64" if width == "int8" else width
        labels = "int64" if width.startswith("u") or width == "int8" else width
        features = datasets.Features({
            "input_ids": datasets.List(datasets.Value(ids)), "labels": datasets.LargeList(datasets.Value(labels)),
            "attention_mask": datasets.List(datasets.Value(width)), "note": datasets.Value("string")})
        wide = [{**row, "attention_mask": [1] * len(row["labels"]), "note": "ನೋಟ"} for row in rows]
        kind = datasets.Dataset.from_list(wide, features=features)
        check(f"{width}, large lists, another column: proven", work.verify(width, kind, *given)["proven"])
    parts = datasets.DatasetDict({"train": datasets.Dataset.from_list(rows[:70]),
                                  "dev": datasets.Dataset.from_list(rows[70:])})
    report = work.verify("parts", parts, *given)
    check("a DatasetDict: proven", report["proven"] and report["splits"] == {"train": 70, "dev": 50}, report)
    chunks = work.folder / "chunks"
    datasets.Dataset.from_list(rows).save_to_disk(str(chunks), num_shards=7)
    check("seven files: proven", work.verify("chunks", rows, *given)["proven"])
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, work.folder / "set.parquet", row_group_size=17)
    if plugin():
        check("Parquet: proven", work.verify("set.parquet", rows, *given)["proven"])
        with pa.OSFile(str(work.folder / "packed.arrow"), "wb") as sink, pa.ipc.new_stream(
                sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_table(table, max_chunksize=11)
        check("compressed Arrow: proven", work.verify("packed.arrow", rows, *given)["proven"])
    lines = work.folder / "rows.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    check("JSON Lines: proven", work.verify("rows.jsonl", rows, *given)["proven"])


def plugin():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    # Where one is named it has to be there.
    there = "AKSHARA_ARROW_PLUGIN" in os.environ or os.path.exists(f"{cache}/akshara/arrow/libakshara_arrow.so")
    if not there:
        skip("Parquet", "the plug-in is not there; build it with tools/build-arrow-plugin", 2)
    return there


def check_bugs(work):
    """Each bug is found under its name, with and without what the set was made of."""
    given = ("--template", "chatml", "--conversations", work.conversations)
    rows = work.tokenized()
    changed = lambda change: [change(dict(row)) if number % 4 == 0 else row for number, row in enumerate(rows)]
    hidden = changed(lambda row: {**row, "labels": [-100] * len(row["labels"])})
    for arguments in ((), given):
        report = work.verify("hidden", hidden, *arguments, status=3)
        check(f"response template not found {len(arguments)}", found(report).get("no_supervised_token") == 30, found(report))
    # transformers' collator hides padding by its id: with pad = eos, the ends of answers too.
    tokenizer = work.peer(pad_token="<|im_end|>")
    collator = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    batch = collator([{"input_ids": row["input_ids"]} for row in rows])
    padded = [{"input_ids": ids, "attention_mask": mask, "labels": [
        label if own != -100 else -100 for label, own in zip(labels, row["labels"] + [-100] * len(labels))]}
        for ids, mask, labels, row in zip(batch["input_ids"].tolist(), batch["attention_mask"].tolist(),
                                          batch["labels"].tolist(), rows)]
    for arguments in ((), given[:2], given):
        report = work.verify("pad-is-eos", padded, "--pad-token", "<|im_end|>", *arguments, status=3)
        check(f"pad = eos {len(arguments)}", found(report).get("unsupervised_end_of_turn") == len(rows)
              and "padding token" in report["examples"][0]["detail"], report["examples"][:1])
    shifted = changed(lambda row: {**row, "labels": row["labels"][1:] + [-100]})
    report = work.verify("shifted", shifted, status=3)
    check("labels shifted by one", found(report) == {"shifted_labels": 30}, found(report))
    wrong = changed(lambda row: {**row, "labels": [label + 1 if label > 0 else label for label in row["labels"]]})
    report = work.verify("wrong", wrong, status=3)
    check("labels that are not their tokens", found(report) == {"label_differs_from_token": 30}, found(report))

    def without_first(row):
        first = next(index for index, label in enumerate(row["labels"]) if label != -100)
        return {**row, "labels": [-100 if index == first else label for index, label in enumerate(row["labels"])]}
    report = work.verify("first", changed(without_first), "--template", "chatml", status=3)
    check("an answer's first token missing", found(report) == {"answer_start_unsupervised": 30}, found(report))

    def with_header(row):
        first = next(index for index, label in enumerate(row["labels"]) if label != -100)
        return {**row, "labels": [row["input_ids"][index] if index == first - 1 else label
                                  for index, label in enumerate(row["labels"])]}
    report = work.verify("header", changed(with_header), "--template", "chatml", status=3)
    check("the header's newline trained on", found(report) == {"supervised_header": 30}, found(report))
    whole = [{"input_ids": row["input_ids"], "labels": row["input_ids"]} for row in rows]
    report = work.verify("whole", whole, "--template", "chatml", status=3)
    check("every token trained on", {"supervised_header", "supervised_context"} <= set(found(report)), found(report))
    check("every token trained on, as wanted",
          not found(work.verify("whole", whole, "--template", "chatml", "--train-on", "all")))


def check_trl_choices(work):
    """What TRL itself does with its options."""
    given = ("--template", "chatml", "--conversations", work.conversations)
    cut = work.trl(work.rows, assistant_only_loss=True, max_length=40)
    report = work.verify("cut", cut, status=3)
    check("truncated by TRL", found(report).get("cut_answer", 0) > 0 or found(report).get("no_supervised_token", 0) > 0,
          found(report))
    report = work.verify("cut", cut, *given, status=3)
    check("truncated by TRL: which conversation, and how much",
          any("was cut from" in example["detail"] for example in report["examples"]), report["examples"][:3])
    pairs = [{"prompt": row["messages"][:-1], "completion": row["messages"][-1:]} for row in work.rows]
    report = work.verify("completions", work.trl(pairs), "--template", "chatml", "--train-on", "last-assistant", status=3)
    check("TRL's completions train on the line feed behind the end", found(report) == {"supervised_header": len(pairs)},
          found(report))
    packed = work.trl(work.rows, assistant_only_loss=True, packing=True, max_length=2048)
    columns = set(packed.column_names)
    report = work.verify("packed", packed, status=3 if "seq_lengths" not in columns and "position_ids" not in columns else 0)
    check("packed by TRL: taken apart by its lengths", not found(report) and report["samples"] > report["rows"], found(report))


def check_begin_twice(work):
    tokenizer = work.peer(LLAMA3, eos_token="<|eot_id|>")
    begin = tokenizer.bos_token_id
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", begin)])
    rows = []
    for row in work.rows:
        text = tokenizer.apply_chat_template(row["messages"], tokenize=False)
        ids = tokenizer(text)["input_ids"]
        sound = work.peer(LLAMA3).apply_chat_template(row["messages"], return_dict=True, return_assistant_tokens_mask=True)
        labels = [token if use else -100 for token, use in zip(sound["input_ids"], sound["assistant_masks"])]
        rows.append({"input_ids": ids, "labels": [-100] + labels})
    for arguments in ((), ("--template", "llama3"), ("--template", "llama3", "--conversations", work.conversations)):
        report = work.verify("twice", rows, *arguments, status=3)
        check(f"BOS twice {len(arguments)}", found(report).get("misplaced_begin_token") == len(rows), found(report))
    joined = [{"input_ids": rows[index]["input_ids"][1:] + rows[index + 1]["input_ids"][1:],
               "labels": rows[index]["labels"][1:] + rows[index + 1]["labels"][1:]} for index in range(0, 100, 2)]
    report = work.verify("joined", joined, "--template", "llama3", status=3)
    check("packed without borders", found(report).get("packed_without_borders") == 50, found(report))


def check_from(work):
    """Sets that were rewritten into ours: same ids and labels, and a proof that says what it is."""
    rows = work.tokenized()
    given = ("--template", "chatml", "--conversations", work.conversations)
    work.verify("from", rows)
    for name, arguments, unproven in (
            ("whole", given, []), ("template", given[:2], ["original_text", "control_tokens"]),
            ("bare", (), ["original_text", "message_borders", "control_tokens"])):
        output = work.folder / f"ours-{name}"
        akshara("shard", "--from", work.folder / "from", "--tokenizer", work.tokenizer, "--output", output, *arguments)
        opened = datasets.load_from_disk(str(output))["train"]
        check(f"shard --from, {name}: ids and labels", list(opened["input_ids"]) == [row["input_ids"] for row in rows]
              and list(opened["labels"]) == [row["labels"] for row in rows])
        manifest = json.loads((output / "manifest.json").read_text())
        check(f"shard --from, {name}: the proof holds, and names what is missing",
              manifest["proof"]["holds"] and manifest["proof"]["unproven"] == unproven, manifest["proof"])
        akshara("labels", "verify", output)


def main():
    with tempfile.TemporaryDirectory() as name:
        work = Work(pathlib.Path(name))
        check_sound(work)
        check_bugs(work)
        check_trl_choices(work)
        check_begin_twice(work)
        check_from(work)
    return verdict(41)


if __name__ == "__main__":
    sys.exit(main())
