#!/usr/bin/env python3
"""Makes labelled rows of Kannada instructions with Akshara, transformers and TRL, in one run, and compares speed.

    swift build -c release --product akshara
    python3 -m venv peers && peers/bin/pip install -r tools/parity-requirements.txt
    peers/bin/python Benchmarks/labels/run.py [--rows 390000] [--peer-rows 4000] [--passes 3] [--threads 1,2] [--json FILE]

All take the same conversations (make_rows.py), Llama 3's vocabulary from ../shared and its chat template. Akshara runs
`akshara shard` as a whole: reading, template, tokens, labels, writing the set, digests and proof. transformers runs
`apply_chat_template(return_assistant_tokens_mask=True)` in `datasets.map`; TRL prepares the data of an SFTTrainer with
`assistant_only_loss`. Peers are slow and steady, so they get the first rows only, each in a process of its own; what they
need to start is left out. Rates are bytes of text in the messages by CPU time of the process and its threads (user and
system), the best of the passes; ratios are taken between them.

The labels are compared, too: the peers' first rows must have Akshara's tokens and labels. The exit status is 1 if one
differs, or a ratio falls below the least that thresholds.json allows.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import make_rows

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = pathlib.Path(os.environ.get("AKSHARA_SHARED", ROOT.parent / "shared"))
BINARY = os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara"))
TEMPLATE = (
    "{{- '<|begin_of_text|>' }}{% for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{- message['content'] | trim + '<|eot_id|>' }}{% endgeneration %}"
    "{% else %}{{- message['content'] | trim + '<|eot_id|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}")


def cpu(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def text_size(messages):
    return sum(len(message["content"].encode()) for message in messages)


def conversations_of(path, most):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["messages"] for line, _ in zip(lines, range(most))]


# Each peer: (tokenizer, conversations) -> a list of (tokens, labels).


def masked(ids, mask):
    return ids, [token if trained else -100 for token, trained in zip(ids, mask)]


def peer_transformers(tokenizer, conversations):
    import datasets

    def tokens(batch):
        rows = [tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
                for messages in batch["messages"]]
        return {"input_ids": [row["input_ids"] for row in rows], "mask": [row["assistant_masks"] for row in rows]}

    rows = datasets.Dataset.from_dict({"messages": conversations})
    made = rows.map(tokens, batched=True, remove_columns=["messages"])
    return lambda: [masked(row["input_ids"], row["mask"]) for row in made]


def peer_trl(tokenizer, conversations):
    import datasets
    import transformers
    import trl

    shape = transformers.LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1)
    model = transformers.LlamaForCausalLM(shape)
    options = trl.SFTConfig(
        output_dir=tempfile.mkdtemp(), assistant_only_loss=True, max_length=None, report_to=[], use_cpu=True, bf16=False)
    started = cpu(resource.RUSAGE_SELF)
    trainer = trl.SFTTrainer(
        model, args=options, processing_class=tokenizer,
        train_dataset=datasets.Dataset.from_dict({"messages": conversations}))
    made = trainer.train_dataset
    return lambda: [(row["input_ids"], row["labels"]) for row in made], started


PEERS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("peer_")}


def measure_peer(name, path, count, tokenizer_file):
    """Runs in a process of its own; prints one line of JSON."""
    import datasets
    import transformers

    datasets.disable_caching()
    datasets.disable_progress_bars()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=tokenizer_file, eos_token="<|eot_id|>", pad_token="<|end_of_text|>", chat_template=TEMPLATE)
    conversations = conversations_of(path, count)
    tokenizer.apply_chat_template(conversations[0], return_dict=True, return_assistant_tokens_mask=True)
    started = cpu(resource.RUSAGE_SELF)
    result = PEERS[name](tokenizer, conversations)
    made, started = result if isinstance(result, tuple) else (result, started)
    used = cpu(resource.RUSAGE_SELF) - started
    rows = made()
    size = sum(text_size(messages) for messages in conversations)
    print(json.dumps({"cpu": used, "bytes": size, "count": len(rows), "rows": rows[:200]}))


def run_peer(name, path, count, tokenizer_file, passes):
    best = None
    for _ in range(passes):
        environment = dict(os.environ, HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")
        done = subprocess.run(
            [sys.executable, __file__, "--child", name, str(path), str(count), str(tokenizer_file)],
            env=environment, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1][:200])
        row = json.loads(done.stdout.splitlines()[-1])
        best = row if best is None or row["cpu"] < best["cpu"] else best
    return best


def run_akshara(path, tokenizer_file, output, threads):
    started, wall = cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [BINARY, "shard", str(path), "--tokenizer", str(tokenizer_file), "--template", "llama3", "--max-length", "16384",
         "--threads", str(threads), "--output", str(output)], check=True, capture_output=True)
    return cpu(resource.RUSAGE_CHILDREN) - started, time.perf_counter() - wall


def files_of(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def own_rows(folder, count):
    import datasets

    rows = datasets.load_from_disk(str(folder))["train"]
    return [(row["input_ids"], row["labels"]) for row in rows.select(range(count))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", nargs=4)
    parser.add_argument("--rows", type=int, default=390_000)
    parser.add_argument("--peer-rows", type=int, default=4_000)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--tokenizer", type=pathlib.Path)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.child:
        name, path, count, tokenizer_file = options.child
        return measure_peer(name, path, int(count), tokenizer_file)
    with tempfile.TemporaryDirectory() as folder:
        return compare(options, pathlib.Path(folder))


def compare(options, folder):
    tokenizer_file = options.tokenizer or folder / "tokenizer.json"
    if not options.tokenizer:
        packed = SHARED / "data/tok_llama3/llama3.tokenizer.json.zst"
        subprocess.run(["zstd", "-dq", str(packed), "-o", str(tokenizer_file)], check=True)
    path = folder / "rows.jsonl"
    size = make_rows.make(path, options.rows, 7)
    thresholds = json.loads((HERE / "thresholds.json").read_text())
    report, faults, contents = {"rows": options.rows, "bytes": size, "results": {}}, [], None
    for threads in map(int, options.threads.split(",")):
        output = folder / f"set-{threads}"
        runs = [run_akshara(path, tokenizer_file, output, threads) for _ in range(options.passes)]
        used, wall = min(runs)[0], min(run[1] for run in runs)
        report["results"][f"akshara, {threads} threads"] = {
            "mb_per_cpu_second": size / 1e6 / used, "rows_per_cpu_second": options.rows / used, "wall": wall}
        found = files_of(output)
        if contents is not None and found != contents:
            faults.append(f"the set of {threads} threads has other bytes")
        contents = found
    best = max(result["mb_per_cpu_second"] for result in report["results"].values())
    own = own_rows(output, min(200, options.rows, options.peer_rows))
    for name in filter(None, options.peers.split(",")):
        row = run_peer(name, path, options.peer_rows, tokenizer_file, options.passes)
        rate = row["bytes"] / 1e6 / row["cpu"]
        same = sum(list(map(list, ours)) == theirs for ours, theirs in zip(own, row["rows"]))
        report["results"][name] = {
            "mb_per_cpu_second": rate, "rows_per_cpu_second": row["count"] / row["cpu"], "ratio": best / rate,
            "rows_compared": len(own), "rows_equal": same}
        if same != len(own):
            faults.append(f"{len(own) - same} of {len(own)} rows differ from {name}'s")
        if best / rate < thresholds["least"].get(name, 0):
            faults.append(f"{best / rate:.1f} times {name}, where {thresholds['least'][name]} is the least")
    for name, result in report["results"].items():
        ratio = f", Akshara {result['ratio']:.1f} times that" if "ratio" in result else ""
        print(f"{name:24}{result['mb_per_cpu_second']:8.2f} MB/s a core {result['rows_per_cpu_second']:10,.0f} rows/s{ratio}")
    for fault in faults:
        print(f"fault: {fault}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
