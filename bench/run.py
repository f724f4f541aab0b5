"""The benchmark: ``python bench/run.py`` (``make bench``). Writes bench/RESULTS.md.

Makes raw exports once for each size, then runs each task as a process of its own and writes down what it cost: reading
the files at all, a typed load by hand-written SQL, `fulfil audit`, the next day's exports added to its store, and five
questions answered by pandas, polars and DuckDB scripts (questions/README.md).

Environment (or the option of the same name):

BENCH_SIZES    orders of each run, ``100000,1000000``
BENCH_DATA     folder for exports, stores and a user's environment, ``out/bench``; all but the stores are used again
BENCH_MEMORY   ``--memory`` of every audit, ``1GB``; ``none`` leaves it to the product
BENCH_CAGE     hard limit of an audit's process, e.g. ``2G`` (systemd or a control group); none by default
BENCH_REPEAT   repetitions of each task; by default 3 below 500,000 orders, else 1
BENCH_SCRIPTS  ``none`` leaves the pandas, polars and SQL scripts out: at ten million orders pandas takes all memory
BENCH_RESULTS  the table to write, ``bench/RESULTS.md``

Only the standard library is imported: see measure.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measure import MIB, CommandFailed, Cost, cage_kind, measure, median
from bench.results import AUDIT, LOAD, NIGHT, SCAN, Measured, Report, write_results
from bench.user import user_python

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
AS_OF = "2026-11-16 08:00:00"
NEW = 1.0
SEED = 1
PYTHON = sys.executable
MODULE = ["-m", "fulfil_analytics"]
PANDAS, POLARS, DUCKDB = "questions: pandas", "questions: polars", "questions: DuckDB SQL"


@dataclass(frozen=True)
class Settings:
    """What is asked of a benchmark; see the environment variables above."""

    sizes: tuple[int, ...]
    data: Path
    memory: str | None
    cage: str | None
    repeat: int | None
    results: Path
    scripts: bool = True

    @property
    def bytecode(self) -> Path:
        """Folder of Python's bytecode."""
        return self.data / "bytecode"

    def times(self, orders: int) -> int:
        """Return how often each task runs."""
        return self.repeat or (3 if orders < 500_000 else 1)


def make_data(orders: int, folder: Path) -> int:
    """Make the exports of one size unless they are there; return the number of events."""
    sources = b"".join(file.read_bytes() for file in sorted(HERE.glob("generate*")))
    made_by = {"sources": hashlib.sha256(sources).hexdigest(), "duckdb": version("duckdb"), "seed": SEED, "new": NEW}
    note = folder / "made.json"
    if note.exists() and (known := json.loads(note.read_text(encoding="utf-8")))["by"] == made_by:
        return int(known["events"])
    shutil.rmtree(folder, ignore_errors=True)
    words = [str(folder), "--orders", str(orders), "--seed", str(SEED), "--new", str(NEW)]
    said = subprocess.run(
        [PYTHON, str(HERE / "generate.py"), *words], capture_output=True, text=True, check=True
    ).stdout
    events = int(re.findall(r"(\d+) events", said)[0])
    note.write_text(json.dumps({"by": made_by, "events": events}), encoding="utf-8")
    return events


