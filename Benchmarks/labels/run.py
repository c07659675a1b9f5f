#!/usr/bin/env python3
"""Makes labelled rows of Kannada instructions with Akshara, transformers, TRL and LLaMA-Factory, in one run, and compares
speed. Takes a few minutes.

    swift build -c release --product akshara
    python3 -m venv peers && peers/bin/pip install -r tools/parity-requirements.txt
    peers/bin/pip install --no-deps llamafactory==0.9.5
    peers/bin/python Benchmarks/labels/run.py [--rows 390000] [--peer-rows 4000] [--turns 3] [--json FILE]

All take the same conversations (make_rows.py), Llama 3's vocabulary from ../shared and its chat template. Akshara runs
`akshara shard` on all rows, as a whole: start, reading, template, tokens, labels, writing the set, digests and proof.
transformers runs `apply_chat_template(return_assistant_tokens_mask=True)` in `datasets.map`; TRL prepares the data of an
SFTTrainer with `assistant_only_loss`; LLaMA-Factory runs its `SupervisedDatasetProcessor` in `datasets.map`. Peers are slow
and steady, so they get the first rows only, each in a process of its own; what they need to start is left out.

Rates are bytes of text in the messages by CPU time of the process and its threads (user and system). Everyone has a turn,
then everyone has the next: a ratio is taken within a turn, since a machine that others use is not as fast all the time, and
the median of the turns counts. Then the set is made once more by two threads, and must have the same bytes.

The labels are compared, too: the peers' first rows must have Akshara's tokens and labels. LLaMA-Factory trims no
contents, so its rows are compared where nothing is to be trimmed. The exit status is 1 if a row differs, or a ratio falls below
the least that thresholds.json allows.
"""

import argparse
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import resource
import subprocess
import statistics
import sys
import tempfile
import time
import types

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


def llamafactory_columns(messages):
    """A conversation as LLaMA-Factory's converter leaves it to the processor."""
    turns = [message for message in messages if message["role"] != "system"]
    system = "".join(message["content"] for message in messages if message["role"] == "system")
    return {"_prompt": turns[:-1], "_response": turns[-1:], "_system": system, "_tools": "",
            "_images": None, "_videos": None, "_audios": None}


def peer_llamafactory(tokenizer, conversations):
    import datasets
    import transformers.image_utils
    import transformers.models
    import transformers.video_utils

    # It loads torchaudio for sounds, of which there are none here.
    if importlib.util.find_spec("torchaudio") is None:
        sys.modules["torchaudio"] = types.ModuleType("torchaudio")
        sys.modules["torchaudio"].__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
    from llamafactory.data.processor import SupervisedDatasetProcessor
    from llamafactory.data.template import get_template_and_fix_tokenizer

    options = types.SimpleNamespace(
        template="llama3", train_on_prompt=False, mask_history=False, cutoff_len=16_384, tool_format=None,
        default_system=None, enable_thinking=None, packing=False, preserve_thinking=False)
    template = get_template_and_fix_tokenizer(tokenizer, options)
    processor = SupervisedDatasetProcessor(
        template=template, tokenizer=tokenizer, processor=None, data_args=options)
    rows = datasets.Dataset.from_list([llamafactory_columns(messages) for messages in conversations])
    started = cpu(resource.RUSAGE_SELF)
    made = rows.map(processor.preprocess_dataset, batched=True, remove_columns=rows.column_names)
    return lambda: [(row["input_ids"], row["labels"]) for row in made], started


PEERS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("peer_")}


def measure_peer(name, path, count, tokenizer_file):
    """Runs in a process of its own; prints one line of JSON."""
    import datasets
    import transformers

    datasets.disable_caching()
    datasets.disable_progress_bars()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=tokenizer_file, bos_token="<|begin_of_text|>", eos_token="<|eot_id|>",
        pad_token="<|end_of_text|>", chat_template=TEMPLATE)
    conversations = conversations_of(path, count)
    tokenizer.apply_chat_template(conversations[0], return_dict=True, return_assistant_tokens_mask=True)
    started = cpu(resource.RUSAGE_SELF)
    result = PEERS[name](tokenizer, conversations)
    made, started = result if isinstance(result, tuple) else (result, started)
    used = cpu(resource.RUSAGE_SELF) - started
    rows = made()
    size = sum(text_size(messages) for messages in conversations)
    print(json.dumps({"cpu": used, "bytes": size, "count": len(rows), "rows": rows[:200]}))


def run_peer(name, path, count, tokenizer_file):
    environment = dict(os.environ, HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")
    done = subprocess.run(
        [sys.executable, __file__, "--child", name, str(path), str(count), str(tokenizer_file)],
        env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1][:200])
    return json.loads(done.stdout.splitlines()[-1])


def run_akshara(path, tokenizer_file, output, threads):
    started, wall = cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [BINARY, "shard", str(path), "--tokenizer", str(tokenizer_file), "--template", "llama3", "--max-length", "16384",
         "--threads", str(threads), "--output", str(output)], check=True, capture_output=True)
    return cpu(resource.RUSAGE_CHILDREN) - started, time.perf_counter() - wall


