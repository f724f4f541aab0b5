"""Numbers a second through the waybill formats: ``python bench/waybills.py [MILLIONS]``.

Regex: carriers whose formats have no check digit; each number is judged by its carrier's patterns alone. With check
digits: UPS, USPS and FedEx numbers beside them, every second one right. Best of three runs, on the cores DuckDB takes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.reference.verdicts import Judge
from fulfil_analytics.resources import rules_folder

FORMS = {
    "gofo": "'GFUS' || lpad((i * 7919)::VARCHAR, 14, '0')",
    "jt": "'6' || lpad((i * 104729)::VARCHAR, 11, '0')",
    "spx": "'SPXID' || lpad((i * 15485863)::VARCHAR, 11, '0') || 'B'",
    "lasership": "'1LSCX' || upper(left(md5(i::VARCHAR), 10))",
    "yunexpress": "'YT' || lpad((i * 32452843)::VARCHAR, 16, '0')",
    "cainiao": "'LP' || lpad((i * 49979687)::VARCHAR, 14, '0')",
}
CHECKED = {
    "ups": "'1Z' || upper(left(md5(i::VARCHAR), 15)) || (i % 10)::VARCHAR",
    "usps": "'94001' || lpad((i * 15485863)::VARCHAR, 17, '0')",
    "fedex": "lpad((i * 15485863)::VARCHAR, 12, '0')",
}


def measure(
    con: duckdb.DuckDBPyConnection, book: CarrierBook, forms: dict[str, str], numbers: int
) -> tuple[float, float]:
    """Return numbers a second, and a second of one core, the best of three runs over numbers that stand in a table."""
    each = numbers // len(forms)
    parts = " UNION ALL ".join(
        f"SELECT '{carrier}' AS carrier, {form} AS waybill FROM range({each}) AS t (i)"
        for carrier, form in forms.items()
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE numbers AS SELECT DISTINCT carrier, waybill FROM ({parts})")
    count = con.execute("SELECT count(*) FROM numbers").fetchall()[0][0]
    verdict = Judge(book.by_id).sql(list(forms))
    best = (0.0, 0.0)
    for _ in range(3):
        began, used = time.perf_counter(), time.process_time()
        con.execute(f"SELECT sum({verdict}) FROM numbers").fetchall()
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        best = max(best, (count / wall, count / cpu))
    return best


def main() -> None:
    """Print both measures."""
    numbers = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 2_000_000
    book = CarrierBook.load([rules_folder() / "carriers"])
    with duckdb.connect() as con:
        book.install(con)
        threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
        for name, forms in (("regex alone", FORMS), ("with check digits", {**FORMS, **CHECKED})):
            wall, core = measure(con, book, forms, numbers)
            print(f"{name}: {wall / 1e6:.2f} M numbers/s on {threads} threads, {core / 1e6:.2f} M a second of one core")


if __name__ == "__main__":
    main()
