#!/usr/bin/env python3
"""Trains on a shard set, untouched, with other people's trainers, and asks others whether they would take it.

    AKSHARA_BINARY=.build/release/akshara trainers_parity.py

One step on a tiny model with transformers' Trainer and with TRL's SFTTrainer (padded and packed): the loss must be the
cross-entropy of the set's own labels. axolotl and LLaMA-Factory bring more than a test machine has, so only those functions
of theirs that recognize and sort tokenized sets are run, out of their wheels (`pip download --no-deps`); without a package
index that check says so and is skipped.
"""

import ast
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import typing
import zipfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import datasets
import torch
import transformers
import trl
from transformers import DataCollatorForSeq2Seq, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from judge import akshara, check, close, same, skip, verdict
from shards_parity import train_tokenizer, write_jsonl

LOSS = 1e-5  # nats a token, a mean over the set in float32
WHEELS = ["axolotl==0.19.0", "llamafactory==0.9.5"]


def make_set(work):
    generator = random.Random(3)
    words = ["ಕನ್ನಡ", "ಭಾಷೆ", "ನಮಸ್ಕಾರ", "తెలుగు", "ಹೇಗಿದ್ದೀರಿ", "the", "answer"]
    text = lambda: " ".join(generator.choice(words) for _ in range(generator.randint(1, 12)))
    rows = [{"id": f"row-{number}", "split": "validation" if number % 5 == 4 else "train",
             "messages": [{"role": "user", "content": text()}, {"role": "assistant", "content": text()}]}
            for number in range(40)]
    source = work / "rows.jsonl"
    write_jsonl(source, rows)
    tokenizer = train_tokenizer(work)
    akshara("shard", source, "--tokenizer", tokenizer, "--template", "llama3", "--output", work / "set")
    return work / "set", PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizer), pad_token="<|pad|>", eos_token="<|eot_id|>", bos_token="<|begin_of_text|>")


def tiny_model(tokenizer):
    torch.manual_seed(1)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=512))


def mean_loss(model, rows):
    """The mean over all labels that are trained on, row by row, without any batch."""
    total, count = 0.0, 0
    for row in rows:
        labels = torch.tensor(row["labels"])[1:]
        with torch.no_grad():
            logits = model(torch.tensor([row["input_ids"]])).logits[0, :-1]
        total += torch.nn.functional.cross_entropy(logits, labels, ignore_index=-100, reduction="sum").item()
        count += (labels != -100).sum().item()
    return total / count


def first_loss(trainer):
    trainer.train()
    return next(line["loss"] for line in trainer.state.log_history if "loss" in line)


def options(kind, work, **more):
    return kind(output_dir=str(work / "out"), max_steps=1, per_device_train_batch_size=64, logging_steps=1, report_to=[],
                use_cpu=True, save_strategy="no", disable_tqdm=True, **more)


def taken_apart(packed):
    """The rows that lie in the packs, by the lengths that the packer gives."""
    for pack in packed:
        end = 0
        for length in pack["seq_lengths"]:
            start, end = end, end + length
            yield pack["input_ids"][start:end], pack["labels"][start:end]


def check_trainers(folder, tokenizer, work):
    train = datasets.load_from_disk(str(folder))["train"]
    expected = mean_loss(tiny_model(tokenizer), train)
    trainer = transformers.Trainer(
        tiny_model(tokenizer), options(transformers.TrainingArguments, work), train_dataset=train,
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100))
    close("transformers' Trainer: the loss of a step", [first_loss(trainer)], [expected], LOSS)
    trainer = trl.SFTTrainer(
        tiny_model(tokenizer), args=options(trl.SFTConfig, work, bf16=False), train_dataset=train,
        processing_class=tokenizer)
    check("TRL's SFTTrainer: the rows are those of the set", [
        (row["input_ids"], row["labels"]) for row in trainer.train_dataset] == [
        (row["input_ids"], row["labels"]) for row in train])
    close("TRL's SFTTrainer: the loss of a step", [first_loss(trainer)], [expected], LOSS)
    packed = trl.pack_dataset(train.remove_columns("attention_mask"), 1024, "bfd")
    check("TRL's packs hold no more than asked, and more than one row", len(packed) < len(train) and all(
        sum(lengths) == len(ids) <= 1024 for lengths, ids in zip(packed["seq_lengths"], packed["input_ids"])))
    same("TRL's packer keeps every row, its ids and its labels", sorted(taken_apart(packed)), sorted(
        (row["input_ids"], row["labels"]) for row in train))


def function_of(wheel, path, name, **names):
    """One function out of a file of a wheel, without what the file imports."""
    tree = ast.parse(zipfile.ZipFile(wheel).read(path))
    found = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    found.returns = None
    for argument in found.args.args:
        argument.annotation = None
    space = {"datasets": datasets, "typing": typing, **names}
    exec(compile(ast.fix_missing_locations(ast.Module([found], [])), path, "exec"), space)
    return space[name]


def check_recognition(folder, work):
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(work / "wheels"), *WHEELS]
    if subprocess.run(download, capture_output=True).returncode != 0:
        return skip("axolotl and LLaMA-Factory", f"{' and '.join(WHEELS)} cannot be downloaded", 4)
    wheels = {path.name.split("-")[0]: path for path in (work / "wheels").iterdir()}
    opened = datasets.load_from_disk(str(folder))
    is_tokenized = function_of(
        wheels["axolotl"], "axolotl/utils/data/wrappers.py", "_is_dataset_already_tokenized", Dataset=datasets.Dataset)
    check("axolotl takes each split as tokenized", all(is_tokenized(split) for split in opened.values()))
    check("axolotl does not without a mask", not is_tokenized(opened["train"].remove_columns("attention_mask")))
    has_data = function_of(wheels["llamafactory"], "llamafactory/extras/misc.py", "has_tokenized_data", os=os)
    sort = function_of(
        wheels["llamafactory"], "llamafactory/data/data_utils.py", "get_dataset_module", DatasetDict=datasets.DatasetDict)
    module = sort(opened)
    check("LLaMA-Factory takes the folder as tokenized", has_data(str(folder)))
    check("LLaMA-Factory finds both splits", sorted(module) == ["eval_dataset", "train_dataset"] and
                 module["train_dataset"].column_names == ["input_ids", "attention_mask", "labels"])


def main():
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        made, tokenizer = make_set(work)
        check_trainers(made, tokenizer, work)
        check_recognition(made, work)
    return verdict(9)


if __name__ == "__main__":
    sys.exit(main())
