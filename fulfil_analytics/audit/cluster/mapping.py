"""Tables of the user's own lakehouse, read through a mapping file (TOML).

    [order_lines]
    from = "lake.sales.order_items"            # any table or view that the session knows
    where = "not is_test"                      # optional
    exported_at = "2026-11-16T08:00:00Z"       # optional: how far the table reaches
    [order_lines.columns]                      # canonical column = Spark SQL over the table's columns
    order_id = "order_no"
    created_at = "to_utc_timestamp(created, 'America/Los_Angeles')"

A canonical column that is not named is taken from the column of the same name where the table has one, and is not known
otherwise. Every cell is read and every row checked as those of an export are; what fails is in ``quarantine``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster.mapped import COUNTS, Mapped, check_rows, read_rows
from fulfil_analytics.audit.cluster.parts import PACKED, Desk, unpacked
from fulfil_analytics.audit.cluster.settled import settled
from fulfil_analytics.audit.cluster.shapes import arrow_schema, shape, spark_schema
from fulfil_analytics.audit.cluster.source import Source
from fulfil_analytics.engines import EngineError
from fulfil_analytics.engines.spark_engine import safe
from fulfil_analytics.errors import InputError, suggest
from fulfil_analytics.schemas import LOADED, columns
from fulfil_analytics.sources.lakehouse import lakehouse_format, times_seen
from fulfil_analytics.toml import Document, read

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.privacy import Privacy

_KEYS: dict[str, type | tuple[type, ...]] = {
    "from": str,
    "where": str,
    "exported_at": (str, dt.datetime),
    "columns": dict,
}
_LINE = "source_line"
_LINES = 1_099_000_000_000
"""Row numbers stay below it, as below 2**40: the model puts file and row into one number."""
_MANY = 10
"""Fewer cells than this may all be wrong by themselves."""
_NEVER = dt.datetime(1970, 1, 1)


def open_mapping(spark: SparkSession, path: Path, options: Options, parts: int | None = None) -> Source:
    """Open the tables that the mapping file at `path` names.

    Parameters
    ----------
    options : Options
        `pii` and the shops of ``fulfil.toml`` have the meaning they have for exports.
    parts : int, optional
        Into how many parts the rows are cut for deciding what is current; by default as many as fit their number.

    Raises
    ------
    InputError
        A key, table or column that is not known, an expression that does not stand, a required column that is missing,
        a column of which no cell can be read.
    EngineError
        An expression that meets a value it cannot take.
    """
    import pyarrow as pa

    from fulfil_analytics.privacy import Privacy, load_key

    document = read(path, InputError)
    _refuse_unknown(document)
    privacy = Privacy(options.pii, load_key(options.config.key_file) if options.pii == "hash" else b"")
    mapped = {table: _mapped(document, table, options, privacy, spark) for table in LOADED if table in document.data}
    checked = [_checked(*told) for told in mapped.values()]
    files = [_file(document, told, rows) for (told, _), rows in zip(mapped.values(), checked, strict=True)]
    packed = reduce(lambda one, other: one.union(other), checked)
    ledger = pa.Table.from_pylist(files, arrow_schema(shape("source_files")))
    tables = settled(spark, packed, ledger, Desk(memory=options.memory, temp=options.temp), parts)
    return Source(tables, options.pii, path.name)


def _refuse_unknown(document: Document) -> None:
    """Refuse a document whose tables, keys or columns are not those of a mapping."""
    for table, said in document.data.items():
        if table not in LOADED:
            raise _error(document, f"there is no canonical table {table}", suggest(table, LOADED), table)
        if not isinstance(said, dict):
            raise _error(document, "a table is a section of its own", f"Write [{table}], below it from = ...", table)
        for key, value in said.items():
            if key not in _KEYS:
                raise _error(document, f"unknown key {key}", suggest(key, _KEYS), table, key)
            if not isinstance(value, _KEYS[key]):
                raise _error(document, f"{key} is not written as it must be", _HOW[key], table, key)
        if "from" not in said:
            raise _error(document, "the mapping does not say which table", _HOW["from"], table)
        known = {_LINE, *(column.removeprefix("_") for column in lakehouse_format(table).columns)}
        for column, expression in said.get("columns", {}).items():
            if column not in known:
                what = f"there is no canonical column {table}.{column} that can be mapped"
                raise _error(document, what, suggest(column, known), table, "columns", column)
            if not isinstance(expression, str) or not expression.strip():
                what = f"what gives {column} is not written as text"
                raise _error(document, what, f'Write Spark SQL: {column} = "..."', table, "columns", column)
    if "order_lines" not in document.data:
        raise InputError("no table holds the orders", file=document.file, remedy="Name it under [order_lines]")


_HOW = {
    "from": 'Write: from = "schema.table"',
    "where": 'Write Spark SQL: where = "not is_test"',
    "exported_at": "Write it like 2026-11-16T08:00:00Z",
    "columns": "Write [order_lines.columns], below it a canonical column = Spark SQL",
}


def _mapped(
    document: Document, table: str, options: Options, privacy: Privacy, spark: SparkSession
) -> tuple[Mapped, DataFrame]:
    """Return what the executors are told of a table, and its mapped cells as text."""
    said = document.data[table]
    expressions = {}
    frame = _read(document, table, spark)
    have = {column.lower() for column in frame.columns}
    for column in (_LINE, *lakehouse_format(table).columns):
        header = column.removeprefix("_")
        if expression := said.get("columns", {}).get(header, header if header in have else None):
            expressions[column] = expression
            kind = "BIGINT" if column == _LINE else "STRING"
            _refuse_fallen(document, table, header, frame, f"CAST(({expression}) AS {kind})")
    for spec in columns(LOADED[table]):
        if not spec.nullable and spec.name not in expressions and spec.name not in ("source_file", _LINE):
            raise _error(
                document,
                f"nothing gives the required column {spec.name}",
                f'Write it under [{table}.columns]: {spec.name} = "..."',
                table,
            )
    names = [document.data[other]["from"] for other in document.data]
    shown = said["from"] if names.count(said["from"]) == 1 else f"{said['from']}#{table}"
    cells = tuple(column for column in expressions if column != _LINE)
    line = f"CAST(({expressions.get(_LINE, 'NULL')}) AS BIGINT) AS {_LINE}"
    texts = frame.selectExpr(line, *(f"CAST(({expressions[column]}) AS STRING) AS {column}" for column in cells))
    told = Mapped(table, shown, cells, options.config.shop_of(shown), privacy, numbered=_LINE in expressions)
    return told, texts


def _read(document: Document, table: str, spark: SparkSession) -> DataFrame:
    said = document.data[table]
    try:
        frame = spark.table(said["from"])
        _ = frame.schema
    except Exception as problem:
        if _condition(problem) != "TABLE_OR_VIEW_NOT_FOUND":
            what, remedy = f"{said['from']} cannot be opened: {safe(problem)}", _HOW["from"]
        else:
            what = f"the session knows no table or view {said['from']}"
            remedy = "Look at SHOW TABLES; of plain Parquet make a view first: spark.read.parquet(...)"
            remedy += ".createOrReplaceTempView(...)"
        raise _error(document, what, remedy, table, "from") from None
    if "where" not in said:
        return frame
    try:
        kept = frame.where(said["where"])
        _ = kept.schema
        return kept
    except Exception as problem:
        raise _error(document, f"where does not stand: {_told(problem)}", _HOW["where"], table, "where") from None


def _refuse_fallen(document: Document, table: str, column: str, frame: DataFrame, expression: str) -> None:
    """Refuse an expression that does not stand over the table."""
    try:
        _ = frame.selectExpr(expression).schema
    except Exception as problem:
        what = f"what gives {column} does not stand: {_told(problem)}"
        remedy = f"Look at the columns of {document.data[table]['from']}: DESCRIBE {document.data[table]['from']}"
        raise _error(document, what, remedy, table, "columns", column) from None


def _told(problem: BaseException) -> str:
    """Return what is wrong with an expression: most often the name of a column, or its grammar."""
    condition = _condition(problem)
    parameters = getattr(problem, "getMessageParameters", lambda: None)() or {}
    if condition.startswith("UNRESOLVED_COLUMN"):
        near = parameters.get("proposal")
        return f"there is no column {parameters.get('objectName', '')}" + (f" (there are {near})" if near else "")
    if condition.startswith("PARSE_SYNTAX_ERROR"):
        return "it is no Spark SQL"
    return safe(problem)


def _condition(problem: BaseException) -> str:
    return str(getattr(problem, "getCondition", lambda: None)() or "")


def _checked(mapped: Mapped, texts: DataFrame) -> DataFrame:
    """Return the packed rows of a mapped table, read, numbered and checked inside the executors."""
    from pyspark import StorageLevel

    wanted = mapped.shape()
    rows = texts.mapInArrow(partial(read_rows, mapped), spark_schema(wanted))
    if not mapped.numbered:
        # a number that is the same in every run, by all that the row says; equal rows count on from it
        others = [column for column in wanted if column != _LINE]
        told_apart = f"xxhash64({', '.join(others)})"
        number = f"1 + pmod({told_apart}, {_LINES}) + row_number() OVER (PARTITION BY {told_apart} ORDER BY 1) - 1"
        rows = rows.selectExpr(*others, f"CAST({number} AS BIGINT) AS {_LINE}").select(*wanted)
    return rows.mapInArrow(partial(check_rows, mapped), PACKED).persist(StorageLevel.DISK_ONLY)


def _file(document: Document, mapped: Mapped, checked: DataFrame) -> dict[str, Any]:
    """Return the ledger's row of a mapped table; this reads it for the first time."""
    said = document.data[mapped.table]
    times = times_seen(mapped.table)
    rows = unpacked(checked, mapped.table)
    asked = (f"{count} AS {what}" for what, count in asked_of(mapped).items())
    latest = f"greatest({', '.join(f'max({column})' for column in times)})" if len(times) > 1 else "NULL"
    latest = f"max({times[0]})" if len(times) == 1 else latest
    try:
        counts = {row["kind"]: row["rows"] for row in _sums(checked)}
        found = rows.selectExpr(*asked, f"{latest} AS latest").collect()[0].asDict()
        aside = unpacked(checked, "quarantine").groupBy("scope", "column_name", "reason").count().collect()
    except Exception as problem:
        raise _error(
            document,
            f"an expression meets a value that it cannot take: {safe(problem)}",
            "Let it give null there, with try_cast and try_to_timestamp, or leave such rows out with where",
            mapped.table,
            kind=EngineError,
        ) from None
    reasons = Counter({(row["scope"], row["column_name"], row["reason"]): row["count"] for row in aside})
    refuse_unread(document, mapped, counts, found, reasons)
    exported_at = _moment(document, mapped.table, said["exported_at"]) if "exported_at" in said else found["latest"]
    return {
        "source_file": mapped.shown,
        "sha256": "0" * 64,
        "bytes": 0,
        "kind": lakehouse_format(mapped.table).kind,
        "format": "lakehouse",
        "exported_at": exported_at or _NEVER,
        "exported_by_clock": exported_at is None,
        "rows_in": counts.get(COUNTS, 0),
        "rows_loaded": 0,
        "rows_merged": 0,
        "rows_quarantined": 0,
        "unknown_columns": "[]",
    }


