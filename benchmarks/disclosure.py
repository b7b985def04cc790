"""What the disclosure check takes: to import, to load its lists, and for each kilobyte of text.

Each figure is of a process of its own. Text costs CPU time, so that what else runs counts little.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.pages import say

_TAKEN = """
import json, sys, time, types, resource
# the package's own __init__ would make the whole application
alone = types.ModuleType("portal")
alone.__path__ = ["portal"]
sys.modules["portal"] = alone
def rss():
    with open("/proc/self/statm") as at:
        return int(at.read().split()[1]) * resource.getpagesize() / 1e6
before, began = rss(), time.perf_counter()
from portal import disclosure
imported, after_import = time.perf_counter() - began, rss()
texts = [json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8")]
began = time.perf_counter()
disclosure.find("Nobody is named here.")
first = time.perf_counter() - began
size = sum(len(text.encode()) for text in texts)
began = time.process_time()
for text in texts:
    disclosure.find(text)
taken = time.process_time() - began
print(json.dumps([imported, first, after_import, rss(), size / 1000 / taken]))
"""


def measure(path: Path, rounds: int) -> None:
    """Say the medians of `rounds` fresh processes over the judged texts in `path`."""
    figures = []
    for _ in range(rounds):
        told = subprocess.run(
            [sys.executable, "-c", _TAKEN, str(path)], capture_output=True, text=True, check=True
        )
        figures.append(json.loads(told.stdout))
    imported, first, after, whole, speed = (median(column) for column in zip(*figures, strict=True))
    say(f"import: {imported:.2f} s, {after:.0f} MB RSS")
    say(f"first text, lists loaded: {first:.2f} s, {whole:.0f} MB RSS")
    say(f"text: {speed:.0f} kB for each second of CPU")
