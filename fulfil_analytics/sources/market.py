"""Which markets the rows of an order file show, without reading their other columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fulfil_analytics.sources.canonical import Reading, Select
from fulfil_analytics.sources.formats import Format
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def market_counts(con: DuckDBPyConnection, raw: Raw, layout: Format, cell: str) -> list[tuple[str | None, int, int]]:
    """Return market (None: the row shows none), its rows, and those of them whose raw column `cell` is not null."""
    names: list[str] = [name for name in ("country", "market") if name in layout.columns]
    rows, beside, counts = raw, [cell], ("count(*)", f"count({cell})")
    if layout.market:  # amounts tell nothing more then, and what countries there are is few: each is looked at once
        places = "".join(f", {quoted(place)}" for name in names for place in raw.columns.get(name, ()))
        few = f"SELECT 1 AS source_line{places}, count(*) AS rows_, count({cell}) AS told FROM ({raw.sql}) GROUP BY ALL"
        rows, beside, counts = replace(raw, sql=few, fault=None), ["rows_", "told"], ("sum(rows_)", "sum(told)")
    else:
        names += [name for name, spec in layout.columns.items() if spec.type in ("currency", "money")]
    select = Select(rows, layout, Reading(zone="UTC", market=layout.market), only=names).market(*beside)
    counted = con.execute(f"SELECT market, {', '.join(counts)} FROM ({select}) GROUP BY market ORDER BY market")
    return [(market, int(all_), int(told)) for market, all_, told in counted.fetchall()]
