"""DuckDB and Spark on the same orders: ``python bench/spark.py out/bench/100000 [--workers 2]``.

The folder is one that ``bench/generate.py`` made. Each engine audits its orders in processes of its own; printed are
wall and CPU seconds and the greatest memory of all these processes together, as table rows, and what Spark's run says
of its steps. Spark runs on ``local-cluster``, separate worker processes on this machine: what a
cluster costs beside the work, not what a cluster gains. Linux only: processes are looked up in /proc.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2026-11-16 08:00:00"
TICK = os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024

DUCKDB = """
import sys
from pathlib import Path
from fulfil_analytics.audit.files import write_folder
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_audit
with run_audit([sys.argv[1]], Options(policy="tiktok-us", as_of=sys.argv[3])) as run:
    write_folder(run, Path(sys.argv[2]))
"""
CANONICAL = """
import sys
from pathlib import Path
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_load
run_load([sys.argv[1]], Options(policy="tiktok-us"), Path(sys.argv[2]))
"""
SPARK = """
import sys, time
from fulfil_analytics.audit.cluster import run_spark_audit
from fulfil_analytics.audit.options import Options
from fulfil_analytics.engines.spark_engine import new_session
began = time.perf_counter()
workers = sys.argv[4]
spark = new_session(f"local-cluster[{workers},1,3072]", **{
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "2g",
    "spark.executor.memory": "2g", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": str(2 * int(workers)),
    "spark.executorEnv.PYTHONPATH": sys.argv[5]})
spark.range(1).count()
print("session", round(time.perf_counter() - began, 1), file=sys.stderr)
run = run_spark_audit([sys.argv[1]], Options(policy="tiktok-us", as_of=sys.argv[3]), sys.argv[2], spark)
print(run.manifest["counts"], file=sys.stderr)
spark.stop()
"""


def cost(script: str, *words: object) -> tuple[float, float, float]:
    """Run a script in a session of its own; return wall and CPU seconds and MiB of all processes of the session."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    seconds: dict[tuple[int, int], float] = {}
    peak = 0.0
    while child.poll() is None:
        held = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                told = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(told[3]) == child.pid:
                seconds[int(stat.parent.name), int(told[19])] = (int(told[11]) + int(told[12])) / TICK
                held += int(told[21]) * os.sysconf("SC_PAGE_SIZE")
        peak = max(peak, held / MIB)
        time.sleep(0.5)
    if child.returncode:
        raise SystemExit(f"it ended with {child.returncode}")
    return time.perf_counter() - began, sum(seconds.values()), peak


def main() -> None:
    """Measure both and print the row."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--workers", type=int, default=2)
    asked = words.parse_args()
    exports, aside = asked.folder / "exports", asked.folder / "spark"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    print("| what | wall s | CPU s | memory MiB |", "|---|---:|---:|---:|", sep="\n", flush=True)
    for what, script, rest in (
        ("DuckDB: exports to canonical folder", CANONICAL, (exports, aside / "canonical")),
        ("DuckDB: exports to audit folder", DUCKDB, (exports, aside / "duckdb", AS_OF)),
        (
            "Spark: canonical folder to audit folder",
            SPARK,
            (aside / "canonical", aside / "out", AS_OF, asked.workers, ROOT),
        ),
    ):
        wall, cpu, peak = cost(script, *rest)
        print(f"| {what} | {wall:.0f} | {cpu:.0f} | {peak:.0f} |", flush=True)
    print(json.dumps(json.loads((aside / "out" / "run.json").read_text())["seconds"], indent=1))


if __name__ == "__main__":
    main()
