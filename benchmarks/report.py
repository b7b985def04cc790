"""Figures as text: Markdown tables, then each aim with what was measured."""

from collections.abc import Sequence

from benchmarks.imports import Imports
from benchmarks.pages import BARE, PAGES, SHELL, Result, ratio

TYPICAL = 10_000


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first holds numbers."""
    lines = [list(head), ["---", *["--:"] * (len(head) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def pages(results: Sequence[Result]) -> str:
    """Return the report of `pages`."""
    parts = [_of_size(result) for result in results]
    parts += [_of_workers(results), _weights(results[-1]), "\n".join(_aims(results))]
    return "\n\n".join(parts)


def _of_size(result: Result) -> str:
    head = ("Page", "requests/s", "CPU ms", "p50 ms", "p95 ms", "× bytes", "× query and shell")
    rows = []
    for name in (BARE, SHELL, *PAGES):
        figures = [result.middle(name, key) for key in ("per_second", "cpu_ms", "p50_ms", "p95_ms")]
        written = [f"{figures[0]:,.0f}", f"{figures[1]:.2f}", *(f"{f:.1f}" for f in figures[2:])]
        ratios = [
            f"{ratio(result.rounds[name], result.rounds[floor]):.2f}" for floor in (BARE, SHELL)
        ]
        rows.append([name, *written, *ratios])
    return f"{result.size:,} documents\n\n{table(head, rows)}"


def _of_workers(results: Sequence[Result]) -> str:
    head = ("Documents", "RSS MB", "PSS MB", "RSS MB of floor", "first /sign-in s", "document s")
    rows = []
    for result in results:
        memory, start = result.memory, result.start
        figures = [memory.rss, memory.pss, result.memory_of_shell.rss]
        written = [*(f"{f:.0f}" for f in figures), f"{start.sign_in:.2f}", f"{start.document:.2f}"]
        rows.append([f"{result.size:,}", *written])
    return f"A worker after the load, and a cold start\n\n{table(head, rows)}"


def _weights(result: Result) -> str:
    rows = [
        [name, f"{weight.cold / 1000:.1f}", f"{weight.warm / 1000:.1f}"]
        for name, weight in result.weights.items()
    ]
    head = ("Page", "cold kB", "warm kB")
    return f"On the wire, {result.size:,} documents\n\n{table(head, rows)}"


def _aims(results: Sequence[Result]) -> list[str]:
    by_size = {result.size: result for result in results}
    lines = []
    if typical := by_size.get(TYPICAL):
        lines += _aims_of_one(typical)
    small, large = results[0], results[-1]
    if large is not small:
        for name in PAGES:
            what = f"{name}: CPU at {large.size:,} by CPU at {small.size:,}"
            lines.append(_aim(what, ratio(large.rounds[name], small.rounds[name]), 1.2, "×"))
    return lines


def _aims_of_one(result: Result) -> list[str]:
    by_shell = ratio(result.rounds["document"], result.rounds[SHELL])
    return [
        _aim("document page by query and shell", by_shell, 1.5, "×"),
        _aim("document page, CPU", result.middle("document", "cpu_ms"), 3, "ms"),
        _aim("worker, RSS", result.memory.rss, 100, "MB"),
        _aim("heaviest page, cold", max(w.cold for w in result.weights.values()) / 1000, 60, "kB"),
        _aim("heaviest page, warm", max(w.warm for w in result.weights.values()) / 1000, 15, "kB"),
        _aim("first answer", max(result.start.sign_in, result.start.document), 1.5, "s"),
    ]


def _aim(what: str, measured: float, aim: float, unit: str) -> str:
    met = "met" if measured <= aim else "NOT met"
    return f"- {what}: {measured:.2f} {unit}, aim at most {aim:g} {unit}: {met}"


def imports(found: Imports) -> str:
    """Return the report of `imports`."""
    return "\n".join(
        [
            f"- the interpreter alone: {found.interpreter_mb:.1f} MB",
            f"- import of app: {found.seconds:.2f} s",
            _aim("web application before its first request", found.application_mb, 60, "MB"),
        ]
    )
