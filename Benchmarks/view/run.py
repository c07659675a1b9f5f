#!/usr/bin/env python3
"""How long `akshara view` takes on a large set: until the page can be opened, for pages, filters and searches.

    Benchmarks/view/run.py SHARDS_OR_CONVERSATIONS [--tokenizer FILE] [--repeat 3]

The set is anybody's; `Benchmarks/labels/make_rows.py` makes rows. Printed are the median of the repetitions, and the
memory of the process: what is its own, and the pages of files that it looked at, which the system may take back. There is
no peer to compare with: the physical limit of a filter that looks at every row is the time in which the rows' bytes are
read, which is printed beside it.
"""

import argparse
import http.cookies
import json
import os
import pathlib
import statistics
import subprocess
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara"))


class Page:
    """A running server, asked as its page asks it."""

    def __init__(self, arguments):
        self.begun = time.perf_counter()
        self.process = subprocess.Popen([AKSHARA, "view", "--json", *arguments], stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]
        self.opened = time.perf_counter() - self.begun
        parts = urllib.parse.urlsplit(self.url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        request = urllib.request.build_opener(NoRedirect).open(self.url)
        cookie = http.cookies.SimpleCookie(request.headers["Set-Cookie"])
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        request = urllib.request.Request(f"{self.base}{path}{'?' + query if query else ''}", headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        return json.loads(body) if answer.headers["Content-Type"].startswith("application/json") else body

    def memory(self):
        """MB of the process's own memory, and of mapped files."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        values = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
        return int(values["RssAnon"]) // 1000, int(values["RssFile"]) // 1000

    def close(self):
        self.process.terminate()
        self.process.wait()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_303(self, request, answer, code, message, headers):
        return answer


def timed(action):
    begun = time.perf_counter()
    result = action()
    return time.perf_counter() - begun, result


def filtered(page, number, **parameters):
    """Seconds until the first rows of a filter, and until all rows were looked at; how many were found."""
    begun = time.perf_counter()
    first = None
    while True:
        answer = page.get("/api/rows", **parameters, count=50, at=f"bench-{number}", **{"from": 0})
        if first is None and (answer["rows"] or answer["done"]):
            first = time.perf_counter() - begun
        if answer["done"]:
            return first, time.perf_counter() - begun, answer["found"]
        time.sleep(0.005)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--tokenizer")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    arguments = [options.path] + (["--tokenizer", options.tokenizer] if options.tokenizer else [])
    opened = []
    for _ in range(options.repeat):
        page = Page(arguments)
        opened.append(page.opened)
        page.close()
    page = Page(arguments)
    first, everything = timed(lambda: page.get("/api/set"))
    total = everything["count"]
    print(f"{total} rows: the page can be opened after {statistics.median(opened):.3f} s")
    shown, _ = timed(lambda: [page.get("/"), page.get("/view.css"), page.get("/view.js"), page.get("/api/rows", count=50)])
    print(f"the page's files and the first 50 rows: {1000 * (first + shown):.1f} ms")
    places = [total * step // 20 for step in range(20)]
    pages = [timed(lambda: page.get("/api/rows", count=50, **{"from": min(place, total - 50)}))[0] for place in places]
    print(f"50 rows anywhere: {1000 * statistics.median(pages):.1f} ms, at most {1000 * max(pages):.1f} ms")
    rows = [timed(lambda: page.get("/api/row", row=min(place, total - 1)))[0] for place in places]
    print(f"a row with its tokens: {1000 * statistics.median(rows):.1f} ms, at most {1000 * max(rows):.1f} ms")
    number = 0
    for name, parameters in [("language kn", {"language": "kn"}), ("tag t3", {"tag": "t3"}),
                             ("at least 300 tokens", {"min_tokens": 300}), ("every fault", {"fault": "any"}),
                             ("texts of control tokens", {"control": 1}), ("search `ಕನ್ನಡ`", {"search": "ಕನ್ನಡ"}),
                             ("search `zebra crossing`", {"search": "zebra crossing"})]:
        runs = []
        for _ in range(options.repeat):
            number += 1
            runs.append(filtered(page, number, **parameters))
        print(f"{name}: {runs[0][2]} rows; the first after {1000 * statistics.median(r[0] for r in runs):.0f} ms, "
              f"all after {statistics.median(r[1] for r in runs):.2f} s")
    own, files = page.memory()
    print(f"memory: {own} MB of its own, {files} MB of files")
    page.close()
    path = pathlib.Path(options.path)
    files = [file for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    seconds, size = timed(lambda: sum(len(file.read_bytes()) for file in files))
    print(f"reading the {size / 1e6:.0f} MB of the set's files: {seconds:.2f} s")


if __name__ == "__main__":
    main()