def digests_of(folder):
    digests = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            with open(file, "rb") as content:
                digests[str(file.relative_to(folder))] = hashlib.file_digest(content, "sha256").hexdigest()
    return digests


def own_rows(folder, count):
    import datasets

    rows = datasets.load_from_disk(str(folder))["train"]
    return [(row["input_ids"], row["labels"]) for row in rows.select(range(count))]


def is_trimmed(messages):
    return any(message["content"] != message["content"].strip() for message in messages)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", nargs=4)
    parser.add_argument("--rows", type=int, default=390_000)
    parser.add_argument("--peer-rows", type=int, default=4_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--tokenizer", type=pathlib.Path)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.child:
        name, path, count, tokenizer_file = options.child
        return measure_peer(name, path, int(count), tokenizer_file)
    with tempfile.TemporaryDirectory() as folder:
        return compare(options, pathlib.Path(folder))


def installed(names):
    """The peers that can run here; says so of the others."""
    found = []
    for name in names:
        if importlib.util.find_spec(name) is None:
            print(f"{name}: left out, it is not installed")
        else:
            found.append(name)
    return found


def take_turns(options, path, tokenizer_file, peers, output):
    """For Akshara and each peer what it took in each turn."""
    own, theirs = [], {name: [] for name in peers}
    for _ in range(options.turns):
        own.append(run_akshara(path, tokenizer_file, output, 1))
        for name in peers:
            theirs[name].append(run_peer(name, path, options.peer_rows, tokenizer_file))
    return own, theirs


def differing_rows(name, rows, own, conversations):
    """How many of a peer's rows were compared with Akshara's, and how many of them differ."""
    pairs = [(list(map(list, ours)), theirs) for ours, theirs, messages in zip(own, rows, conversations)
             if name != "llamafactory" or not is_trimmed(messages)]
    return len(pairs), sum(ours != theirs for ours, theirs in pairs)


def compare(options, folder):
    tokenizer_file = options.tokenizer or folder / "tokenizer.json"
    if not options.tokenizer:
        packed = SHARED / "data/tok_llama3/llama3.tokenizer.json.zst"
        subprocess.run(["zstd", "-dq", str(packed), "-o", str(tokenizer_file)], check=True)
    path, output, other = folder / "rows.jsonl", folder / "set-1", folder / "set-2"
    size = make_rows.make(path, options.rows, 7)
    thresholds = json.loads((HERE / "thresholds.json").read_text())
    peers = installed(filter(None, options.peers.split(",")))
    own, theirs = take_turns(options, path, tokenizer_file, peers, output)
    rates = [size / 1e6 / used for used, _ in own]
    results = {"akshara": {
        "mb_per_cpu_second": statistics.median(rates), "best": max(rates),
        "rows_per_cpu_second": options.rows / statistics.median(used for used, _ in own),
        "wall": min(wall for _, wall in own)}}
    faults = []
    used, wall = run_akshara(path, tokenizer_file, other, 2)
    results["akshara, 2 threads"] = {
        "mb_per_cpu_second": size / 1e6 / used, "rows_per_cpu_second": options.rows / used, "wall": wall}
    if digests_of(output) != digests_of(other):
        faults.append("the set of 2 threads has other bytes")
    count = min(200, options.rows, options.peer_rows)
    own_labels, conversations = own_rows(output, count), conversations_of(path, count)
    for name in peers:
        turns = theirs[name]
        peer_rates = [row["bytes"] / 1e6 / row["cpu"] for row in turns]
        ratios = [ours / rate for ours, rate in zip(rates, peer_rates)]
        compared, different = differing_rows(name, turns[0]["rows"], own_labels, conversations)
        results[name] = {
            "mb_per_cpu_second": statistics.median(peer_rates),
            "rows_per_cpu_second": statistics.median(row["count"] / row["cpu"] for row in turns),
            "ratio": statistics.median(ratios), "ratios": ratios, "rows_compared": compared, "rows_different": different}
        if different or not compared:
            faults.append(f"{different} of {compared} rows differ from {name}'s")
        least = thresholds["least"].get(name, 0)
        if results[name]["ratio"] < least:
            faults.append(f"{results[name]['ratio']:.1f} times {name}, where {least} is the least")
    for name, result in results.items():
        ratio = f", Akshara {result['ratio']:.1f} times that ({min(result['ratios']):.1f} to {max(result['ratios']):.1f})" \
            if "ratio" in result else f", {result['wall']:.1f} s"
        print(f"{name:20}{result['mb_per_cpu_second']:8.2f} MB/s a core {result['rows_per_cpu_second']:10,.0f} rows/s{ratio}")
    for fault in faults:
        print(f"fault: {fault}")
    if options.json:
        report = {"rows": options.rows, "bytes": size, "turns": options.turns, "results": results}
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
