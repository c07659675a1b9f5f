#!/usr/bin/env python3
"""Compares what `akshara` trains and generates with transformers, peft and bitsandbytes.

    AKSHARA_BINARY=.build/release/akshara training_parity.py

Peers: transformers 5.17, peft 0.21, bitsandbytes 0.50, torch 2.13 (CPU), datasets. Models are small and random, made here;
their layers' widths are multiples of 64, because bitsandbytes' CPU kernel dequantizes others wrongly.

bitsandbytes computes in bfloat16 on a CPU that has AVX512-BF16 whenever a module is in evaluation mode and no gradient is
wanted, whatever `bnb_4bit_compute_dtype` says. So its NF4 layers are compared twice: in training mode (float32, as the option
says) and in evaluation mode, each as near as the tables below say.
"""

import json
import os
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import datasets
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (AutoModelForCausalLM, BitsAndBytesConfig, LlamaConfig, LlamaForCausalLM, PrinterCallback, Trainer,
                          TrainingArguments)

from judge import akshara, close, same, verdict

torch.set_num_threads(1)  # the models are tiny: threads would only wait for each other

# Nats a token. A mean over some hundred tokens in float32, each changed by no more than twice its logits (models_parity.py, LOGITS);
# seen: 1e-7. bfloat16 keeps 8 bits of each activation: 2^-9 of logits of about 4, of either sign; seen: 2.3e-4 and 1.3e-4.
HELD_OUT = {"float32": 1e-6, "evaluation mode": 1e-3}
# Twenty steps, each of which trains on with the rounding of those before it, and AdamW moves a weight as far for a small gradient as for
# a large one: at a high rate (1e-2) the curves part sooner than at 1e-3. Of losses, and of the largest gradient norm. Seen: 6.9e-6 and
# 6.6e-5 at 1e-2, 1.4e-6 and 3e-7 at 1e-3.
CURVES = {1e-2: (3e-5, 3e-4), 1e-3: (5e-6, 2e-6)}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
WORDS = "a small model learns to answer in a few words when it is asked what rain and rice and rivers are".split()
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)


def write_tokenizer(folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(__import__("tokenizers").Regex(
            r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([" ".join(WORDS)] * 3, trainer)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ("<|im_start|>", "<|im_end|>")])
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    return tokenizer


def write_model(folder, seed, scale=0.15, **changes):
    """A random model in bfloat16, with weights large enough that its answers are no accident of rounding."""
    shape = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=32,
                 intermediate_size=192, vocab_size=320, max_position_embeddings=256, rms_norm_eps=1e-5,
                 tie_word_embeddings=True, bos_token_id=None, eos_token_id=None, pad_token_id=None)
    shard_size = changes.pop("max_shard_size", "5GB")
    model = LlamaForCausalLM(LlamaConfig(**{**shape, **changes}))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale + (parameter.dim() == 1))
    model.bfloat16().save_pretrained(folder, max_shard_size=shard_size)
    return write_tokenizer(folder)


def load(folder, four_bit=False):
    options = dict(dtype=torch.float32)
    if four_bit:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.float32)
    return AutoModelForCausalLM.from_pretrained(folder, **options).eval()


def in_float32(model):
    """Training mode, where bitsandbytes computes as it was told, with dropout off."""
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.eval()
    return model


