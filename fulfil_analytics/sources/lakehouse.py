"""Tables of a lakehouse, mapped onto canonical columns: each cell is read the way a cell of an export is."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from fulfil_analytics.sources.canonical import Reading, Select
from fulfil_analytics.sources.formats import ColumnSpec, ColumnType, Format, load_formats
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sources.rows import AHEAD

RELATION = "mapped"
"""What the SELECT of :func:`lakehouse_select` reads."""

_CANONICAL: dict[ColumnType, ColumnType] = {"money": "integer", "kilograms": "grams", "epoch": "time"}
"""Types that carry a unit of their own, to what a canonical column holds: hundredths, grams, moments."""


@cache
def lakehouse_format(table: str) -> Format:
    """Return a format whose headers are the canonical columns of `table`, made of what the shipped formats say of them.

    Columns that the house works out itself (what was masked, damaged or exposed) are not among them. A free text of
    which only what it exposes is kept is a helper there too: ``_buyer_message``, under the header ``buyer_message``.
    """
    from fulfil_analytics.schemas import LOADED
    from fulfil_analytics.schemas import columns as columns_of

    base, *others = sorted((item for item in load_formats() if item.table == table), key=_own_columns, reverse=True)
    required = {column.name for column in columns_of(LOADED[table]) if not column.nullable}
    columns: dict[str, ColumnSpec] = {}
    words = dict(base.words)
    for item in (base, *others):
        for column, spec in item.columns.items():
            if column in columns or (column.startswith("_") and spec.type != "content"):
                continue
            kind, header = _CANONICAL.get(spec.type, spec.type), column.removeprefix("_")
            columns[column] = ColumnSpec(headers=(header,), type=kind, required=column in required, words=spec.words)
            words |= {name: item.words[name] for name in spec.words if name not in words}
    return Format(
        id="lakehouse",
        title="Tables of a lakehouse",
        kind=base.kind,
        table=table,
        container=("parquet",),
        confidence="A",
        columns=columns,
        words=words,
    )


def _own_columns(item: Format) -> int:
    """Return how many columns of its table a format reads as they stand, without a unit of their own."""
    return sum(not name.startswith("_") and spec.type not in _CANONICAL for name, spec in item.columns.items())


def lakehouse_select(table: str, columns: Collection[str], source_file: str, shop: str | None) -> str:
    """Return the canonical SELECT over a relation :data:`RELATION` of texts.

    Parameters
    ----------
    table : str
        Canonical table.
    columns : collection of str
        Canonical columns that the relation holds, as text, beside ``source_line``. Times without offset are UTC.
    source_file : str
        What outputs call the table.
    shop : str, optional
        Shop of the rows where they name none.

    Returns
    -------
    str
        SELECT of the table's columns in model order and ``_problems``, for a connection with
        :func:`fulfil_analytics.sources.lookups.install`.
    """
    raw = Raw(f"SELECT * FROM {RELATION}", {column: (column,) for column in columns}, 0)
    reading = Reading(zone="UTC", plain_times=True)
    return Select(raw, lakehouse_format(table), reading, source_file=source_file, shop=shop).sql()


def times_seen(table: str) -> list[str]:
    """Return the columns of `table` whose latest moment tells how far its rows reach."""
    columns = lakehouse_format(table).columns
    return [column for column, spec in columns.items() if spec.type == "time" and not AHEAD.fullmatch(column)]
