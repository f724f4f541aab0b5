"""Sessions for the tests, and what is compared on both engines."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa

from fulfil_analytics.audit.files import write_folder
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_audit, run_load
from fulfil_analytics.engines.spark_engine import new_session

JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=200m"
"""Short-lived JVMs: what the second compiler gains it never earns back here."""


def has_java() -> bool:
    return shutil.which("java") is not None or "JAVA_HOME" in os.environ


def small_session(master: str = "local[1]", **settings: str):
    import pyspark

    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    return new_session(
        master,
        spark__ui__enabled="false",
        spark__driver__host="127.0.0.1",
        spark__driver__bindAddress="127.0.0.1",
        spark__driver__memory="2g",
        spark__driver__extraJavaOptions=JVM,
        spark__executor__extraJavaOptions=JVM,
        spark__executorEnv__PYTHONPATH=str(Path(__file__).parents[2]),
        spark__default__parallelism="1",
        spark__sql__shuffle__partitions="2" if "cluster" in master else "1",
        spark__sql__adaptive__enabled="false",
        spark__sql__codegen__wholeStage="false",
        spark__sql__codegen__factoryMode="NO_CODEGEN",
        spark__sql__parquet__compression__codec="uncompressed",
        # on a machine so busy that a process waits for minutes nobody is to be given up
        spark__network__timeout="3600s",
        spark__worker__timeout="3600",
        **settings,
    )


MOMENTS = [
    None,
    dt.datetime(1970, 1, 1),
    dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
    dt.datetime(1969, 12, 28, 12),
    dt.datetime(2026, 3, 8, 9, 59, 59),  # a second before the US spring forward (Los Angeles)
    dt.datetime(2026, 3, 8, 10),
    dt.datetime(2026, 11, 1, 8, 30),  # told twice on a clock in Los Angeles
    dt.datetime(2026, 11, 1, 9, 30),
    dt.datetime(2026, 10, 25, 0, 59, 59, 500_000),  # Europe's fall back
    dt.datetime(2026, 2, 28, 23, 59, 59),
    dt.datetime(2028, 2, 29),
    dt.datetime(2026, 11, 15, 7, 0, 0, 1),
]
ZONES = ["UTC", "America/Los_Angeles", "Europe/London", "Asia/Bangkok", "Asia/Kathmandu", "America/Sao_Paulo"]
NUMBERS = [None, 0, 1, -1, 23, -49, 10_000]
TEXTS = [
    None,
    "",
    " ",
    "St. John's & Ft Worth, N.W.",
    "São Paulo",
    "Sa\u0303o Paulo",
    "STRASSE Straße",
    "Æther Œuvre ł ø đ ı",
    "İstanbul",
    "ＴＯＫＹＯ　東京",
    "กรุงเทพมหานคร",
    "Hồ Chí Minh",
    "हिन्दी",
    "서울특별시",
    "e\u0301\u0323",
    "O`Fallon O’Fallon Oʼ´Fallon",
    'quote " back\\slash \t tab \n line \u0001 \u001f \u007f \u2028 / emoji 😀',
    "n s e w st ste ft mt",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﬁ ² ½",
]


def edges() -> pa.Table:
    """Every pair of moments with a zone, a number and a text in turn."""
    pairs = [(a, b) for a in MOMENTS for b in MOMENTS]
    count = len(pairs)
    return pa.table(
        {
            "id": pa.array(range(count), pa.int64()),
            "a": pa.array([a for a, _ in pairs], pa.timestamp("us")),
            "b": pa.array([b for _, b in pairs], pa.timestamp("us")),
            "zone": pa.array([ZONES[n % len(ZONES)] for n in range(count)], pa.string()),
            "n": pa.array([NUMBERS[n % len(NUMBERS)] for n in range(count)], pa.int64()),
            "m": pa.array([NUMBERS[(n // 7) % len(NUMBERS)] for n in range(count)], pa.int64()),
            "t": pa.array([TEXTS[n % len(TEXTS)] for n in range(count)], pa.string()),
            "u": pa.array([TEXTS[(n * 5 + 3) % len(TEXTS)] for n in range(count)], pa.string()),
        }
    )


CALLS = {
    "seconds": "fa_seconds(a, b)",
    "hours": "fa_hours(a, b)",
    "add_hours": "fa_add_hours(a, n)",
    "add_seconds": "fa_add_seconds(a, n)",
    "date": "cast(fa_date(a) as string)",
    "local": "fa_local(a, zone)",
    "local_date": "cast(fa_date(fa_local(a, zone)) as string)",
    "div": "fa_div(n, m)",
    "left": "fa_left(t, n)",
    "join": "fa_join(t, u)",
    "sundays": "fa_sundays(a, b)",
    "place": "fa_place(t)",
    "id": "fa_id(t)",
    "iso": "fa_iso(a)",
    "json": "fa_json_text(t)",
    "moment": "fa_moment(a, zone)",
    # the rest of the portable subset
    "length": "length(t)",
    "lower": "lower(t)",
    "upper": "upper(t)",
    "trim": "trim(t)",
    "replaced": "replace(t, 's', 'x')",
    "padded": "lpad(t, 5, '0') || rpad(t, 3, '.')",
    "greatest": "greatest(n, m)",
    "least": "least(a, b)",
    "mod": "mod(n, 7)",
    "like": "t like '%a%'",
    "cast": "cast(a as string)",
    "told": "cast(n as string) || cast(n > m as string)",
    "ordered": "case when t < u then -1 when t > u then 1 else 0 end",
}

TABLES = ("findings", "deadlines", "rates", "coverage", "orders", "quarantine")


def audit_both(spark, inputs, folder, *, policy, parts, only=(), spark_inputs=None, called=None, as_of=None):
    """Audit on both engines; yields what is compared, how many rows it has, and those that one engine alone has.

    Parameters
    ----------
    spark_inputs : list of str, optional
        What Spark reads; by default a canonical folder that is written first.
    called : dict, optional
        What a file is called where Spark read it, to its name on DuckDB.
    """
    from fulfil_analytics.audit.cluster import run_spark_audit

    options = Options(policy=policy, only=tuple(only), as_of=as_of)
    raw = spark_inputs is not None
    if not raw:
        run_load(inputs, options, folder / "canonical")
        spark_inputs = [str(folder / "canonical")]
    with run_audit(inputs, options) as run:
        write_folder(run, folder / "duckdb")
        manifest = run.manifest
    told = run_spark_audit(spark_inputs, options, str(folder / "spark"), spark, parts)
    text = "COLUMNS(*)::VARCHAR"
    for name, file in (called or {}).items():
        text = f"replace({text}, {name!r}, {file!r})"
    with duckdb.connect() as con:
        for table in TABLES:
            one = f"(SELECT COLUMNS(*)::VARCHAR FROM read_parquet({str(folder / 'duckdb' / f'{table}.parquet')!r}))"
            other = f"(SELECT {text} FROM read_parquet({str(folder / 'spark' / f'{table}.parquet/*.parquet')!r}))"
            rows = con.execute(f"SELECT count(*) FROM {one}").fetchone()[0]
            apart = [
                con.execute(f"SELECT * FROM (FROM {a} EXCEPT ALL FROM {b}) LIMIT 5").fetchall()
                for a, b in ((one, other), (other, one))
            ]
            yield table, rows, apart
        order = [
            con.execute(f"SELECT finding_id FROM read_parquet({str(folder / place)!r})").fetchall()
            for place in ("duckdb/findings.parquet", "spark/findings.parquet/*.parquet")
        ]
        yield "order of findings", len(order[0]), [] if order[0] == order[1] else [order, []]
    same = ["as_of", "rules", "policy", "carriers_sha256", "lists_sha256", "counts"]
    # a canonical folder does not know what was passed over when it was written
    same += ["skipped"] if raw else []
    same += [] if called else ["inputs"]
    unequal = {key: (manifest[key], told.manifest[key]) for key in same if manifest[key] != told.manifest[key]}
    yield "manifest", 1, [unequal]
    rows = told.manifest["counts"]["rows"]
    yield "merged", rows["merged"], []
    if raw:
        yield "skipped", len(told.manifest["skipped"]), []
    yield "rows in", rows["in"], [] if rows["in"] == rows["loaded"] + rows["merged"] + rows["quarantined"] else [rows]
