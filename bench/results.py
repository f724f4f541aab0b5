"""Writes bench/RESULTS.md from what run.py measured. Standard library only: see measure.py."""

from __future__ import annotations

import datetime as dt
import math
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.measure import Cost

HERE = Path(__file__).resolve().parent
AUDIT, NIGHT, LOAD, SCAN = "fulfil audit", "next day", "typed load", "raw scan"
MILLION = 1_000_000
LIBRARIES = ("duckdb", "polars", "pandas", "pyarrow", "pandera", "plotly", "great-tables")
WORDS = {
    SCAN: "every cell read by DuckDB, nothing kept: the floor",
    LOAD: "hand-written SQL into a DuckDB file, every column typed",
    "questions: pandas": "five questions, pandas script",
    "questions: polars": "five questions, polars script",
    "questions: DuckDB SQL": "five questions, hand-written SQL",
    AUDIT: "`fulfil audit`: load, deadlines, rates, all rules, report and files",
    "fulfil audit, no --memory": "the same without `--memory`",
    NIGHT: "`fulfil audit` of the next day's exports (1 %) on top of that store",
}
STEPS = (
    "start",
    "looking at the files",
    "loading",
    "deriving orders, parcels and journeys",
    "running rules",
    "writing",
)
TOLD = 3
"""Combinations of findings that a cell of the table names; the rest is counted."""
RELATED = {
    "LARGE.md": "ten million orders and 61.6 million events in a control group of 4 GiB",
    "ACCURACY.md": "how many planted cases each rule finds, on seeds nobody tuned a rule to (`make accuracy`)",
    "deadlines.py": "deadlines of a million orders, beside libraries of business hours (`python -m bench.deadlines`)",
    "../docs/scale.md": "Spark: how many orders a day justify it",
}


@dataclass
class Measured:
    """What one size gave.

    Attributes
    ----------
    orders, events, bytes : int
        What was made; `bytes` without the files of the next day.
    repeats : int
        Repetitions; each figure is their median.
    costs : dict of str to Cost
        By task.
    steps : dict of str to float
        Seconds of each step of the audit, medians.
    stores : dict of str to float
        MiB of the files that the typed load and the audit leave.
    answers : dict
        What compare.py says.
    notes : list of str
        What went otherwise than asked.
    """

    orders: int
    events: int
    bytes: int
    repeats: int
    costs: dict[str, Cost] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    stores: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Report:
    """A whole benchmark.

    Attributes
    ----------
    load : float
        Load average of one minute when it began: on an idle machine near 0.
    memory, cage : str or None
        ``--memory`` of the audits, and the hard limit of their processes.
    started : dict of str to Cost
        Start-up: ``python``, ``help``, ``import``, ``small``.
    sizes : list of Measured
        By size.
    user : bool
        Whether start-up was measured in the environment of a user, see :mod:`bench.user`.
    """

    load: float
    memory: str | None
    cage: str | None
    started: dict[str, Cost]
    sizes: list[Measured]
    user: bool = False