def size_of(folder: Path) -> int:
    """Return the bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.iterdir())


def fresh(path: Path) -> Path:
    """Return `path` after removing what stands there."""
    if path.is_dir():
        shutil.rmtree(path)
    for file in (path, Path(f"{path}.wal")):
        file.unlink(missing_ok=True)
    return path


def audit(
    inputs: Path, store: Path, out: Path, settings: Settings, *, memory: str | None, python: str = PYTHON
) -> Cost:
    """Run ``fulfil audit`` on `inputs`, into `store`."""
    limit = ["--memory", memory] if memory else []
    words = ["audit", inputs, "--policy", "tiktok-us", "--as-of", AS_OF.replace(" ", "T") + "Z", "--db", store]
    command = [python, *MODULE, *words, "--out", out, *limit, "--quiet"]
    return measure(command, cage=settings.cage, cwd=ROOT, bytecode=settings.bytecode)


def steps_of(out: Path) -> dict[str, float]:
    """Return the seconds of each step of the audit that wrote `out`."""
    return dict(json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"])


def tell(words: str) -> None:
    """Say what goes on."""
    print(words, flush=True)


def repeated(what: str, times: int, task: Callable[[], Cost]) -> Cost:
    """Run a task some times; return the medians."""
    costs = [task() for _ in range(times)]
    cost = median(costs)
    tell(f"  {what:34} {cost.wall:8.2f} s wall {cost.cpu:8.2f} s CPU {cost.peak:8.0f} MiB")
    return cost


def plain_tasks(measured: Measured, folder: Path, answers: Path, times: int, *, scripts: bool) -> None:
    """Measure everything that is not fulfil; with `scripts`, those of the questions too."""
    inputs, loaded = folder / "exports", folder / "typed.duckdb"
    sql = [PYTHON, HERE / "sql_file.py"]

    def load() -> Cost:
        return measure([*sql, HERE / "typed_load.sql", f"inputs={inputs}", "--db", fresh(loaded)])

    scan = [*sql, HERE / "raw_scan.sql", f"inputs={inputs}"]
    measure(scan)  # brings the files into the page cache, for all that follow
    measured.costs[SCAN] = repeated("raw scan", times, lambda: measure(scan))
    measured.costs[LOAD] = repeated("typed load", times, load)
    measured.stores[LOAD] = loaded.stat().st_size / MIB
    fresh(loaded)
    if not scripts:
        return
    duckdb = [*sql, HERE / "questions" / "duckdb_questions.sql", f"inputs={inputs}", f"as_of={AS_OF}"]
    for name, library in ((PANDAS, "pandas"), (POLARS, "polars"), (DUCKDB, "duckdb")):
        into = fresh(answers / library)
        into.mkdir(parents=True)
        script = [PYTHON, HERE / "questions" / f"{library}_questions.py", inputs, into, AS_OF]
        command = [*duckdb, f"answers={into}"] if library == "duckdb" else script
        measured.costs[name] = repeated(name, times, lambda command=command: measure(command))


def audits(measured: Measured, folder: Path, answers: Path, settings: Settings, times: int) -> None:
    """Measure the audit, the next day's exports on top of it, and at the smaller sizes the audit without a limit."""
    store, out = folder / "shop.duckdb", folder / "audit"
    steps: list[dict[str, float]] = []
    nights: list[Cost] = []
    memory = settings.memory

    def within() -> Cost:
        nonlocal memory
        try:
            return audit(folder / "exports", fresh(store), fresh(out), settings, memory=memory)
        except CommandFailed as problem:
            if memory is None:
                raise
            tell(str(problem))
            measured.notes.append(f"The audit did not finish with `--memory {memory}`: measured without a limit.")
            memory = None
            return within()

    def whole() -> Cost:
        cost = within()
        steps.append(steps_of(out) | {"processes start and end": 0.0})
        steps[-1]["processes start and end"] = cost.wall - sum(steps[-1].values())
        if len(steps) == 1:
            if settings.scripts:
                compare(measured, folder, answers, store)
            measured.stores[AUDIT] = store.stat().st_size / MIB
        nights.append(audit(folder / "new", store, fresh(folder / "audit-new"), settings, memory=memory))
        return cost

    measured.costs[AUDIT] = repeated(AUDIT, times, whole)
    measured.costs[NIGHT] = repeated("the next day's exports", 1, lambda: median(nights))
    middle = len(steps) // 2
    measured.steps = {name: sorted(run[name] for run in steps)[middle] for name in steps[0]}
    if memory and measured.orders < 500_000:
        name = f"{AUDIT}, no --memory"
        free = audit(folder / "exports", fresh(store), fresh(out), settings, memory=None)
        measured.costs[name] = repeated(name, 1, lambda: free)


