"""What the scripts beside it share: the command under test, and the count of what was compared and what differs.

The command is `AKSHARA_BINARY`, or the release build of this repository; real data lies in `AKSHARA_SHARED`, or beside the repository.

A script ends with `sys.exit(verdict(N))`, N being the number of checks that it makes: a loop over an empty list, a file that was not
read or a part that was not called is a failure, not a pass. What a machine lacks is passed over by `skip`, which says so and how many
checks that leaves out.
"""

import math
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.path.abspath(os.environ.get("AKSHARA_BINARY", ROOT / ".build/release/akshara"))
SHARED = pathlib.Path(os.environ.get("AKSHARA_SHARED", ROOT / "../shared")).resolve()
# No single run of the command takes a tenth of this here; one that hangs must not hold the other scripts up.
LONGEST = 900

made = failures = left_out = 0


def check(name, holds, detail="", note=""):
    """Counts and prints one comparison: the note always, the detail where it fails."""
    global made, failures
    made += 1
    failures += not holds
    said = " ".join(part for part in (str(note), "" if holds else str(detail)[:3000]) if part)
    print(f"{'same' if holds else 'DIFFERENT'}  {name}{': ' + said if said else ''}", flush=True)


def same(name, ours, theirs, note=""):
    """Compares two values, which are printed where they differ."""
    check(name, ours == theirs, f"ours {str(ours)[:1400]}, theirs {str(theirs)[:1400]}", note)


def close(name, ours, theirs, allowed):
    """Compares numbers (tensors, arrays or lists): as many of them, at least one, and none further apart than `allowed`.

    NaN is close to nothing, though Python's `max` and comparisons pass over it.
    """
    shapes = [getattr(values, "shape", None) for values in (ours, theirs)]
    ours, theirs = (values.reshape(-1).tolist() if hasattr(values, "reshape") else list(values) for values in (ours, theirs))
    distances = [math.inf if math.isnan(a - b) else abs(a - b) for a, b in zip(ours, theirs)]
    worst = max(distances, default=math.inf)
    alike = len(ours) == len(theirs) and (None in shapes or shapes[0] == shapes[1])
    check(name, alike and worst <= allowed, f"shapes {shapes}, {len(ours)} values of ours",
          f"{len(theirs)} values, worst {worst:.2e}, allowed {allowed:.1e}")


def skip(name, reason, checks=1):
    """Says what cannot be compared on this machine, and leaves so many checks out of those expected."""
    global left_out
    left_out += checks
    print(f"skipped  {name}: {reason}", flush=True)


def akshara(*arguments, status=0, **options):
    """Runs the command, which must end with the status; what it printed, as text. Options are subprocess.run's."""
    done = subprocess.run([AKSHARA, *map(str, arguments)], capture_output=True, text=True, timeout=LONGEST, **options)
    if done.returncode != status:
        sys.exit(f"akshara {' '.join(map(str, arguments))}: status {done.returncode}, not {status}\n{done.stderr}")
    return done


def verdict(expected):
    """Prints how many comparisons were made and how many failed; the exit status. Fewer than expected are a failure, too."""
    missing = max(0, expected - made - left_out)
    print(f"{made} checks, {failures} differ" + (f", {left_out} left out" if left_out else "")
          + (f"; {missing} of the {expected} expected were not made" if missing else ""), flush=True)
    return 1 if failures or missing or not made + left_out else 0