def greedy(model, ids, count):
    ids = list(ids)
    start = len(ids)
    with torch.no_grad():
        for _ in range(count):
            ids.append(int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    return ids[start:]


def held_out_loss(model, rows):
    total, count = 0.0, 0
    with torch.no_grad():
        for row in rows:
            logits = model(input_ids=torch.tensor([row["input_ids"]])).logits.double()
            labels = torch.tensor(row["labels"])[1:]
            total += float(torch.nn.functional.cross_entropy(logits[0, :-1], labels, ignore_index=-100, reduction="sum"))
            count += int((labels != -100).sum())
    return total / count


# ------------------------------------------------------------------ what transformers and peft wrote, read by akshara

def compare_generation(folder):
    shapes = {
        "tied head, scaled rotary": dict(rope_parameters=LLAMA3),
        "own head, four files": dict(tie_word_embeddings=False, max_shard_size="60KB", num_hidden_layers=3),
        "a key-value head a query head": dict(num_key_value_heads=4, head_dim=16, num_hidden_layers=1),
    }
    for index, (name, changes) in enumerate(shapes.items()):
        base, adapter = (os.path.join(folder, f"{kind}-{index}") for kind in ("model", "peft"))
        tokenizer = write_model(base, seed=index, **changes)
        prompt = "what rain is<|im_end|>\n"
        ids = tokenizer.encode(prompt).ids
        adapted = get_peft_model(load(base), LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS, task_type="CAUSAL_LM"))
        generator = torch.Generator().manual_seed(index)
        with torch.no_grad():
            for key, parameter in sorted(adapted.named_parameters()):
                if "lora_" in key:
                    parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
        adapted.save_pretrained(adapter)
        cases = [("", load(base), []), (" with adapter", adapted.eval(), ["--adapter", adapter]),
                 (" in NF4", in_float32(load(base, four_bit=True)), ["--load-in-4bit"]),
                 (" in NF4 with adapter", in_float32(PeftModel.from_pretrained(load(base, four_bit=True), adapter)),
                  ["--load-in-4bit", "--adapter", adapter])]
        for suffix, model, options in cases:
            answer = json.loads(akshara("generate", "--model", base, "--prompt", prompt, "--raw", "--temperature", 0,
                                        "--max-tokens", 24, "--json", *options).stdout.splitlines()[-1])
            same(f"prompt of '{name}{suffix}'", answer["prompt_ids"], ids)
            same(f"24 greedy tokens of '{name}{suffix}'", answer["ids"], greedy(model, ids, 24))


# ------------------------------------------------------------------ what akshara trained, read by transformers and peft

def write_conversations(path):
    generator = torch.Generator().manual_seed(5)
    with open(path, "w") as file:
        for index in range(30):
            pick = [WORDS[int(i)] for i in torch.randint(0, len(WORDS), (12,), generator=generator)]
            cut = int(torch.randint(2, 9, (1,), generator=generator))
            file.write(json.dumps({
                "id": f"row-{index}", "split": "train" if index < 24 else "validation",
                "messages": [{"role": "user", "content": " ".join(pick[:cut])},
                             {"role": "assistant", "content": " ".join(sorted(pick[:cut]))}],
                "provenance": {"source": "parity", "record": index + 1}}) + "\n")


def train(folder, base, name, training, lora=None):
    """Trains with akshara; gives the run directory's adapter or model, and its metrics."""
    recipe = os.path.join(folder, f"{name}.yaml")
    parts = {"project": name, "seed": 3, "base_model": base,
             "sources": [{"kind": "dolly", "path": "conversations.jsonl"}], "training": training}
    if lora:
        parts["lora"] = lora
    with open(recipe, "w") as file:
        json.dump(parts, file)  # JSON is YAML
    output = os.path.join(folder, name)
    akshara("train", recipe, "--shards", os.path.join(folder, "shards"), "--tokenizer", base, "--output", output)
    metrics = [path for path, _, files in os.walk(output) if "metrics.jsonl" in files and "checkpoint" not in path]
    lines = [json.loads(line) for line in open(os.path.join(metrics[0], "metrics.jsonl"))]
    result = os.path.join(output, "model" if training["method"] == "full" else "adapter")
    return result, lines


def compare_qlora(folder, base, rows):
    adapter, metrics = train(folder, base, "qlora", dict(
        method="qlora", learning_rate=1e-2, max_steps=30, per_device_train_batch_size=8, logging_steps=1, warmup_steps=3),
        dict(r=8, lora_alpha=16, lora_dropout=0.05))
    first, last = ([m["eval_loss"] for m in metrics if "eval_loss" in m][i] for i in (0, -1))
    for mode, set_mode in (("float32", in_float32), ("evaluation mode", torch.nn.Module.eval)):
        # Loaded anew for each: evaluation mode repacks the weights for good.
        model = set_mode(load(base, four_bit=True))
        close(f"held-out loss of the NF4 base, {mode}", [first], [held_out_loss(model, rows)], HELD_OUT[mode])
        adapted = set_mode(PeftModel.from_pretrained(load(base, four_bit=True), adapter))
        close(f"held-out loss of our adapter, {mode}", [last], [held_out_loss(adapted, rows)], HELD_OUT[mode])
    same("the adapter lowers the loss", last < 0.7 * first, True)


