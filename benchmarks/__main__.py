"""`python -m benchmarks`: see README.md beside this file."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import (
    agreement,
    concurrency,
    disclosure,
    imports,
    kills,
    pages,
    pairing,
    races,
    relevance,
    report,
    search,
)


def main(arguments: Sequence[str] | None = None) -> None:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in {"-h", "--help"}):
        given.insert(0, "all")
    chosen = _parser().parse_args(given)
    sys.exit(chosen.task(chosen))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    tasks = parser.add_subparsers(required=True, metavar="TASK")

    def add(name: str, task: Callable[[argparse.Namespace], int], help_: str) -> Any:
        made = tasks.add_parser(name, help=help_)
        made.set_defaults(task=task)
        return made

    for name, task, help_ in (
        ("all", _all, "pages and imports"),
        ("pages", _pages, "what pages cost under gunicorn"),
    ):
        one = add(name, task, help_)
        _add_sizes(one)
        one.add_argument("--seconds", type=float, default=1.5, help="for each page in each round")
        one.add_argument("--rounds", type=int, default=7)
    one = add("disclosure", _disclosure, "what the disclosure check takes")
    one.add_argument("path", type=Path, help="judged texts, one JSON object a line")
    one.add_argument("--rounds", type=int, default=5)
    add("imports", _imports, "what the application takes before its first request")
    one = add("search", _search, "what results pages cost, beside SQLite's FTS5")
    _add_sizes(one)
    one.add_argument("--rounds", type=int, default=5)
    one = add("kills", _kills, "whether an acknowledged save outlives the process that made it")
    one.add_argument("--kills", type=int, default=50)
    one = add("concurrency", _concurrency, "whether many readers and a writer get on")
    one.add_argument("--minutes", type=float, default=5)
    one = add("relevance", _relevance, "how good the ranking is")
    one.add_argument("collections", type=Path, nargs="+", metavar="COLLECTION")
    one.add_argument("--tune", action="store_true", help="try other constants of the scoring")
    one = add("agreement", _agreement, "whether intervals of agreement hold the true value")
    one.add_argument("--draws", type=int, default=1000, help="samples of each population")
    one.add_argument("--compare", action="store_true", help="measure other methods too")
    one.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    one = add("pairing", _pairing, "what pairing costs and how well it pairs")
    one.add_argument(
        "--sizes", type=_sizes_of_registers, default=list(pairing.SIZES), metavar="SIZES"
    )
    one.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    one = add("races", races.command, "whether the last place of a host is given once")
    one.add_argument("--races", type=int, default=1000)
    return parser


def _add_sizes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sizes", type=_sizes, nargs="+", default=[[1000], [10_000], [100_000]], metavar="SIZE"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round there")
    parser.add_argument(
        "--folder", type=Path, help="keep the libraries there, or use those that are there"
    )


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 1000:
        raise argparse.ArgumentTypeError("a library has at least 1000 documents")
    return sizes


def _sizes_of_registers(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 10:
        raise argparse.ArgumentTypeError("a register has at least 10 authorities")
    return sizes


def _all(chosen: argparse.Namespace) -> int:
    return _pages(chosen) or _imports(chosen)


def _pages(chosen: argparse.Namespace) -> int:
    with _folder(chosen) as folder:
        results = pages.measure(
            _wanted(chosen), seconds=chosen.seconds, rounds=chosen.rounds, folder=folder
        )
    _write(chosen, [asdict(result) for result in results])
    print(report.pages(results))
    return 0


def _disclosure(chosen: argparse.Namespace) -> int:
    disclosure.measure(chosen.path, chosen.rounds)
    return 0


def _imports(chosen: argparse.Namespace) -> int:
    print(report.imports(imports.measure()))
    return 0


def _search(chosen: argparse.Namespace) -> int:
    with _folder(chosen) as folder:
        results = search.measure(_wanted(chosen), rounds=chosen.rounds, folder=folder)
    _write(chosen, [asdict(result) for result in results])
    print(report.searches(results))
    return 0


def _kills(chosen: argparse.Namespace) -> int:
    result = kills.measure(chosen.kills)
    print(report.killed(result))
    return 1 if result.losses else 0


def _concurrency(chosen: argparse.Namespace) -> int:
    result = concurrency.measure(chosen.minutes)
    print(report.concurrent(result))
    return 0 if result.sound else 1


def _relevance(chosen: argparse.Namespace) -> int:
    print(report.judged(relevance.measure(chosen.collections, tune=chosen.tune)))
    return 0


def _agreement(chosen: argparse.Namespace) -> int:
    result = agreement.measure(chosen.draws, compare=chosen.compare)
    if chosen.json:
        text = json.dumps(about() | {"draws": chosen.draws} | asdict(result), indent=1)
        chosen.json.write_text(text + "\n", encoding="utf-8")
    print(report.agreed(result))
    return 0


def _pairing(chosen: argparse.Namespace) -> int:
    results = pairing.measure(chosen.sizes)
    _write(chosen, [asdict(result) for result in results])
    print(pairing.report(results, report.table))
    return 0


@contextmanager
def _folder(chosen: argparse.Namespace) -> Iterator[Path]:
    with TemporaryDirectory() as temporary:
        yield (chosen.folder or Path(temporary)).resolve()


def _wanted(chosen: argparse.Namespace) -> list[int]:
    return sorted({size for sizes in chosen.sizes for size in sizes})


def _write(chosen: argparse.Namespace, results: list[dict[str, Any]]) -> None:
    if chosen.json:
        text = json.dumps(about() | {"sizes": results}, indent=1)
        chosen.json.write_text(text + "\n", encoding="utf-8")


def about() -> dict[str, object]:
    """Return when and on what this was measured."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }


if __name__ == "__main__":
    main()
