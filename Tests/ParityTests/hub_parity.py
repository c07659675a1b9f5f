#!/usr/bin/env python3
"""The real `huggingface_hub` client judges our stub of a hub and our cache.

1. It downloads from the stub: the stub speaks the hub's routes.
2. `akshara pull` downloads from the stub into another cache: both caches have the same folders, links, contents and refs.
3. Offline, `huggingface_hub` reads what akshara pulled, and akshara what `huggingface_hub` downloaded.
4. Refusals (gated, private, absent, unknown revision) are refusals to both.
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from judge import AKSHARA, ROOT, check, same, verdict

work = pathlib.Path(tempfile.mkdtemp(prefix="akshara-hub-"))
generator = random.Random(11)
FILES = {
    "models/ravi/kannada/config.json": b"{}",
    "models/ravi/kannada/weights/model.safetensors": generator.randbytes(300_000),
    "models/ravi/kannada/empty.txt": b"",
    "models/ravi/gated-model/config.json": b"{}",
    "datasets/ravi/words/data/ಪದ ಗಳು.jsonl": ('{"text": "ಕನ್ನಡ"}\n' * 40).encode(),
}
for path, data in FILES.items():
    (work / "hub" / path).parent.mkdir(parents=True, exist_ok=True)
    (work / "hub" / path).write_bytes(data)

stub = subprocess.Popen([sys.executable, str(ROOT / "Tests/ParityTests/hub_stub.py"), str(work / "hub")],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
endpoint = json.loads(stub.stdout.readline())["endpoint"]
for name in list(os.environ):
    if name.startswith(("HF_", "HUGGING")):
        del os.environ[name]
os.environ.update(HF_ENDPOINT=endpoint, HF_HOME=str(work / "theirs"), HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_XET="1")

import huggingface_hub
from huggingface_hub import errors, snapshot_download


# What huggingface_hub raises, and what akshara says.
REFUSED = [("ravi/gated-model", "main", errors.GatedRepoError, "the repository is gated"),
           ("ravi/private", "main", errors.RepositoryNotFoundError, "the repository is not there"),
           ("ravi/kannada", "v9", errors.RevisionNotFoundError, "there is no revision `v9`")]
FEWEST = 4 + 4 + 2


def ours(name, home, offline=False):
    environment = dict(os.environ, HF_HOME=str(work / home), HF_HUB_OFFLINE="1" if offline else "0")
    return subprocess.run([AKSHARA, "pull", name, "--json"], env=environment, capture_output=True, cwd=work)


def tree(home):
    """Every file and link of a cache below its repositories' folders, with its content or target."""
    found = {}
    root = work / home / "hub"
    for path in root.glob("*--*/**/*"):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def main():
    for kind, repository in (("model", "ravi/kannada"), ("dataset", "ravi/words")):
        name = "hf://" + ("datasets/" if kind == "dataset" else "") + repository
        theirs = snapshot_download(repository, repo_type=kind)
        done = ours(name, "ours")
        if done.returncode != 0:
            check(f"{kind}: akshara downloads it", False, done.stderr.decode())
            continue
        answer = json.loads(done.stdout)
        same(f"{kind}: the commit", pathlib.Path(answer["path"]).name, pathlib.Path(theirs).name)
        offline = dict(os.environ, HF_HUB_OFFLINE="1", HF_HOME=str(work / "ours"))
        code = f"import huggingface_hub as h; print(h.snapshot_download({repository!r}, repo_type={kind!r}))"
        read = subprocess.run([sys.executable, "-c", code], env=offline, capture_output=True, text=True)
        check(f"{kind}: huggingface_hub reads ours offline", read.stdout.strip() == answer["path"], read.stderr[-400:])
        back = ours(name, "theirs", offline=True)
        check(f"{kind}: akshara reads theirs offline", back.returncode == 0 and json.loads(back.stdout)["path"] == theirs, back.stderr.decode())
    mine, other = tree("ours"), tree("theirs")
    # Notes of their own that other clients need not have.
    other = {name: value for name, value in other.items() if "/refs/" in name or "/blobs/" in name or "/snapshots/" in name}
    # Of each of four files its blob and its link, and of each repository the commit that `main` is.
    check(f"caches of akshara and huggingface_hub {huggingface_hub.__version__}", mine == other and len(mine) >= FEWEST,
          sorted(map(str, set(mine.items()) ^ set(other.items())))[:6], f"{len(mine)} files and links")
    for repository, revision, expected, words in REFUSED:
        try:
            snapshot_download(repository, revision=revision, cache_dir=work / "none")
            theirs = None
        except Exception as error:  # Which one it is, is compared.
            theirs = type(error)
        done = ours(f"hf://{repository}@{revision}", "none")
        check(f"{repository}@{revision} is refused by both", theirs is expected and done.returncode == 1 and words in done.stderr.decode(),
              f"{theirs}, {done.stderr.decode()}")
    return verdict(2 * 3 + 1 + len(REFUSED))


try:
    status = main()
finally:
    stub.stdin.close()
    stub.wait()
    shutil.rmtree(work)
sys.exit(status)
