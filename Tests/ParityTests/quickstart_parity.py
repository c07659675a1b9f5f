#!/usr/bin/env python3
"""Runs the quickstart and lets transformers, peft, bitsandbytes and datasets judge what it wrote.

    AKSHARA_BINARY=.build/release/akshara quickstart_parity.py [--run DIR]

Peers (tools/parity-requirements.txt): transformers 5.17, peft 0.21, bitsandbytes 0.50, datasets 5.2, torch 2.13 (CPU).
Checks: the adapted model's held-out loss is at least 15 % below the base's; datasets opens the shards with the
documented columns; transformers + bitsandbytes (NF4, double quantization, fp32 compute) + peft give the same held-out
losses within 2e-5; the tokenizer beside the adapter renders prompts to the same ids.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import datasets
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from judge import AKSHARA, ROOT, check, verdict

RECIPE = ROOT / "samples/quickstart/recipe.yaml"
BASE = ROOT / "samples/base"
TOLERANCE = 2e-5  # nats a token: float32 sums in another order, over six layers; a mean over 2,104 tokens. Seen: 5e-7
REDUCTION = 0.15


def held_out_loss(model, rows):
    """The mean over supervised tokens, row by row, as transformers' own loss makes it."""
    total, count = 0.0, 0
    with torch.no_grad():
        for row in rows:
            ids = torch.tensor([row["input_ids"]])
            labels = torch.tensor([row["labels"]])
            supervised = int((labels[0, 1:] != -100).sum())
            loss = model(input_ids=ids, labels=labels).loss
            total += float(loss) * supervised
            count += supervised
    return total / count, count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", help="a finished run directory; default: run the recipe anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(options.run or folder + "/run")
        start = time.time()
        subprocess.run([AKSHARA, "run", str(RECIPE), "--output", str(run)], check=True)
        print(f"the recipe ran in {time.time() - start:.0f} s")
        judge(run)
    return verdict(6)


def judge(run):
    evaluation = json.loads((run / "evaluate/evaluation.json").read_text())
    ours = evaluation["scores"][0]
    reduction = 1 - ours["trained_loss"] / ours["base_loss"]
    check("held-out loss falls", reduction >= REDUCTION,
          note=f"{ours['base_loss']:.4f} -> {ours['trained_loss']:.4f} (-{reduction:.1%}, wanted {REDUCTION:.0%})")

    shards = datasets.load_from_disk(str(run / "shards"))
    check("datasets opens the shards", shards["train"].column_names == ["input_ids", "attention_mask", "labels"],
          note=str({name: split.num_rows for name, split in shards.items()}))

    quantization = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32)
    # In eval() bitsandbytes 0.50's CPU path computes in bfloat16 where the processor has AVX512-BF16, whatever
    # bnb_4bit_compute_dtype says, and repacks the weights for good. In train() it keeps to float32; nothing here drops out.
    model = AutoModelForCausalLM.from_pretrained(BASE, quantization_config=quantization, dtype=torch.float32).train()
    rows = shards["validation"]
    loss, count = held_out_loss(model, rows)
    check("supervised tokens", count == ours["tokens"], note=f"{count} and {ours['tokens']}")
    check("base model's held-out loss", abs(loss - ours["base_loss"]) <= TOLERANCE,
          note=f"transformers {loss:.6f}, akshara {ours['base_loss']:.6f}")
    model = PeftModel.from_pretrained(model, str(run / "adapter")).train()
    loss, _ = held_out_loss(model, rows)
    check("adapted model's held-out loss", abs(loss - ours["trained_loss"]) <= TOLERANCE,
          note=f"transformers + peft {loss:.6f}, akshara {ours['trained_loss']:.6f}")

    loss, _ = held_out_loss(model.eval(), rows)
    print(f"info  the same in eval(): {loss:.6f}, {abs(loss - ours['trained_loss']):.1e} away")

    tokenizer = AutoTokenizer.from_pretrained(str(run / "adapter"))
    same = 0
    for answer in evaluation["answers"]:
        rendered = tokenizer.apply_chat_template(
            [{"role": "user", "content": answer["prompt"]}], add_generation_prompt=True, tokenize=True,
            return_dict=False)
        done = subprocess.run(
            [AKSHARA, "generate", "--model", str(BASE), "--adapter", str(run / "adapter"), "--load-in-4bit",
             "--prompt", answer["prompt"], "--temperature", "0", "--max-tokens", "8", "--json"],
            capture_output=True, text=True, check=True)
        same += json.loads(done.stdout.splitlines()[-1])["prompt_ids"] == list(rendered)
    check("prompts render to the same ids", same == len(evaluation["answers"]) > 0,
          note=f"{same} of {len(evaluation['answers'])} prompts")


if __name__ == "__main__":
    sys.exit(main())
