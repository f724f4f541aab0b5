"""All deadlines in order, for a file: sorted while they are narrow, unfolded on the way out."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from fulfil_analytics.schemas.words import OUTCOME, SLA_MODE, STAGE
from fulfil_analytics.sla.deadlines import reason
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sql import fill, literal, read_sql, run_script

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MODES = tuple(sorted(SLA_MODE))
ROWS = 122_880
"""Rows of a piece: what DuckDB takes for a row group."""
_KEPT = ("sla_why_keys", "sla_whys")


def ordered_deadlines(con: duckdb.DuckDBPyConnection) -> Generator[pa.Table]:
    """Yield ``deadlines`` by order, stage and mode, in pieces of :data:`ROWS` rows; the last one may be shorter.

    The same rows and values as ``SELECT * FROM deadlines ORDER BY order_id, stage, mode``, at a fraction of the time
    and memory: one row an order and stage is sorted and unfolded column by column, texts are dictionaries, and `why` is
    looked up by its number at the very end.

    Parameters
    ----------
    con : DuckDBPyConnection
        The store's connection, where ``deadlines`` is a view over ``deadline_modes``.
    """
    import pyarrow as pa

    try:
        _find_whys(con)
        told = [why for (why,) in con.execute("SELECT why FROM sla_whys ORDER BY why_no").fetchall()]
        places = {why: place for place, why in enumerate(sorted(set(told)))}
        whys = pa.array(places, pa.string()), pa.array([places[why] for why in told], pa.int32())
        folded = ROWS // len(MODES)
        with closing(con.sql(_sorted()).to_arrow_reader(folded)) as reader:
            for piece in _pieces(reader, folded):
                yield _unfolded(piece.combine_chunks(), whys)
    finally:
        for table in _KEPT:
            con.execute(f"DROP TABLE IF EXISTS {table}")


def _pieces(reader: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """Yield what a reader gives in pieces of so many rows; the last one may be shorter."""
    import pyarrow as pa

    held = reader.schema.empty_table()
    for batch in reader:
        held = pa.concat_tables([held, pa.Table.from_batches([batch])])
        while held.num_rows >= rows:
            yield held.slice(0, rows)
            held = held.slice(rows)
    if held.num_rows:
        yield held


def _unfolded(piece: pa.Table, whys: tuple[pa.Array, pa.Array]) -> pa.Table:
    """Return one row a mode for each row of `piece`.

    `whys` are the texts in order and, for each number that `why` can be, the place of its text.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, modes = piece.num_rows, len(MODES)
    row, turn = (column.slice(0, rows * modes) for column in _places(ROWS, modes))
    column = {name: piece.column(name).combine_chunks() for name in piece.column_names}

    def repeated(name: str) -> pa.Array:
        """Return a column with each value as often as there are modes."""
        if not pa.types.is_dictionary(column[name].type):
            return column[name].take(row)
        return pa.DictionaryArray.from_arrays(column[name].indices.take(row), column[name].dictionary)

    def woven(what: str) -> pa.Array:
        """Return what each mode says, the modes of a row beside each other."""
        sides = pa.concat_arrays([column[f"{what}_{mode}"] for mode in MODES])
        return sides.take(pc.add(pc.multiply(turn, rows), row))

    column["order_id"] = column["order_id"].dictionary_encode()
    outcomes = pc.subtract(pc.min_element_wise(woven("code"), pa.scalar(len(OUTCOME), pa.int8())), 1)
    return pa.table(
        {
            "order_id": repeated("order_id").dictionary_decode(),
            "stage": repeated("stage"),
            "mode": pa.DictionaryArray.from_arrays(turn, pa.array(MODES)),
            "clock_start": repeated("clock_start"),
            "due_at": woven("due"),
            "stopped_at": repeated("stopped_at"),
            "outcome": pa.DictionaryArray.from_arrays(outcomes, pa.array(OUTCOME)),
            "why": _told(pc.add(pc.multiply(repeated("key"), modes), turn), whys),
        }
    )


@cache
def _places(rows: int, modes: int) -> tuple[pa.Array, pa.Array]:
    """Return of which row each row of a piece is made, and of which of its modes."""
    import pyarrow as pa

    return tuple(pa.array(half, pa.int32()) for half in zip(*(divmod(row, modes) for row in range(rows)), strict=True))


def _told(numbers: pa.Array, whys: tuple[pa.Array, pa.Array]) -> pa.DictionaryArray:
    """Return the texts of `why` by their numbers, a dictionary of those alone that stand there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts, place_of = whys
    places = place_of.take(numbers)
    used = pc.unique(places).sort()
    indices = pc.cast(pc.index_in(places, value_set=used), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, texts.take(used))


def _find_whys(con: duckdb.DuckDBPyConnection) -> None:
    why = read_sql("fulfil_analytics.sla", "why.sql")
    texts = [
        f"SELECT key_no, {place} AS place, {mark(why, why_marks(mode))} AS why FROM sla_why_keys"
        for place, mode in enumerate(MODES, start=1)
    ]
    template = mark(read_sql("fulfil_analytics.sla", "ordered.sql"), {"whys": " UNION ALL ".join(texts)})
    run_script(con, fill(template, {"stages": STAGE, "modes": len(MODES)}))


def why_marks(mode: str) -> dict[str, str]:
    """Return the marks of ``why.sql`` for a mode; only the effective one knows the platform's own deadline."""
    by_platform = "by_platform" if mode == "effective" else "FALSE"
    return {"why": f"why_{mode}", "by_platform": by_platform, "has_due": "has_due", "reason": reason(f"code_{mode}")}


def _sorted() -> str:
    modes = (
        f"CAST(m.code_{mode} AS TINYINT) AS code_{mode}, "
        f"CASE WHEN m.code_{mode} < 5 THEN m.due_{mode} END AS due_{mode}"
        for mode in MODES
    )
    marks = {"modes": ", ".join(modes), "stage_type": _kind(sorted(STAGE))}
    return fill(mark(read_sql("fulfil_analytics.sla", "ordered_rows.sql"), marks), {"stages": STAGE})


def _kind(words: Iterable[str]) -> str:
    return f"ENUM ({', '.join(map(literal, words))})"