def compare(measured: Measured, folder: Path, answers: Path, store: Path) -> None:
    """Hold the answers against each other."""
    folders = [answers / library for library in ("duckdb", "pandas", "polars")]
    words = ["--store", store, "--truth", folder / "truth.parquet", *folders]
    command = [PYTHON, HERE / "compare.py", *words]
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    measured.answers = json.loads(said)


def one_size(orders: int, settings: Settings) -> Measured:
    """Make the data of one size and measure every task."""
    folder = settings.data / str(orders)
    tell(f"{orders:,} orders")
    events = make_data(orders, folder)
    times = settings.times(orders)
    measured = Measured(orders, events, size_of(folder / "exports"), times)
    plain_tasks(measured, folder, folder / "answers", times, scripts=settings.scripts)
    audits(measured, folder, folder / "answers", settings, times)
    for left in ("shop.duckdb", "audit", "audit-new"):
        fresh(folder / left)
    return measured


def start_up(settings: Settings, python: str) -> dict[str, Cost]:
    """Measure what a user waits for: the help, the import, an audit of 1,000 orders."""
    folder = settings.data / "1000"
    make_data(1000, folder)
    store, out = folder / "shop.duckdb", folder / "audit"
    tell("start-up")
    commands = {"python -c pass": [python, "-c", "pass"], "fulfil --help": [python, *MODULE, "--help"]}
    commands["import fulfil_analytics"] = [python, "-c", "import fulfil_analytics"]

    def short(what: str) -> Cost:
        return repeated(what, 5, lambda: measure(commands[what], cwd=ROOT, bytecode=settings.bytecode))

    def small() -> Cost:
        return audit(folder / "exports", fresh(store), fresh(out), settings, memory=None, python=python)

    small()  # writes the bytecode, as installing the package does
    measure(commands["fulfil --help"], cwd=ROOT, bytecode=settings.bytecode)
    return {
        "python": short("python -c pass"),
        "help": short("fulfil --help"),
        "import": short("import fulfil_analytics"),
        "small": repeated("audit of 1,000 orders", 3, small),
    }


def settings_from(words: list[str] | None = None) -> Settings:
    """Read the command line; the environment gives what it leaves out."""
    parser = argparse.ArgumentParser(description="Runs the benchmark.")
    given = os.environ.get
    parser.add_argument("--sizes", default=given("BENCH_SIZES") or "100000,1000000")
    parser.add_argument("--data", type=Path, default=Path(given("BENCH_DATA") or ROOT / "out" / "bench"))
    parser.add_argument("--memory", default=given("BENCH_MEMORY") or "1GB")
    parser.add_argument("--cage", default=given("BENCH_CAGE") or None)
    parser.add_argument("--repeat", type=int, default=int(given("BENCH_REPEAT") or 0) or None)
    parser.add_argument("--scripts", choices=("all", "none"), default=given("BENCH_SCRIPTS") or "all")
    parser.add_argument("--results", type=Path, default=Path(given("BENCH_RESULTS") or HERE / "RESULTS.md"))
    told = parser.parse_args(words)
    sizes = tuple(sorted({int(size) for size in told.sizes.replace(",", " ").split()}))
    memory = None if told.memory == "none" else told.memory
    return Settings(sizes, told.data.resolve(), memory, told.cage, told.repeat, told.results, told.scripts == "all")


def main() -> None:
    """Run the command."""
    settings = settings_from()
    if settings.cage and cage_kind() is None:
        sys.exit("BENCH_CAGE: neither systemd nor a control group can set a hard limit here")
    load = os.getloadavg()[0]
    tell("the environment of a user")
    user = user_python(settings.data / "user")
    started = start_up(settings, str(user or PYTHON))
    sizes = []
    failed = ""
    for size in settings.sizes:
        try:
            sizes.append(one_size(size, settings))
        except CommandFailed as problem:
            failed = f"{size:,} orders: {problem}"
            break
    if sizes:
        write_results(Report(load, settings.memory, settings.cage, started, sizes, user is not None), settings.results)
        tell(f"{settings.results}")
    if failed:
        sys.exit(failed)


if __name__ == "__main__":
    main()
