#!/usr/bin/env python3
"""A hub on the loopback interface that speaks the routes of huggingface.co which downloads use.

    hub_stub.py FOLDER [--fault NAME …]

FOLDER holds `models/OWNER/NAME/…` and `datasets/OWNER/NAME/…`; files of more than 64 bytes are "large": they are listed with their
SHA-256 and served by a second server, the "CDN", behind a redirect. Prints {"endpoint", "cdn"} on one line, then one JSON line for
each request to standard error. Ends when its standard input is closed.

`hub_parity.py` lets the real `huggingface_hub` judge it. Repositories whose name holds `gated`, `private` or `missing` answer as such;
the token `hf_stub_good` may see all of them. Faults:

    busy        every second request is answered 429 with Retry-After: 0
    cut         the CDN breaks off after half of what was asked for, each first time
    no-ranges   the CDN ignores ranges
    corrupt     the CDN changes a byte
    escape      listings hold ../../escaped
    pages       listings come in pages of one entry
    elsewhere   the next page of a listing is on the CDN's host
"""

import hashlib
import http.server
import json
import pathlib
import sys
import threading
import urllib.parse

FOLDER = pathlib.Path(sys.argv[1])
FAULTS = set(sys.argv[3:]) if "--fault" in sys.argv else set()
GOOD = "Bearer hf_stub_good"
LARGE = 64


def repository_files(kind, name):
    root = FOLDER / kind / name
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()) if root.is_dir() else None


def commit_of(kind, name):
    digest = hashlib.sha1(f"{kind}/{name}".encode())
    for path in repository_files(kind, name):
        digest.update(path.encode() + (FOLDER / kind / name / path).read_bytes())
    return digest.hexdigest()


def identity(data):
    git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return (hashlib.sha256(data).hexdigest() if len(data) > LARGE else None), git


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0
    lock = threading.Lock()

    def log_message(self, *arguments):
        pass

    def record(self, server):
        with Handler.lock:
            Handler.count += 1
            number = Handler.count
            print(json.dumps({"server": server, "method": self.command, "path": self.path,
                              "authorization": self.headers.get("Authorization"), "range": self.headers.get("Range")}),
                  file=sys.stderr, flush=True)
        return number

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code=None, message="refused", **headers):
        if code:
            headers["X_Error_Code"] = code
        # What a careless server would do: say the credential again.
        headers["X_Error_Message"] = f"{message} {self.headers.get('Authorization', '')}".strip()
        self.answer(status, json.dumps({"error": message}).encode(), **headers)