class AllRows(torch.utils.data.Dataset):
    """Every training row, padded: one batch an epoch, so that the order of the rows does not matter."""

    def __init__(self, rows):
        self.rows, self.length = rows, max(len(row["input_ids"]) for row in rows)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        filler = self.length - len(row["input_ids"])
        return {"input_ids": torch.tensor(row["input_ids"] + [0] * filler),
                "attention_mask": torch.tensor([1] * len(row["input_ids"]) + [0] * filler),
                "labels": torch.tensor(row["labels"] + [-100] * filler)}


def peer_curve(model, rows, folder, **options):
    arguments = TrainingArguments(
        output_dir=os.path.join(folder, "peer"), per_device_train_batch_size=len(rows), max_steps=20, logging_steps=1,
        optim="adamw_torch", weight_decay=0.1, adam_beta2=0.99, max_grad_norm=0.5, report_to="none", save_strategy="no",
        use_cpu=True, seed=0, disable_tqdm=True, **options)
    trainer = Trainer(model=model, args=arguments, train_dataset=AllRows(rows))
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return [(h["loss"], h["grad_norm"], h["learning_rate"]) for h in trainer.state.log_history if "loss" in h]


def compare_curves(folder, base, rows):
    """20 steps of `transformers.Trainer` on the same rows from the same start."""
    common = dict(max_steps=20, per_device_train_batch_size=len(rows), logging_steps=1, weight_decay=0.1, adam_beta2=0.99,
                  max_grad_norm=0.5, warmup_steps=4)
    lora = dict(r=8, lora_alpha=16)
    start, _ = train(folder, base, "start", dict(method="lora", learning_rate=0, max_steps=1), lora)
    for name, shape, rate in (("lora", "cosine", 1e-2), ("full", "linear", 1e-3), ("lora", "constant", 1e-3)):
        _, metrics = train(folder, base, f"{name}-{shape}", dict(
            method=name, learning_rate=rate, lr_scheduler_type=shape, **common), lora if name == "lora" else None)
        ours = [(m["loss"], m["grad_norm"], m["learning_rate"]) for m in metrics if "loss" in m]
        model = load(base)
        if name == "lora":
            model = PeftModel.from_pretrained(model, start, is_trainable=True)
        peer = shape if shape != "constant" else "constant_with_warmup"
        theirs = peer_curve(model, rows, folder, learning_rate=rate, lr_scheduler_type=peer, warmup_steps=4)
        losses, norms = CURVES[rate]
        for column, (what, allowed) in enumerate((
                ("losses", losses), ("gradient norms", norms * max(t[1] for t in theirs)), ("learning rates", 1e-12))):
            close(f"{what} of 20 steps, {name}, {shape}", [o[column] for o in ours], [t[column] for t in theirs], allowed)


def compare_full(folder, base, rows):
    model, _ = train(folder, base, "full", dict(method="full", learning_rate=1e-3, max_steps=10, per_device_train_batch_size=8))
    _, metrics = train(folder, model, "again", dict(method="full", learning_rate=0, max_steps=1))
    written = AutoModelForCausalLM.from_pretrained(model, dtype="auto")
    same("a fully trained model is bfloat16", written.dtype, torch.bfloat16)
    close("held-out loss of a fully trained model", [metrics[0]["eval_loss"]], [held_out_loss(load(model), rows)], HELD_OUT["float32"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        compare_generation(folder)
        base = os.path.join(folder, "base")
        write_model(base, seed=9, scale=0.08)
        conversations = os.path.join(folder, "conversations.jsonl")
        write_conversations(conversations)
        akshara("shard", conversations, "--tokenizer", os.path.join(base, "tokenizer.json"), "--template", "chatml",
                "--output", os.path.join(folder, "shards"))
        splits = datasets.load_from_disk(os.path.join(folder, "shards"))
        held_out, training = list(splits["validation"]), list(splits["train"])
        compare_qlora(folder, base, held_out)
        compare_curves(folder, base, training)
        compare_full(folder, base, held_out)
    # Two of each of twelve generations, five of QLoRA, three of each of three curves, two of full training.
    return verdict(12 * 2 + 5 + 3 * 3 + 2)


if __name__ == "__main__":
    sys.exit(main())
