"""`python -m benchmarks`: see README.md beside this file."""

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import imports, pages, report


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = _parser().parse_args(arguments)
    if chosen.what in {"pages", "all"}:
        _pages(chosen)
    if chosen.what in {"imports", "all"}:
        print(report.imports(imports.measure()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=["all", "pages", "imports"])
    parser.add_argument("--sizes", type=_sizes, default=[1000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=1.5, help="for each page in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round there")
    parser.add_argument(
        "--folder", type=Path, help="keep the libraries there, or use those that are there"
    )
    return parser


def _sizes(text: str) -> list[int]:
    sizes = sorted({int(part) for part in text.split(",")})
    if sizes[0] < 1000:
        raise argparse.ArgumentTypeError("a library has at least 1000 documents")
    return sizes


def _pages(chosen: argparse.Namespace) -> None:
    with TemporaryDirectory() as temporary:
        results = pages.measure(
            chosen.sizes,
            seconds=chosen.seconds,
            rounds=chosen.rounds,
            folder=(chosen.folder or Path(temporary)).resolve(),
        )
    if chosen.json:
        text = json.dumps(about() | {"sizes": [asdict(r) for r in results]}, indent=1)
        chosen.json.write_text(text + "\n", encoding="utf-8")
    print(report.pages(results))


def about() -> dict[str, object]:
    """Return when and on what this was measured."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }


if __name__ == "__main__":
    main()
