"""How fast deadlines and rates are: a million orders, all stages and modes, against the usual Python libraries.

``python -m bench.deadlines [--orders N] [--libraries]``. The libraries (``bench/requirements.txt``) are put into a
venv that is thrown away. What is measured is what an audit does: the deadlines are made and every one of them is read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.schemas import TABLES, create_table
from fulfil_analytics.sla import build_deadlines, build_rates
from fulfil_analytics.sql import fill

HERE = Path(__file__).parent
AS_OF = dt.datetime(2026, 11, 16, 12)
DAYS = 90
RUNS = 3
COMMAND = "python -m bench.deadlines --libraries --write"
STEPS = {"build": "deadlines made", "read": "every deadline read", "deadlines": "both", "rates": "rates over them"}
SPEEDS = {"a_second": "", "a_cpu_second": " cpu"}
TABLES_READ = ("orders", "sla_windows", "order_lines", "parcels", "journeys", "warehouses", "returns")
ASKED = {"deadlines": 4.0, "rates": 1.0, "times the fastest library": 30.0}
"""Seconds for a million orders on two cores, and how many times the fastest library of business hours."""


def main() -> None:
    """Measure and print a table; exit 1 when something asked for is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--policy", default="tiktok-us")
    parser.add_argument("--libraries", action="store_true", help="compare with the libraries as well")
    parser.add_argument("--write", action="store_true", help="keep the table as bench/DEADLINES.md")
    given = parser.parse_args()
    ours = measure(given.orders, given.policy)
    speed = {kind: ours["counted"] / ours[f"deadlines{step}"] for kind, step in SPEEDS.items()}
    lines = list(own_lines(given.orders, given.policy, ours))
    missed = [step for step in ("deadlines", "rates") if ours[step] > ASKED[step] * given.orders / 1_000_000]
    if given.libraries:
        found = libraries()
        lines += library_lines(found, speed)
        times = speed["a_second"] / max(one["a_second"] for name, one in found.items() if name != "numpy")
        if times < ASKED["times the fastest library"]:
            missed.append("times the fastest library")
    lines += [f"Missed: {step}, asked for {ASKED[step]:g}." for step in missed]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if given.write:
        (HERE / "DEADLINES.md").write_text(text, encoding="utf-8")
    sys.exit(1 if missed else 0)


def own_lines(orders: int, policy: str, ours: dict[str, Any]) -> Iterator[str]:
    """Yield what our own measurement says, as Markdown."""
    yield f"<!-- Made by: {COMMAND} -->"
    yield "# Deadlines and rates"
    yield ""
    yield (
        f"{orders:,} made-up orders under `{policy}`, every stage, four modes; {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} of others at the end; the best of {RUNS} runs."
    )
    yield ""
    yield "| step | seconds | CPU seconds | asked for |"
    yield "|---|---|---|---|"
    for step, words in STEPS.items():
        asked = f"{ASKED[step]:g} s" if step in ASKED else ""
        yield f"| {words} | {ours[step]:.2f} | {ours[f'{step} cpu']:.2f} | {asked} |"
    yield ""
    wall, busy = ours["counted"] / ours["deadlines"], ours["counted"] / ours["deadlines cpu"]
    yield f"{ours['counted']:,} deadlines: {wall:,.0f} a second, {busy:,.0f} a second of CPU."
    yield ""


def library_lines(found: dict[str, Any], ours: dict[str, float]) -> Iterator[str]:
    """Yield the comparison, as Markdown: by the clock, as is asked for, and by CPU time of all threads."""
    yield "| library | version | deadlines a second | ours, times | a second of CPU | ours, times |"
    yield "|---|---|---|---|---|---|"
    for name, one in found.items():
        speeds = " | ".join(f"{one[kind]:,} | {ours[kind] / one[kind]:,.1f}" for kind in SPEEDS)
        yield f"| {name} | {one['version']} | {speeds} |"
    yield ""
    yield "By the clock ours has all cores of the machine, a library the one that Python gives it. A library gives the"
    yield "moment two working days on; ours that of every stage and mode, with outcome and reasons. numpy counts dates"
    yield "alone: no time of day, no zone, no stop; no library of business hours, it is left out of the comparison."
    yield "business-duration measures spans."
    yield ""


def measure(orders: int, policy_id: str) -> dict[str, Any]:
    """Return seconds a step, each the best of three, over made-up orders in a file of its own."""
    policy = load_policy(rules_folder() / "policies" / f"{policy_id}.toml")
    with tempfile.TemporaryDirectory() as folder:
        con = duckdb.connect(str(Path(folder) / "orders.duckdb"))
        con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        for name in TABLES_READ:
            con.execute(create_table(name, TABLES[name]))
        for step in ("orders", "windows"):
            text = (HERE / f"deadlines_{step}.sql").read_text(encoding="utf-8")
            con.execute(fill(text, {"orders": orders, "days": DAYS, "as_of": AS_OF}))
        con.execute("CHECKPOINT")
        query = (HERE / "deadlines_read.sql").read_text(encoding="utf-8")
        found = {
            **best("build", lambda: build_deadlines(con, policy, AS_OF)),
            **best("read", lambda: con.execute(query).fetchone()),
            **best("rates", lambda: build_rates(con, policy, AS_OF)),
        }
        row = con.execute("SELECT count(due_at) FROM deadlines").fetchone() or (0,)
        con.close()
    whole = {f"deadlines{kind}": found[f"build{kind}"] + found[f"read{kind}"] for kind in ("", " cpu")}
    return {**found, **whole, "counted": int(row[0])}


def best(name: str, step: Callable[[], Any]) -> dict[str, float]:
    """Return seconds and CPU seconds of all threads, each the least of three runs."""
    spent, busy = [], []
    for _ in range(RUNS):
        began, worked = time.perf_counter(), time.process_time()
        step()
        spent.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
    return {name: min(spent), f"{name} cpu": min(busy)}


def libraries() -> dict[str, Any]:
    """Return version and deadlines a second of each library, measured in a venv that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        wanted = str(HERE / "requirements.txt")
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", wanted], check=True)
        script = str(HERE / "deadlines_libraries.py")
        said = subprocess.run([python, script], check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


if __name__ == "__main__":
    main()
