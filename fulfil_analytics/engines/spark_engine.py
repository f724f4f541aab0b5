"""Spark: the same rules over tables that no single machine holds.

Rules, messages and evidence are Spark SQL over temporary views, with the ``fa_`` functions of ``prelude/spark.sql`` in
place. Nothing here collects more than the caller asks for: an audit's findings stay on the executors.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from fulfil_analytics import errors
from fulfil_analytics.engines.base import EngineError
from fulfil_analytics.engines.duckdb_engine import install_prelude
from fulfil_analytics.errors import FulfilError, UsageError
from fulfil_analytics.sql import literal, name, read_sql

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

SETTINGS = {
    "spark.sql.session.timeZone": ("UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT", "+00:00"),
    "spark.sql.ansi.enabled": ("true",),
    "spark.sql.caseSensitive": ("false",),
    "spark.sql.timestampType": ("TIMESTAMP_LTZ",),
    "spark.sql.parser.escapedStringLiterals": ("false",),
    "spark.sql.legacy.timeParserPolicy": ("EXCEPTION", "CORRECTED"),
    "spark.sql.ansi.doubleQuotedIdentifiers": ("false",),
}
"""Session setting to the values under which a rule means the same as on DuckDB; the first is the one to set."""


def new_session(master: str | None = None, **settings: str) -> SparkSession:
    """Start a SparkSession as an audit needs it, or return the one that runs if it is fit.

    Parameters
    ----------
    master : str, optional
        Spark master; by default what ``spark-submit`` or ``SPARK_REMOTE`` says, else ``local[*]``.
    **settings : str
        Further Spark settings, with ``__`` for each dot of their names.

    Raises
    ------
    UsageError
        pyspark or Java is missing, or the running session has other settings.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError(
            "Spark is not installed", column="--engine", remedy='Run: pip install "fulfil-analytics[spark]"'
        ) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("fulfil-analytics")
    if master is not None:
        builder = builder.master(master)
    wanted = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    wanted |= {setting: values[0] for setting, values in SETTINGS.items()}
    wanted |= {setting.replace("__", "."): value for setting, value in settings.items()}
    for setting, value in wanted.items():
        builder = builder.config(setting, value)
    running = SparkSession.getActiveSession()
    if running is not None:  # the user's own: looked at, never changed
        check_session(running)
        return running
    try:
        spark = builder.getOrCreate()
    except Exception as problem:  # py4j and pyspark raise what they like when no JVM starts
        raise UsageError(
            f"Spark does not start ({type(problem).__name__})",
            column="--engine",
            remedy="Install a Java runtime (17 or newer) and set JAVA_HOME, or run under spark-submit",
        ) from None
    check_session(spark)
    return spark


def check_session(spark: SparkSession) -> None:
    """Refuse a session under whose settings a rule would mean something else.

    Raises
    ------
    UsageError
        Spark older than 4, or a setting that is not one of :data:`SETTINGS`; the remedy is the line that sets it.
    """
    if int(spark.version.partition(".")[0]) < 4:
        raise UsageError(
            f"this is Spark {spark.version}", column="--engine", remedy="Use Spark 4.0 or newer (SQL functions need it)"
        )
    for setting, values in SETTINGS.items():
        found = spark.conf.get(setting, values[0]) or ""
        if found.lower() not in {value.lower() for value in values}:
            raise UsageError(
                f"the Spark session has {setting} = {found}",
                column="--engine",
                remedy=f'Run: spark.conf.set("{setting}", "{values[0]}")',
            )


class SparkEngine:
    """Runs rules on a Spark session that has the prelude.

    Parameters
    ----------
    spark : SparkSession
        Session to run on; it stays the caller's. Its settings are checked, see :func:`check_session`.
    """

    name = "spark"

    def __init__(self, spark: SparkSession) -> None:
        check_session(spark)
        # pyspark logs an error's words, which may quote a cell, and the whole plan with it
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
        self.spark = spark
        self._views: set[str] = set()
        self._put: dict[str, pa.Table] = {}
        # analysing a rule takes seconds: who asks for its columns next gets it again
        self._last: tuple[str, DataFrame] | None = None
        for statement in _prelude():
            spark.sql(statement)

    def frame(self, sql: str) -> DataFrame:
        """Return the DataFrame of the SELECT `sql`; raise :class:`EngineError` when it does not stand."""
        if self._last is not None and self._last[0] == sql:
            return self._last[1]
        try:
            frame = self.spark.sql(spoken(sql))
        except Exception as problem:
            raise EngineError(safe(problem)) from None
        self._last = sql, frame
        return frame

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the result of `sql`; the whole of it is brought to the driver, so it is for small results."""
        frame = self.frame(sql)
        try:
            table = frame.toArrow()
        except Exception as problem:
            raise EngineError(safe(problem)) from None
        yield from naive(table).to_batches()

    def columns(self, sql: str) -> dict[str, str]:
        """Return column name to kind of the SELECT `sql`, without running it."""
        return {field.name: _kind(field.dataType.simpleString()) for field in self.frame(sql).schema.fields}

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Let `tables` be the only tables there are; for small ones. One that is there already is left as it is."""
        self._drop(self._views - set(tables))
        for table, rows in tables.items():
            if table not in self._put or not self._put[table].equals(rows):
                self.view(table, self.spark.createDataFrame(rows))
                self._put[table] = rows

    def view(self, table: str, frame: DataFrame) -> None:
        """Let rules read `frame` as `table`; its times are UTC."""
        self._put.pop(table, None)
        self._last = None
        from pyspark.sql.functions import col

        times = [field.name for field in frame.schema.fields if field.dataType.typeName() == "timestamp_ntz"]
        told = frame.withColumns({column: col(name(column)).cast("timestamp") for column in times}) if times else frame
        if table in self._views:
            told.createOrReplaceTempView(table)
            return
        try:
            told.createTempView(table)
        except Exception as problem:
            if "ALREADY_EXISTS" not in str(getattr(problem, "getCondition", lambda: None)()):
                raise
            raise UsageError(
                f"the Spark session has a temporary view named {table} already",
                column="--engine",
                remedy=f'Drop or rename it: spark.catalog.dropTempView("{table}")',
            ) from None
        self._views.add(table)

    def clear(self) -> None:
        """Drop the views that were made here."""
        self._drop(set(self._views))

    def _drop(self, views: set[str]) -> None:
        self._last = None
        for view in views:
            self.spark.catalog.dropTempView(view)
            self._put.pop(view, None)
        self._views -= views

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


