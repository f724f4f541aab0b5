"""Phone numbers that were typed where a waybill belongs: told by their length alone, before anything is stored."""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from fulfil_analytics.reference.placeholders import placeholders
from fulfil_analytics.resources import rules_folder

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from fulfil_analytics.reference import CarrierBook

MASK = "PHONE#"
"""Begins what stands in place of a phone number: ``PHONE#10`` is one of ten digits. The sources write the same where
the number is the row's own phone."""


class PhoneNumbers:
    """Finds them: what has the form of one, and what its carrier, all of whose formats are known, never issues.

    The carriers are read on the first number that is looked at; most files have none.
    """

    def __init__(self) -> None:
        self._judged: dict[tuple[str, str], bool] = {}
        self._turn = Lock()  # two files may be loaded side by side

    def close(self) -> None:
        """Close what the numbers were judged with."""
        if "_con" in self.__dict__:
            self._con.close()

    def masked(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return `rows` (of a table with ``waybill`` and ``carrier_as_given``) without phone numbers."""
        import polars as pl

        if not {"waybill", "carrier_as_given"} <= set(rows.columns):
            return rows
        pattern = f"^(?:{placeholders().phones})$"
        suspects = rows.select("carrier_as_given", "waybill").filter(pl.col("waybill").str.contains(pattern)).unique()
        with self._turn:
            phones = self._phones([(given, number) for given, number in suspects.iter_rows() if given])
        if not phones:
            return rows
        found = pl.DataFrame(phones, schema=["carrier_as_given", "waybill"], orient="row").with_columns(
            pl.lit(True).alias("_phone")
        )
        mask = pl.lit(MASK) + pl.col("waybill").str.len_chars().cast(pl.String)
        joined = rows.join(found, on=["carrier_as_given", "waybill"], how="left", maintain_order="left")
        return joined.with_columns(
            pl.when(pl.col("_phone")).then(mask).otherwise(pl.col("waybill")).alias("waybill")
        ).drop("_phone")

    def _phones(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        fresh = [pair for pair in pairs if pair not in self._judged]
        if fresh:
            self._judged.update(dict.fromkeys(fresh, False))
            self._judged.update(dict.fromkeys(self._refused(fresh), True))
        return [pair for pair in pairs if self._judged[pair]]

    def _refused(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the pairs of carrier's name and number in which the carrier is known never to issue the number."""
        given, numbers = zip(*pairs, strict=True)
        self._con.execute(
            "CREATE OR REPLACE TABLE given AS SELECT g.name, carrier_names.carrier, g.waybill "
            "FROM (SELECT unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS waybill) AS g "
            "JOIN carrier_names ON carrier_names.name = fa_carrier_name(g.name)",
            [list(given), list(numbers)],
        )
        self._book.check(self._con, source="given")
        return self._con.execute(
            "SELECT g.name, g.waybill FROM given AS g JOIN waybill_checks AS c USING (carrier, waybill) "
            "WHERE c.outcome = 'bad'"
        ).fetchall()

    @cached_property
    def _con(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        con = duckdb.connect(config={"threads": 1})
        self._book.install(con)
        return con

    @cached_property
    def _book(self) -> CarrierBook:
        from fulfil_analytics.reference import CarrierBook

        return CarrierBook.load([rules_folder() / "carriers"])