def exponent(points: Iterable[tuple[float, float]]) -> float | None:
    """Return b of cost = a * size^b by least squares on logarithms; None where there are not two sizes.

    Examples
    --------
    >>> exponent([(10, 3), (100, 30), (1000, 300)])
    1.0
    """
    logs = [(math.log(size), math.log(cost)) for size, cost in points if cost > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    x_mean, y_mean = (sum(part) / len(logs) for part in zip(*logs, strict=True))
    slope = sum((x - x_mean) * (y - y_mean) for x, y in logs) / sum((x - x_mean) ** 2 for x, _ in logs)
    return round(slope, 3)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a Markdown table: the first column to the left, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return [*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def machine() -> list[str]:
    """Return what was measured on, as lines of a list."""
    cpu = platform.processor() or platform.machine()
    for line in _lines_of(Path("/proc/cpuinfo")):
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    total = next((line.split()[1] for line in _lines_of(Path("/proc/meminfo")) if line.startswith("MemTotal")), None)
    memory = f"{int(total) / 1024 / 1024:.1f} GiB of memory" if total else "memory unknown"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        f"- Machine: {cpu}, {cores} cores, {memory}, {platform.system()} {platform.release()}",
        f"- Versions: fulfil-analytics {version('fulfil-analytics')}, Python {platform.python_version()}, {libraries}",
    ]


def _lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def costs_of(measured: Measured) -> list[str]:
    """Return the section of one size: what each task cost, and as ratios."""
    load, scan = measured.costs[LOAD].wall, measured.costs[SCAN].wall
    rows = [
        (
            WORDS.get(name, name),
            f"{cost.wall:.2f}",
            f"{cost.cpu:.2f}",
            f"{cost.peak:,.0f}",
            f"{cost.wall / scan:.1f}",
            f"{cost.wall / load:.1f}",
        )
        for name, cost in measured.costs.items()
    ]
    runs = f"median of {measured.repeats} runs" if measured.repeats > 1 else "one run"
    return [
        f"## {measured.orders:,} orders, {measured.events:,} events",
        "",
        f"{measured.bytes / 1e6:,.0f} MB of CSV, {runs}.",
        "",
        *(f"**{note}**\n" for note in measured.notes),
        *table(("task", "wall s", "CPU s", "peak MiB", "x raw scan", "x typed load"), rows),
        f"The typed load leaves {measured.stores[LOAD]:,.0f} MiB, the audit's store {measured.stores[AUDIT]:,.0f} MiB.",
        "",
    ]


def steps_of(sizes: list[Measured]) -> list[str]:
    """Return the section of the audit's steps."""
    rows = []
    names = sizes[-1].steps
    for name in sorted(names, key=lambda name: (STEPS.index(name) if name in STEPS else len(STEPS), name)):
        row: list[str] = [name]
        for measured in sizes:
            seconds = measured.steps.get(name, 0.0)
            row += [f"{seconds:.2f}", f"{seconds / measured.costs[AUDIT].wall:.0%}"]
        rows.append(row)
    head = [words for measured in sizes for words in (f"{measured.orders:,}: s", "share")]
    return ["## The audit by step", "", *table(["step", *head], rows)]


def growth(sizes: list[Measured]) -> list[str]:
    """Return the section of cost against size."""
    rows = []
    for name in sizes[-1].costs:
        with_it = [measured for measured in sizes if name in measured.costs]
        parts = ("wall", "cpu", "peak")
        fits = [exponent((m.orders, getattr(m.costs[name], part)) for m in with_it) for part in parts]
        if fits[0] is not None:
            rows.append([name, *fits])
    if not rows:
        return []
    spread = " and ".join(f"{measured.orders:,}" for measured in sizes)
    return [
        "## Cost against size",
        "",
        f"Exponent b of cost = a * orders^b, fitted to {spread} orders; 1 is proportional. What a process",
        "costs before it has read a row draws the figure below 1.",
        "",
        *table(("task", "wall", "CPU", "peak memory"), rows),
    ]


def agreement(measured: Measured) -> list[str]:
    """Return the section that holds the answers against each other; none where no script ran."""
    if not measured.answers:
        return []
    alike, against = measured.answers["alike"], measured.answers["against"]
    differing = [name for name, same in alike.items() if not same]
    words = "the same to the byte" if not differing else f"DIFFERENT in {', '.join(differing)}"
    rates = (
        "the same"
        if against[0]["same"]
        else f"DIFFERENT: fulfil {against[0]['fulfil']}, scripts {against[0]['script']}"
    )
    rows = []
    for row in against[1:]:
        found = f"{row['planted']} / {row['planted_script']} / {row['planted_fulfil']}"
        only = [_told(row[f"only_{side}"]) for side in ("script", "fulfil")]
        rows.append((row["question"], row["script"], row["fulfil"], row["both"], found, *only))
    head = (
        "orders named",
        "scripts",
        "fulfil",
        "both",
        "planted / scripts / fulfil found",
        "only scripts",
        "only fulfil",
    )
    return [
        f"## Do the answers agree? ({measured.orders:,} orders)",
        "",
        f"The three scripts' answers are {words}. On-time dispatch by warehouse, scripts and fulfil: {rates}.",
        "Of orders that one side alone names, what fulfil's findings say of them:",
        "",
        *table(head, rows),
        "The five questions are in [questions/README.md](questions/README.md). The scripts answer only these, for one",
        "export layout; the audit checks every cell, judges every clock in four modes, runs all rules and writes the",
        "evidence.",
        "",
    ]


def _told(reasons: dict[str, int]) -> str:
    told = [f"{count}: {reason}" for reason, count in list(reasons.items())[:TOLD]]
    rest = sum(list(reasons.values())[TOLD:])
    return "; ".join([*told, f"{rest}: other combinations"] if rest else told) or "none"


def targets(report: Report) -> list[str]:
    """Return the section that holds the figures against what issue 7 wants."""
    largest = report.sizes[-1]
    big = next((measured for measured in report.sizes if measured.orders == MILLION), None)
    huge = next((measured for measured in report.sizes if measured.orders == 10 * MILLION), None)
    first = report.sizes[0]
    slope = exponent((m.orders, m.costs[AUDIT].wall) for m in report.sizes)
    span = f"{first.orders:,} to {largest.orders:,} orders"

    def at_million(what: str, value: float | None, limit: float, form: str) -> tuple[str, str, str]:
        return (what, "-" if value is None else form.format(value), _reached(value, limit))

    audit = big.costs[AUDIT] if big else None
    rows = [
        at_million(
            "1 M orders: audit within 2.5x the typed load",
            audit.wall / big.costs[LOAD].wall if big and audit else None,
            2.5,
            "{:.1f}x",
        ),
        at_million("1 M orders: peak memory under 2 GiB", audit.peak if audit else None, 2048, "{:,.0f} MiB"),
        at_million(
            "1 M orders: the next day's exports (1 %) in under 15 % of a full run",
            big.costs[NIGHT].wall / audit.wall if big and audit else None,
            0.15,
            "{:.0%}",
        ),
        (
            "cost exponent below 1.05 from 100 k to 10 M orders",
            "-" if slope is None else f"{slope} ({span})",
            _reached(slope, 1.05) + ("" if huge or slope is None else ", as far as measured"),
        ),
        at_million(
            "10 M orders + 60 M events finish in 4 GiB", huge.costs[AUDIT].peak if huge else None, 4096, "{:,.0f} MiB"
        ),
    ]
    for name, what, limit in (
        ("help", "`fulfil --help` under 0.3 s", 0.3),
        ("import", "`import fulfil_analytics` under 0.15 s", 0.15),
        ("small", "an audit of 1,000 orders under 3 s", 3.0),
    ):
        wall = report.started[name].wall
        rows.append((what, f"{wall:.2f} s", _reached(wall, limit)))
    bare = report.started["python"].wall
    return [
        "## Against the targets",
        "",
        *table(("to reach", "measured", ""), rows),
        f"Start-up times are those of whole processes, Python's own start of {bare:.2f} s among them, bytecode cached, "
        f"in {_THE_USERS if report.user else _NOT_THE_USERS}",
        "",
    ]


_THE_USERS = "an environment made from requirements.lock, as a user has it."
_NOT_THE_USERS = (
    "the environment of the benchmark: one made from requirements.lock could not be had, and libraries that developers "
    "add (pandas, pyspark) make it longer."
)


def _reached(value: float | None, limit: float) -> str:
    if value is None:
        return "not measured in this run"
    return "reached" if value < limit else "**not reached**"


def write_results(report: Report, path: Path) -> None:
    """Write the table of `report` to `path`."""
    limit = f"`--memory {report.memory}`" if report.memory else "without `--memory`"
    cage = f", each process in a hard limit of {report.cage}" if report.cage else ""
    busy = "" if report.load < 0.7 else " **The machine was busy: the times are too long.**"
    lines = [
        "# What an audit costs",
        "",
        "Written by `make bench` (bench/run.py); not edited by hand. Made-up exports of a US seller",
        "(bench/generate.py), each task a process of its own, files in the page cache.",
        "",
        f"- Date: {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC; load average before the run {report.load:.2f}.{busy}",
        *machine(),
        f"- Audits: {limit}{cage}; DuckDB and polars use all cores",
        "- Peak memory: the largest resident set that the kernel saw, libraries included",
        "",
        *targets(report),
        *(line for measured in report.sizes for line in costs_of(measured)),
        *steps_of(report.sizes),
        *growth(report.sizes),
        *agreement(report.sizes[-1]),
    ]
    related = [f"- [{name}]({name}): {what}" for name, what in RELATED.items() if (HERE / name).exists()]
    lines += ["## See also", "", *related, ""] if related else []
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
