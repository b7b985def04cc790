"""Figures as text: Markdown tables, then each aim with what was measured."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from benchmarks import agreement, concurrency, kills, relevance, search
from benchmarks.imports import Imports
from benchmarks.pages import BARE, PAGES, SHELL, Result, ratio
from benchmarks.search import FTS5, KINDS, OURS

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


def searches(results: Sequence[search.Result]) -> str:
    """Return the report of `search`."""
    parts = []
    for result in results:
        parts += [_of_searches(result), _of_parts(result)]
    return "\n\n".join([*parts, _of_indexes(results), _of_opening(results)])


def _of_searches(result: search.Result) -> str:
    head = ("Results page", "found", "portal ms", "FTS5 ms", "portal / FTS5", "without counting")
    rows = []
    for kind in KINDS:
        found = median(page.found for page in result.pages(kind, OURS))
        times = [f"{result.middle(kind, system):.2f}" for system in (OURS, FTS5)]
        ratios = [f"{result.ratio(kind):.2f}", f"{result.ratio(kind, without_counting=True):.2f}"]
        rows.append([kind, f"{found:,.0f}", *times, *ratios])
    return f"{result.size:,} documents, CPU ms of a page\n\n{table(head, rows)}"


def _of_parts(result: search.Result) -> str:
    rows = []
    for kind in KINDS:
        for system in (OURS, FTS5):
            names = result.pages(kind, system)[0].parts
            said = [f"{name} {result.part(kind, system, name):.2f}" for name in names]
            rows.append([kind, system, ", ".join(said)])
    lines = [["Results page", "", "CPU ms of each part"], ["---"] * 3, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _of_indexes(results: Sequence[search.Result]) -> str:
    head = ("Documents", "", "documents/CPU s", "documents/s", "MB on disk", "first page ms")
    rows = []
    for result in results:
        for place, system in enumerate((OURS, FTS5)):
            built = result.built[system]
            speeds = [
                f"{built.documents / built.cpu:,.0f}",
                f"{built.documents / built.elapsed:,.0f}",
            ]
            first = median(pair[place] for pair in result.first)
            rows.append(
                [f"{result.size:,}", system, *speeds, f"{built.megabytes:,.0f}", f"{first:.1f}"]
            )
    return f"Building an index, and the first page after opening it\n\n{table(head, rows)}"


def _of_opening(results: Sequence[search.Result]) -> str:
    head = (
        "Documents",
        "save p50 s",
        "save p95 s",
        "RSS MB",
        "opened, searched",
        "PSS MB",
        "opened, searched",
        "catalogue CPU s",
    )
    rows = []
    for result in results:
        taken = result.memory
        memory = (
            [f"{mb:.0f}" for mb in (taken.rss_before, taken.rss, taken.pss_before, taken.pss)]
            if taken
            else [""] * 4
        )
        saves = [f"{result.save(share):.3f}" for share in (50, 95)]
        rows.append([f"{result.size:,}", *saves, *memory, f"{result.catalogue:.2f}"])
    return f"Until a save is found, and the memory of a process\n\n{table(head, rows)}"


def killed(result: kills.Result) -> str:
    """Return the report of `kills`."""
    lines = [
        f"- kills: {result.kills}",
        f"- saves that had been acknowledged: {result.saves}",
        f"- saves under way when killed: {result.under_way}, of these in the index: {result.kept}",
        f"- files left behind: {len(result.strays)}",
        f"- losses: {len(result.losses)}",
    ]
    return "\n".join([*lines, *(f"  - {loss}" for loss in result.losses)])


def concurrent(result: concurrency.Result) -> str:
    """Return the report of `concurrency`."""
    seen = result.seen
    lines = [
        f"- searches: {seen.searches:,}, of these for the words of one save: {seen.checks:,}",
        f"- saves: {result.saves:,}",
        f"- errors: {seen.errors}",
        f"- stale: {seen.stale}",
        f"- outside the audience: {seen.outside}",
    ]
    return "\n".join([*lines, *(f"  - {problem}" for problem in seen.problems)])


def judged(results: Sequence[relevance.Result]) -> str:
    """Return the report of `relevance`."""
    head = ("Collection", "queries", *relevance.MEASURES)
    rows = [[r.name, f"{r.queries}", *_measured(r.portal)] for r in results]
    rows.append(["mean", "", *_measured(_mean([r.portal for r in results]))])
    parts = [f"With the portal's settings\n\n{table(head, rows)}"]
    others = {r.name: r.others for r in results if r.others}
    folds = {r.name: r.folds for r in results if r.folds}
    if others:
        parts.append(f"Tuned on the other collections\n\n{_tuned(others)}")
    if folds:
        parts.append(f"Tuned on four fifths of its own queries\n\n{_tuned(folds)}")
    return "\n\n".join(parts)


def _tuned(choices: Mapping[str, relevance.Choice]) -> str:
    head = ("Collection", *relevance.MEASURES, "chosen")
    rows = [
        [name, *_measured(choice.figures), "; ".join(dict.fromkeys(map(_said, choice.chosen)))]
        for name, choice in choices.items()
    ]
    rows.append(["mean", *_measured(_mean([choice.figures for choice in choices.values()])), ""])
    return table(head, rows)


def _mean(figures: Sequence[relevance.Figures]) -> relevance.Figures:
    return {name: fmean(one[name] for one in figures) for name in relevance.MEASURES}


def _measured(figures: relevance.Figures) -> list[str]:
    return [f"{figures[name]:.4f}" for name in relevance.MEASURES]


def _said(constants: relevance.Constants) -> str:
    return " ".join(f"{name} {value:g}" for name, value in constants)


def agreed(result: agreement.Result) -> str:
    """Return the report of `agreement`."""
    parts = [
        f"Coverage of the interval of an item\n\n{_coverages(result.items)}",
        f"Mean width of that interval\n\n{_coverages(result.items, 'width')}",
        f"Bias of the consensus\n\n{_coverages(result.items, 'bias')}",
        f"Coverage of the interval of a vignette\n\n{_coverages(result.tiers)}",
    ]
    for kind in dict.fromkeys(one.method for one in result.themes):
        of_kind = [one for one in result.themes if one.method == kind]
        parts.append(f"Coverage of the interval of a theme, items {kind}\n\n{_coverages(of_kind)}")
    if result.compared:
        parts.append(f"Coverage by other methods\n\n{_methods(result.compared)}")
    times = [f"{what} {ms:.1f} ms" for what, ms in result.milliseconds.items()]
    parts.append(f"Median time of an interval, nothing remembered: {', '.join(times)}")
    return "\n\n".join(parts)


def _coverages(found: Sequence[agreement.Coverage], what: str = "coverage") -> str:
    sizes = sorted({one.answers for one in found})
    cells = {(one.population, one.answers): getattr(one, what) for one in found}
    rows = [
        [name, *(_share(cells.get((name, size))) for size in sizes)]
        for name in dict.fromkeys(one.population for one in found)
        if what == "coverage" or name in agreement.PLANTED
    ]
    return table(("Population", *(f"n = {size}" for size in sizes)), rows)


def _methods(found: Sequence[agreement.Coverage]) -> str:
    names = list(dict.fromkeys(one.population for one in found))
    rows: dict[tuple[str, int], dict[str, float]] = {}
    widths: dict[tuple[str, int], float] = {}
    for one in found:
        rows.setdefault((one.method, one.answers), {})[one.population] = one.coverage
        if one.population == agreement.ANY:
            widths[one.method, one.answers] = one.width
    return table(
        ("Method", "n", *names, "mean width"),
        [
            [method, f"{n}", *(_share(row[name]) for name in names), _share(widths[method, n])]
            for (method, n), row in rows.items()
        ],
    )


def _share(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3f}"