def spoken(sql: str) -> str:
    """Return portable SQL as Spark is to read it: a backslash is itself, ``lower`` and ``upper`` are DuckDB's."""
    if "lower" in sql or "upper" in sql:
        import sqlglot

        tokens = sqlglot.tokenize(sql, dialect="duckdb")
        for token, after in reversed(list(zip(tokens, tokens[1:], strict=False))):
            if token.text.lower() in ("lower", "upper") and after.text == "(" and token.token_type.name != "STRING":
                sql = f"{sql[: token.start]}fa_{token.text}{sql[token.end + 1 :]}"
    return sql.replace("\\", "\\\\")


_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "integer"),
    **dict.fromkeys(("timestamp", "timestamp_ntz"), "timestamp"),
    "string": "text",
}


def _kind(spark_type: str) -> str:
    """Return the portable word for a Spark type; whole decimals (a sum of integers) are integers."""
    whole = spark_type.startswith("decimal(") and spark_type.endswith(",0)")
    return "integer" if whole else _KINDS.get(spark_type, spark_type)


def naive(table: pa.Table) -> pa.Table:
    """Return `table` with its times in UTC without zone, as the house has them."""
    import pyarrow as pa

    return table.cast(pa.schema([field.with_type(_naive_type(field.type)) for field in table.schema]))


def _naive_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def safe(problem: BaseException) -> str:
    """Return what went wrong without a value: Spark's words may quote data, its error class and names do not."""
    if isinstance(problem, FulfilError):
        return problem.what
    condition = getattr(problem, "getCondition", lambda: None)()
    parameters = getattr(problem, "getMessageParameters", lambda: None)() or {}
    if condition is None:
        return f"the engine stopped with {type(problem).__name__} (its words may quote data and are not shown)"
    told = [f"{key} {value}" for key, value in parameters.items() if key in _NAMING]
    return f"{condition}{': ' if told else ''}{', '.join(told)}"


_NAMING = ("objectName", "relationName", "routineName", "functionName", "proposal", "sourceType", "targetType")
_RAISED = re.compile(r"^(?:\S+: )?fulfil_analytics\.errors\.(\w+): (.+)$", re.MULTILINE)


def retold(problem: BaseException) -> FulfilError | None:
    """Return the error of ours that an executor raised, where one is behind what Spark says; its text is ours too."""
    for kind, text in _RAISED.findall(str(problem)):
        error = getattr(errors, kind, None)
        if isinstance(error, type) and issubclass(error, FulfilError):
            return error(text.strip())
    return None


@cache
def _prelude() -> tuple[str, ...]:
    """Return the statements that make the ``fa_`` functions, what a character folds to asked of DuckDB."""
    import duckdb

    with duckdb.connect() as con:
        install_prelude(con)
        pairs = con.execute(read_sql("fulfil_analytics.engines", "prelude/folds.sql")).fetchall()
    values = {}
    for how in ("folded", "lower", "upper"):
        # translate() drops what has no partner, so those that vanish come last
        told = sorted(((was, becomes) for one, was, becomes in pairs if one == how), key=lambda pair: not pair[1])
        values[f"{how}_from"] = "".join(was for was, _ in told)
        values[f"{how}_to"] = "".join(becomes for _, becomes in told)
    text = read_sql("fulfil_analytics.engines", "prelude/spark.sql")
    for hole, value in values.items():
        text = text.replace(f"{{{hole}}}", literal(value))
    return tuple(statement for statement in _statements(text.replace("\\", "\\\\")) if statement)


def _statements(text: str) -> Iterator[str]:
    for statement in text.split(";\n"):
        yield "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip()