def _sums(checked: DataFrame) -> Iterator[Any]:
    yield from checked.groupBy("kind").agg({"rows": "sum"}).withColumnRenamed("sum(rows)", "rows").collect()


def asked_of(mapped: Mapped) -> dict[str, str]:
    """Return what :func:`refuse_unread` needs to know of the rows that were taken, as SQL that counts them.

    ``n_<column>`` counts values, ``known_<column>`` those that are not ``other``; ``lines`` and ``last_line`` tell of
    row numbers that the table gives itself.
    """
    columns = [column for column in mapped.columns if not column.startswith("_")]
    asked = {f"n_{column}": f"count({column})" for column in columns}
    asked |= {f"known_{column}": f"count(nullif({column}, 'other'))" for column in _words(mapped.table, columns)}
    if mapped.numbered:
        asked |= {"lines": f"count(DISTINCT {_LINE})", "last_line": f"max({_LINE})"}
    return asked


def _words(table: str, columns: Iterable[str]) -> list[str]:
    specs = lakehouse_format(table).columns
    return [column for column in columns if specs[column].type == "word"]


def refuse_unread(
    document: Document, mapped: Mapped, counts: Mapping[str, int], found: Mapping[str, Any], reasons: Counter[Any]
) -> None:
    """Refuse a table of which no row was taken, or a column of which no value was: that is the mapping, not the data.

    Parameters
    ----------
    document : Document
        The mapping.
    mapped : Mapped
        The table.
    counts : mapping of str to int
        Kind of packed results to rows.
    found : mapping of str to int
        What :func:`asked_of` asks of the rows that were taken.
    reasons : Counter
        (Scope, column, reason) to how many rows or cells were set aside for it.

    Raises
    ------
    InputError
        At the line of the mapping that gives the column.
    """
    rows, taken = counts.get(COUNTS, 0), counts.get(mapped.table, 0)
    given = document.data[mapped.table].get("columns", {})

    def refuse(column: str, what: str, remedy: str) -> None:
        raise _error(document, what, remedy, mapped.table, "columns", column)

    for (scope, column, reason), cells in reasons.most_common():
        told = str(reason).replace("_", " ")
        remedy = "Mend the expression that gives it" if column in given else f'Write what gives it: {column} = "..."'
        remedy += "; what the column holds stands in docs/reference/tables.md"
        if scope == "row" and column == _LINE:
            refuse(_LINE, f"{cells:,} of {rows:,} rows of {mapped.shown} have no row number ({told})", _NUMBER)
        if scope == "row" and not taken:
            refuse(column, f"none of the {rows:,} rows of {mapped.shown} can be taken ({column}: {told})", remedy)
        if column in mapped.columns and not found[f"n_{column}"] and cells >= _MANY:
            refuse(column, f"none of the {cells:,} values of {column} can be read ({told})", remedy)
    for column in _words(mapped.table, mapped.columns):
        values = found[f"n_{column}"]
        if values >= max(_MANY, taken / 2) and not found[f"known_{column}"]:
            words = sorted({normal for _, normal in lakehouse_format(mapped.table).vocabulary(column)} - {"other"})
            remedy = f"Give one of {', '.join(words)}: {column} = \"case ... when ... then '{words[0]}' ... end\""
            refuse(column, f"none of the {values:,} values of {column} is a word that is known", remedy)
    if mapped.numbered and taken:
        if found["lines"] < taken:
            what = f"{taken:,} rows of {mapped.shown} have {found['lines']:,} row numbers, so some are told twice"
            refuse(_LINE, what, _NUMBER)
        if found["last_line"] > _LINES:
            refuse(_LINE, f"row numbers of {mapped.shown} are above {_LINES:,}", _NUMBER)


_NUMBER = "Give each row a whole number of its own from 1 on, or leave source_line out: then one is made"


def _moment(document: Document, table: str, value: Any) -> dt.datetime:
    try:
        when = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise _error(document, "exported_at is no moment", _HOW["exported_at"], table, "exported_at") from None
    return when.astimezone(dt.UTC).replace(tzinfo=None) if when.tzinfo else when


def _error(
    document: Document,
    what: str,
    remedy: str,
    *path: str,
    kind: type[InputError] | type[EngineError] = InputError,
) -> InputError | EngineError:
    """Return the error at the key `path` of the document."""
    place = ".".join(path)
    return kind(what, file=document.file, line=document.line_of(*path), column=place, remedy=remedy)