class Hub(Handler):
    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        number = self.record("hub")
        if "busy" in FAULTS and number % 2 == 1:
            return self.refuse(429, None, "too many requests", Retry_After="0")
        url = urllib.parse.urlsplit(self.path)
        parts = [urllib.parse.unquote(p) for p in url.path.strip("/").split("/")]
        if parts[0] == "api" and len(parts) >= 6 and parts[4] in ("revision", "tree"):
            kind, name, action, revision = parts[1], "/".join(parts[2:4]), parts[4], parts[5]
            if self.admitted(kind, name, revision):
                self.revision(kind, name) if action == "revision" else self.tree(kind, name, url)
        elif "resolve" in parts:
            kind = "datasets" if parts[0] == "datasets" else "models"
            if parts[0] == "datasets":
                parts = parts[1:]
            name, revision, path = "/".join(parts[:2]), parts[3], "/".join(parts[4:])
            if self.admitted(kind, name, revision):
                self.resolve(kind, name, path)
        else:
            self.refuse(404, None, "no such route")

    def admitted(self, kind, name, revision):
        known = self.headers.get("Authorization")
        if known is not None and known != GOOD:
            self.refuse(401, None, "Invalid credentials in Authorization header")
        elif "gated" in name and known is None:
            self.refuse(401, "GatedRepo", "Access to model is restricted")
        elif "forbidden" in name:
            self.refuse(403, "GatedRepo", "Access to model is restricted and you are not in the authorized list")
        elif ("private" in name or repository_files(kind, name) is None) and known is None:
            self.refuse(401, "RepoNotFound", "Repository Not Found")
        elif repository_files(kind, name) is None:
            self.refuse(404, "RepoNotFound", "Repository not found")
        elif revision not in ("main", "v1", commit_of(kind, name)):
            self.refuse(404, "RevisionNotFound", "Invalid rev id")
        else:
            return True
        return False

    def revision(self, kind, name):
        siblings = [{"rfilename": path} for path in repository_files(kind, name)]
        info = {"id": name, "sha": commit_of(kind, name), "siblings": siblings, "private": False, "tags": [], "downloads": 0}
        self.answer(200, json.dumps(info).encode(), Content_Type="application/json")

    def tree(self, kind, name, url):
        entries = []
        folders = {str(parent) for path in repository_files(kind, name) for parent in pathlib.PurePosixPath(path).parents}
        for folder in sorted(folders - {"."}):
            entries.append({"type": "directory", "oid": "0" * 40, "size": 0, "path": folder})
        for path in repository_files(kind, name):
            data = (FOLDER / kind / name / path).read_bytes()
            large, git = identity(data)
            entry = {"type": "file", "oid": git, "size": len(data), "path": path}
            if large:
                entry["lfs"] = {"oid": large, "size": len(data), "pointerSize": 130}
            entries.append(entry)
        if "escape" in FAULTS:
            entries.append({"type": "file", "oid": "0" * 40, "size": 1, "path": "../../escaped"})
        headers = {}
        if FAULTS & {"pages", "elsewhere"}:
            index = int(urllib.parse.parse_qs(url.query).get("cursor", ["0"])[0])
            host = CDN if "elsewhere" in FAULTS else ENDPOINT
            if index + 1 < len(entries):
                headers["Link"] = f'<{host}{url.path}?recursive=true&cursor={index + 1}>; rel="next"'
            entries = entries[index:index + 1]
        self.answer(200, json.dumps(entries).encode(), Content_Type="application/json", **headers)

    def resolve(self, kind, name, path):
        if path not in repository_files(kind, name):
            return self.refuse(404, "EntryNotFound", "Entry not found", X_Repo_Commit=commit_of(kind, name))
        data = (FOLDER / kind / name / path).read_bytes()
        large, git = identity(data)
        if large:
            self.answer(302, b"", Location=f"{CDN}/{kind}/{name}/{urllib.parse.quote(path)}?signature=x",
                        X_Linked_Etag=f'"{large}"', X_Linked_Size=str(len(data)), X_Repo_Commit=commit_of(kind, name), ETag='"cdn"')
        else:
            self.answer(200, data, ETag=f'"{git}"', X_Repo_Commit=commit_of(kind, name))


class Cdn(Handler):
    seen = set()

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        self.record("cdn")
        if self.headers.get("Authorization"):
            # Signed addresses refuse a second credential, as S3 does.
            return self.refuse(400, None, "only one auth mechanism allowed")
        path = FOLDER / urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        if not path.is_file():
            return self.refuse(404)
        data = path.read_bytes()
        if "corrupt" in FAULTS:
            data = bytes([data[0] ^ 1]) + data[1:]
        asked, size, status, headers = self.headers.get("Range"), len(data), 200, {}
        if asked and "no-ranges" not in FAULTS:
            start = int(asked.removeprefix("bytes=").split("-")[0])
            if start >= size:
                return self.refuse(416, Content_Range=f"bytes */{size}")
            data, status = data[start:], 206
            headers["Content_Range"] = f"bytes {start}-{size - 1}/{size}"
        if "cut" in FAULTS and (self.path, asked) not in Cdn.seen and len(data) > 1:
            Cdn.seen.add((self.path, asked))
            self.answer(status, data[:len(data) // 2], Content_Length=str(len(data)), **headers)
            self.close_connection = True
            return None
        self.answer(status, data, **headers)


hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
cdn = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cdn)
ENDPOINT = f"http://127.0.0.1:{hub.server_port}"
CDN = f"http://localhost:{cdn.server_port}"  # another host name, as a CDN's is
for server in (hub, cdn):
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"endpoint": ENDPOINT, "cdn": CDN}), flush=True)
sys.stdin.read()
