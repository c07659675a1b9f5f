#!/usr/bin/env python3
"""Steps of the same QLoRA training with transformers, peft and bitsandbytes; prints one JSON line.

    python peer.py --dtype bfloat16 [--steps 3] [--threads 2] [--batch 8] [--length 512] …

The model has the shape that `training-benchmark` takes by default. Linear layers of the decoder are bitsandbytes' 4-bit layers (NF4, double
quantization), all seven carry an adapter of rank 16; attention is torch's fused one; the loss is the model's own. Weights are random.
"""

import argparse
import json
import os
import resource
import sys
import time
import warnings

parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
for name, value in dict(hidden=512, layers=8, heads=8, kv_heads=4, gate=1408, vocabulary=32000, batch=8, length=512,
                        rank=16, steps=3, threads=2).items():
    parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
parser.add_argument("--checkpointing", action="store_true")
parser.add_argument("--turns", type=int, default=0, help="1: a step for each line of standard input, until it ends")
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)
os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore")

import bitsandbytes  # noqa: E402
import peft  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def quantized(linear, dtype):
    """The layer as `load_in_4bit` would have made it."""
    layer = bitsandbytes.nn.Linear4bit(
        linear.in_features, linear.out_features, bias=False, compute_dtype=dtype, compress_statistics=True, quant_type="nf4")
    layer.weight = bitsandbytes.nn.Params4bit(
        linear.weight.data, requires_grad=False, compress_statistics=True, quant_type="nf4", module=layer).to("cpu")
    if not layer.weight.bnb_quantized:
        layer.weight = layer.weight._quantize("cpu")
    return layer


def make_model(dtype):
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        hidden_size=options.hidden, num_hidden_layers=options.layers, num_attention_heads=options.heads,
        num_key_value_heads=options.kv_heads, intermediate_size=options.gate, vocab_size=options.vocabulary,
        max_position_embeddings=2048, tie_word_embeddings=False)
    config._attn_implementation = "sdpa"
    model = transformers.LlamaForCausalLM(config).to(dtype)
    for layer in model.model.layers:
        for block in (layer.self_attn, layer.mlp):
            for name, child in list(block.named_children()):
                if isinstance(child, torch.nn.Linear):
                    setattr(block, name, quantized(child, dtype))
    model.is_loaded_in_4bit = True
    model = peft.get_peft_model(
        model, peft.LoraConfig(r=options.rank, lora_alpha=32, target_modules=TARGETS, task_type="CAUSAL_LM"),
        autocast_adapter_dtype=False)
    if options.checkpointing:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return model.train()


def main():
    torch.set_num_threads(options.threads)
    model = make_model(getattr(torch, options.dtype))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4)
    ids = torch.randint(0, options.vocabulary, (options.batch, options.length))
    wall, cpu, loss = [], [], 0.0

    def lines():
        yield 0
        print("{}", flush=True)
        for line in sys.stdin:
            yield 1

    for step in lines() if options.turns else range(options.steps + 1):
        started, busy = time.perf_counter(), time.process_time()
        output = model(input_ids=ids, labels=ids, use_cache=False)
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        loss = output.loss.item()
        if step:
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - busy)
            if options.turns:
                print(json.dumps(dict(wall=wall[-1], cpu=cpu[-1])), flush=True)
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}, peft {peft.__version__}, bitsandbytes {bitsandbytes.__version__}"
    print(json.dumps(dict(
        loss=loss, tokens=options.batch * options.length, wall=wall, cpu=cpu,
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, configuration=versions)))


main()
