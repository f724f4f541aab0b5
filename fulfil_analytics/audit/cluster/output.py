"""Where a Spark audit is written: tables by the executors, the small rest by the driver."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.audit.manifest import dumps
from fulfil_analytics.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


class Output:
    """The output folder, a path or any URI that Spark writes.

    Parameters
    ----------
    spark : SparkSession
        Writes.
    folder : str
        The folder. Every table is a folder of Parquet files in it, named like the file that DuckDB leaves.
    """

    def __init__(self, spark: SparkSession, folder: str) -> None:
        self.spark, self.folder = spark, folder.rstrip("/")
        self.local = None if "://" in folder or folder.startswith("dbfs:") else Path(folder).absolute()
        if self.local is not None:
            self.folder = str(self.local)
            try:
                self.local.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise UsageError(
                    f"the folder cannot be written: {problem.strerror}",
                    file=folder,
                    remedy="Name another folder with --out",
                ) from None
        self._work = f"{self.folder}/_work-{uuid.uuid4().hex[:8]}"

    def place(self, table: str) -> str:
        """Return where a table stands."""
        return f"{self.folder}/{table}.parquet"

    def work(self, name: str) -> str:
        """Return a place for what a run leaves aside; gone when it has finished (on a local disk)."""
        return f"{self._work}/{name}"

    def table(self, table: str, rows: DataFrame) -> None:
        """Let the executors write a table."""
        place = self.place(table)
        if self.local is not None and Path(place).is_file():
            Path(place).unlink()  # DuckDB's audit left a file of this name
        rows.write.mode("overwrite").parquet(place)

    def small(self, table: str, rows: pa.Table) -> None:
        """Write a table that the driver holds."""
        self.table(table, self.spark.createDataFrame(rows).coalesce(1))

    def finish(self, manifest: dict[str, Any], timings: dict[str, float]) -> None:
        """Write ``manifest.json`` and ``run.json``, and clear what the run left aside."""
        stamp = {
            "finished_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "fulfil_analytics": __version__,
            "engine": f"spark {self.spark.version}",
            "seconds": {step: round(seconds, 3) for step, seconds in timings.items()},
        }
        for name, value in (("manifest.json", manifest), ("run.json", stamp)):
            if self.local is not None:
                (self.local / name).write_text(dumps(value), encoding="utf-8")
            else:
                text = self.spark.createDataFrame([(dumps(value),)], "value STRING").coalesce(1)
                text.write.mode("overwrite").text(f"{self.folder}/{name}")
        self.clear()

    def clear(self) -> None:
        """Remove what the run left aside; of a URI it stays, and the docs say so."""
        if self.local is not None:
            shutil.rmtree(self._work, ignore_errors=True)
