#!/usr/bin/env python3
"""A QLoRA fine-tune of the quickstart base on Kannada text, by akshara and by transformers + peft + bitsandbytes.

    AKSHARA_BINARY=.build/release/akshara Benchmarks/fine-tune/run.py --text kannada.txt [--steps 60] [--seeds 1 2 3]

The text has one sentence a line; 240 lines of 8 to 30 words are taken, spread over the file. The first words of a line are the
user's message, the rest is the answer. `akshara shard` makes rows of them, and both sides train on these rows with the same base in
NF4, rank, rate, schedule, batch and number of steps, in float32; each draws its own order and initial adapter from the seed. The
held-out losses before and after are measured on each side by itself.

Passes if both bases agree within 2e-4, and if the mean reduction of the loss over the seeds differs by at most two standard errors
of the difference (and never fails below 0.01 nats, which no seed resolves).
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import datasets
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, get_cosine_schedule_with_warmup

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
AKSHARA = os.path.abspath(os.environ.get("AKSHARA_BINARY", os.path.join(ROOT, ".build/release/akshara")))
BASE = os.path.abspath(os.path.join(ROOT, "samples/base"))
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
RATE, BATCH, RANK, ALPHA, WARMUP = 2e-3, 8, 16, 32, 3


def akshara(*arguments):
    run = subprocess.run([AKSHARA, *map(str, arguments)], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"akshara {' '.join(map(str, arguments))}\n{run.stderr}")


def write_conversations(text, path, count):
    with open(text, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    lines = [line for line in lines if 8 <= len(line) <= 30]
    lines = lines[:: max(1, len(lines) // count)][:count]
    with open(path, "w", encoding="utf-8") as file:
        for index, words in enumerate(lines):
            file.write(json.dumps({
                "id": f"line-{index}", "split": "validation" if index % 6 == 0 else "train", "language": "kn",
                "messages": [{"role": "user", "content": " ".join(words[:4])}, {"role": "assistant", "content": " ".join(words[4:])}],
                "provenance": {"source": "text", "record": index + 1}}, ensure_ascii=False) + "\n")


def ours(folder, seed, steps):
    recipe = os.path.join(folder, f"recipe-{seed}.yaml")
    with open(recipe, "w") as file:
        json.dump({"project": f"seed-{seed}", "seed": seed, "base_model": BASE,
                   "sources": [{"kind": "dolly", "path": "conversations.jsonl"}], "lora": {"r": RANK, "lora_alpha": ALPHA},
                   "training": {"method": "qlora", "max_steps": steps, "per_device_train_batch_size": BATCH, "learning_rate": RATE,
                                "warmup_steps": WARMUP, "lr_scheduler_type": "cosine", "weight_decay": 0.0}}, file)
    output = os.path.join(folder, f"run-{seed}")
    akshara("train", recipe, "--shards", os.path.join(folder, "shards"), "--tokenizer", BASE, "--output", output)
    lines = [json.loads(line) for line in open(os.path.join(output, "train", "metrics.jsonl"))]
    losses = [line["eval_loss"] for line in lines if "eval_loss" in line]
    return losses[0], losses[-1]


def batch_loss(model, rows):
    length = max(len(row["input_ids"]) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    labels, mask = torch.full((len(rows), length), -100), torch.zeros(len(rows), length, dtype=torch.long)
    for index, row in enumerate(rows):
        count = len(row["input_ids"])
        ids[index, :count], labels[index, :count] = torch.tensor(row["input_ids"]), torch.tensor(row["labels"])
        mask[index, :count] = 1
    logits = model(input_ids=ids, attention_mask=mask).logits.float()
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100, reduction="sum")
    return loss, int((labels[:, 1:] != -100).sum())


def held_out(model, rows):
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(rows), BATCH):
            loss, tokens = batch_loss(model, rows[start:start + BATCH])
            total, count = total + float(loss), count + tokens
    return total / count


def theirs(train, validation, seed, steps):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32, quantization_config=BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.float32))
    model.train()  # in evaluation mode bitsandbytes computes in bfloat16 on the CPU, whatever it is told
    before = held_out(model, validation)
    model = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM"))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.0)
    schedule = get_cosine_schedule_with_warmup(optimizer, WARMUP, steps)
    generator, order = torch.Generator().manual_seed(seed), []
    for _ in range(steps):
        if len(order) < BATCH:
            order = torch.randperm(len(train), generator=generator).tolist()
        rows, order = [train[i] for i in order[:BATCH]], order[BATCH:]
        loss, tokens = batch_loss(model, rows)
        (loss / tokens).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return before, held_out(model, validation)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", required=True)
    parser.add_argument("--lines", type=int, default=240)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options = parser.parse_args()
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        conversations = os.path.join(folder, "conversations.jsonl")
        write_conversations(options.text, conversations, options.lines)
        shards = os.path.join(folder, "shards")
        akshara("shard", conversations, "--tokenizer", BASE, "--template", "chatml", "--output", shards)
        data = datasets.load_from_disk(shards)
        train, validation = list(data["train"]), list(data["validation"])
        print(f"{len(train)} training rows, {len(validation)} held-out rows, {options.steps} steps of {BATCH} rows")
        reductions = {"akshara": [], "peft": []}
        failures = 0
        for seed in options.seeds:
            pairs = {"akshara": ours(folder, seed, options.steps), "peft": theirs(train, validation, seed, options.steps)}
            if abs(pairs["akshara"][0] - pairs["peft"][0]) > 2e-4:
                failures += 1
                print("DIFFERENT  the loss of the base:", pairs)
            for name, (before, after) in pairs.items():
                reductions[name].append(before - after)
                print(f"seed {seed}  {name:8} held-out loss {before:.4f} -> {after:.4f}  lowered by {before - after:.4f}")
        means = {name: statistics.mean(values) for name, values in reductions.items()}
        error = math.sqrt(sum(statistics.variance(values) / len(values) for values in reductions.values())) if len(options.seeds) > 1 else 0
        allowed = max(0.01, 2 * error)
        difference = means["akshara"] - means["peft"]
        ok = difference >= -allowed
        failures += not ok
        print(f"{'same' if ok else 'DIFFERENT'}  mean reduction: akshara {means['akshara']:.4f}, peft {means['peft']:.4f}; "
              f"difference {difference:+.4f}, allowed {allowed:.4f}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
