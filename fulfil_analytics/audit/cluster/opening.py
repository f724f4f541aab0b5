"""Opens what a Spark audit is given: a canonical folder, a mapping of lakehouse tables, or raw exports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster.ingest import open_exports
from fulfil_analytics.audit.cluster.mapping import open_mapping
from fulfil_analytics.audit.cluster.source import Source, is_uri, kind_of, typed
from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.store.canonical import BESIDE, NOTE, check_note

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from fulfil_analytics.audit.options import Options


def open_source(spark: SparkSession, inputs: Sequence[str], options: Options, parts: int | None) -> Source:
    """Open what the user named.

    Parameters
    ----------
    spark : SparkSession
        The session.
    inputs : sequence of str
        One canonical folder (a path or any URI that Spark reads), one mapping file (``.toml``), or raw exports that
        driver and executors see under the same paths.
    options : Options
        What loading of raw exports asks for.
    parts : int, optional
        Into how many parts rows are cut; by default as many as fit their number.

    Raises
    ------
    UsageError, InputError
        It is none of them, or does not hold what it should.
    """
    kind = kind_of(inputs)
    if kind == "mapping":
        return open_mapping(spark, Path(inputs[0]), options, parts)
    if kind == "canonical":
        return _open_folder(spark, inputs[0].rstrip("/"))
    if any(is_uri(one) for one in inputs):
        raise UsageError(
            "of a URI only one canonical folder can be read", column="INPUT", remedy="Mount raw exports as files"
        )
    return open_exports(spark, inputs, options, parts)


def _open_folder(spark: SparkSession, folder: str) -> Source:
    note = _note(spark, folder)
    check_note(note, folder)
    tables = {}
    for table in (*LOADED, *BESIDE):
        read = spark.read.parquet(f"{folder}/{table}")
        tables[table] = typed(read, table)
    return Source(tables, str(note.get("personal_data", "hash")), folder)


def _note(spark: SparkSession, folder: str) -> dict[str, Any]:
    try:
        if not is_uri(folder):
            text = (Path(folder) / NOTE).read_text(encoding="utf-8")
        else:
            text = "\n".join(row[0] for row in spark.read.text(f"{folder}/{NOTE}").collect())
        note: dict[str, Any] = json.loads(text)
    except Exception:  # a missing file, a store without access, something else of this name
        raise InputError(
            "this is no canonical folder",
            file=folder,
            remedy="Write one first: fulfil load INPUT... --canonical DIR",
        ) from None
    return note
