"""Tables that an analyst has in memory already, as inputs of an audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from fulfil_analytics.errors import InputError, UsageError, suggest
from fulfil_analytics.privacy import struck

if TYPE_CHECKING:
    import pyarrow as pa

    from fulfil_analytics.sources import Format, FrameSource
    from fulfil_analytics.sources.formats import Kind

LAYOUT = {"orders": "orders-canonical", "tracking": "tracking-template"}
"""Kind of input to the layout whose headers a column mapping names."""


def load_orders(data: Any, *, columns: Mapping[str, str] | None = None, name: str = "orders") -> FrameSource:
    """Take orders from a table in memory, one row an order line, as an input of :func:`fulfil_analytics.audit`.

    Nothing is written to disk; names, phones and streets are hashed when the audit reads the rows.

    Parameters
    ----------
    data : polars.DataFrame, polars.LazyFrame, pandas.DataFrame, pyarrow.Table, duckdb.DuckDBPyRelation
        The rows; anything that speaks Arrow's C stream will do. A lazy table is computed here.
    columns : mapping of str to str, optional
        The toolkit's name to yours, for a table with headers of its own: ``{"order_id": "ORDER_NO", "created_at":
        "PLACED"}``. Only the columns it names, and those that have the toolkit's name already, are read. Without it
        the headers must be those of a known export.
    name : str
        What outputs call this input, in the place of a file's name.

    Returns
    -------
    FrameSource
        Hand it to :func:`fulfil_analytics.audit`.

    Raises
    ------
    InputError
        A column that is needed is missing; the error names it. Or an order number is a float: it has lost digits.
    UsageError
        `columns` names a column that is not there, or a name the toolkit does not know; the nearest is suggested.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> import polars as pl
    >>> frame = pl.DataFrame({"ORDER_NO": ["576400000000000001"], "PLACED": ["2026-11-02T10:00:00Z"], "TO": ["US"]})
    >>> fa.load_orders(frame, columns={"order_id": "ORDER_NO", "created_at": "PLACED", "country": "TO"})
    <orders 'orders': 1 rows, 3 columns>
    >>> fa.load_orders(frame, columns={"order_id": "ORDER_NO"})
    Traceback (most recent call last):
        ...
    fulfil_analytics.errors.InputError: orders: the table has no column created_at. ...
    """
    return _given(data, "orders", columns, name)


def load_tracking(data: Any, *, columns: Mapping[str, str] | None = None, name: str = "tracking") -> FrameSource:
    """Take carrier events from a table in memory, one row an event, as an input of :func:`fulfil_analytics.audit`.

    Parameters
    ----------
    data, columns, name
        As for :func:`fulfil_analytics.load_orders`; the toolkit's names are those of the tracking template:
        ``tracking_number, carrier, event_time, status, description, location, city, state, postal_code, country,
        weight_g``.

    Returns
    -------
    FrameSource
        Hand it to :func:`fulfil_analytics.audit`.

    Raises
    ------
    InputError, UsageError
        As for :func:`fulfil_analytics.load_orders`.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> import polars as pl
    >>> frame = pl.DataFrame({"nr": ["9400136106206389481005"], "at": ["2026-11-03T18:00:00Z"], "what": ["picked_up"]})
    >>> fa.load_tracking(frame, columns={"tracking_number": "nr", "event_time": "at", "status": "what"}, name="dwh")
    <tracking 'dwh': 1 rows, 3 columns>
    """
    return _given(data, "tracking", columns, name)


def _given(data: Any, kind: Kind, columns: Mapping[str, str] | None, name: str) -> FrameSource:
    from fulfil_analytics.sources import frame_source, load_formats

    name = struck(name)
    table = _arrow(data, name)
    layout = load_formats()[LAYOUT[kind]]
    if columns is not None:
        table = _renamed(table, columns, layout)
    layouts = [layout] if columns is not None else [item for item in load_formats() if item.kind == kind]
    _refuse_missing(table.column_names, layouts, layout, name)
    _refuse_floats(table, layout, name)
    return frame_source(table, kind, name)


def _arrow(data: Any, name: str) -> pa.Table:
    import pyarrow as pa

    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    module = type(data).__module__.partition(".")[0]
    if module == "pandas":
        return pa.Table.from_pandas(data, preserve_index=False)
    if module == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if hasattr(data, "to_arrow_table"):
        return data.to_arrow_table()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.table(data)
    raise UsageError(
        f"a {type(data).__name__} is no table",
        file=name,
        remedy="Give a polars or pandas DataFrame, an Arrow table or a DuckDB relation; files go to fa.audit directly",
    )


def _names(layout: Format) -> list[str]:
    """Return the name of each column that a mapping may name: its first header."""
    return [spec.headers[0] for spec in layout.columns.values() if spec.headers]


def _renamed(table: pa.Table, columns: Mapping[str, str], layout: Format) -> pa.Table:
    known = _names(layout)
    for ours, theirs in columns.items():
        if ours not in known:
            what = f"{ours!r} is no column of {layout.kind}"
            raise UsageError(what, column="columns", remedy=suggest(ours, known))
        if theirs not in table.column_names:
            what = f"the table has no column {theirs!r} for {ours}"
            raise UsageError(what, column="columns", remedy=suggest(theirs, table.column_names))
    own = [column for column in table.column_names if column in known and column not in columns]
    own = [column for column in own if column not in columns.values()]
    taken = {**columns, **{column: column for column in own}}
    return table.select(list(taken.values())).rename_columns(list(taken))


def _refuse_missing(names: Sequence[str], layouts: Iterable[Format], layout: Format, name: str) -> None:
    from fulfil_analytics.sources.headers import match

    fits = match(names, layouts)
    if fits and not fits[0].missing:
        return
    best = next((fit for fit in fits if fit.format is layout), None)
    missing = best.missing if best else tuple(layout.identify.requires)
    asked = [layout.columns[column].headers[0] for column in missing]
    example = ", ".join(f"{column!r}: 'YOUR COLUMN'" for column in asked)
    there = struck(", ".join(map(str, names))) or "no columns"
    raise InputError(
        f"the table has no column {', '.join(asked)}",
        file=name,
        remedy=f"Say which of yours it is: columns={{{example}}}. It has: {there}",
    )


def _refuse_floats(table: pa.Table, layout: Format, name: str) -> None:
    from pyarrow import types

    spelled = {header: spec.type for spec in layout.columns.values() for header in spec.headers}
    for column in table.schema:
        if spelled.get(column.name) in ("identifier", "waybill") and types.is_floating(cast(Any, column.type)):
            raise InputError(
                "this column holds floating-point numbers, which lose the last digits of an order number",
                file=name,
                column=column.name,
                remedy="Read it as text from the start, e.g. dtype=str in pandas or schema_overrides in polars",
            )
