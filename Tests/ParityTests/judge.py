"""What the scripts beside it share: the command under test, and the count of what differs.

The command is `AKSHARA_BINARY`, or the release build of this repository; real data lies in `AKSHARA_SHARED`, or beside the repository.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.path.abspath(os.environ.get("AKSHARA_BINARY", ROOT / ".build/release/akshara"))
SHARED = pathlib.Path(os.environ.get("AKSHARA_SHARED", ROOT / "../shared"))
failures = 0


def check(name, holds, detail="", note=""):
    """Counts and prints one comparison: the note always, the detail where it fails."""
    global failures
    failures += not holds
    said = " ".join(part for part in (str(note), "" if holds else str(detail)[:3000]) if part)
    print(f"{'same' if holds else 'DIFFERENT'}  {name}{': ' + said if said else ''}", flush=True)


def akshara(*arguments, status=0):
    """Runs the command, which must end with the status; what it printed."""
    done = subprocess.run([AKSHARA, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"akshara {' '.join(map(str, arguments))}: status {done.returncode}, not {status}\n{done.stderr}")
    return done


def verdict():
    """Prints how many comparisons failed; the exit status."""
    print(f"{failures} checks differ" if failures else "0 checks differ", flush=True)
    return 1 if failures else 0
