"""All deadlines in order, for a file: sorted while they are narrow, unfolded on the way out."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fulfil_analytics.schemas.words import OUTCOME, SLA_MODE, STAGE
from fulfil_analytics.sla.deadlines import reason
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sql import fill, literal, read_sql, run_script
from fulfil_analytics.store.parquet import ROWS, in_pieces

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MODES = tuple(sorted(SLA_MODE))
_KEPT = ("sla_why_keys", "sla_whys")


class _Said(NamedTuple):
    """What a row says by its number, which is that of its key and mode.

    Attributes
    ----------
    texts : array of str
        All texts of `why`, in order.
    places, outcomes : array of int
        For each number the place of its text, and of its word among the outcomes.
    """

    texts: pa.Array
    places: pa.Array
    outcomes: pa.Array


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
        told = con.execute("SELECT why, code FROM sla_whys ORDER BY why_no").fetchall()
        places = {why: place for place, why in enumerate(sorted({why for why, _ in told}))}
        said = _Said(
            pa.array(places, pa.string()),
            pa.array([places[why] for why, _ in told], pa.int32()),
            pa.array([min(code, len(OUTCOME)) - 1 for _, code in told], pa.int8()),
        )
        folded = ROWS // len(MODES)
        with closing(con.sql(_sorted(con)).to_arrow_reader(folded)) as reader:
            for piece in in_pieces(reader, folded):
                yield _unfolded(piece.combine_chunks(), said)
    finally:
        for table in _KEPT:
            con.execute(f"DROP TABLE IF EXISTS {table}")


def _unfolded(piece: pa.Table, said: _Said) -> pa.Table:
    """Return one row a mode for each row of `piece`."""
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

    dues = [column.get(f"due_{mode}", column["due_standard"]) for mode in MODES]
    same = all(due is column["due_standard"] for due in dues)
    column["order_id"] = column["order_id"].dictionary_encode()
    numbers = pc.add(pc.multiply(repeated("key"), modes), turn)
    return pa.table(
        {
            "order_id": repeated("order_id").dictionary_decode(),
            "stage": repeated("stage"),
            "mode": pa.DictionaryArray.from_arrays(turn, pa.array(MODES)),
            "clock_start": repeated("clock_start"),
            "due_at": repeated("due_standard")
            if same
            else pa.concat_arrays(dues).take(pc.add(pc.multiply(turn, rows), row)),
            "stopped_at": repeated("stopped_at"),
            "outcome": pa.DictionaryArray.from_arrays(said.outcomes.take(numbers), pa.array(OUTCOME)),
            "why": _told(numbers, said),
        }
    )


@cache
def _places(rows: int, modes: int) -> tuple[pa.Array, pa.Array]:
    """Return of which row each row of a piece is made, and of which of its modes."""
    import pyarrow as pa

    return tuple(pa.array(half, pa.int32()) for half in zip(*(divmod(row, modes) for row in range(rows)), strict=True))


def _told(numbers: pa.Array, said: _Said) -> pa.DictionaryArray:
    """Return the texts of `why` by their numbers, a dictionary of those alone that stand there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    places = said.places.take(numbers)
    used = pc.unique(places).sort()
    indices = pc.cast(pc.index_in(places, value_set=used), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, said.texts.take(used))


def _find_whys(con: duckdb.DuckDBPyConnection) -> None:
    why = read_sql("fulfil_analytics.sla", "why.sql")
    texts = [
        f"SELECT key_no, {place} AS place, {mark(why, why_marks(mode))} AS why, code_{mode} AS code FROM sla_why_keys"
        for place, mode in enumerate(MODES, start=1)
    ]
    differs = (f"bool_or({_due(mode)} IS DISTINCT FROM {_due('standard')}) AS differs_{mode}" for mode in MODES)
    marks = {"whys": " UNION ALL ".join(texts), "differs": ", ".join(differs)}
    template = mark(read_sql("fulfil_analytics.sla", "ordered.sql"), marks)
    run_script(con, fill(template, {"stages": STAGE, "modes": len(MODES)}))


def why_marks(mode: str) -> dict[str, str]:
    """Return the marks of ``why.sql`` for a mode; only the effective one knows the platform's own deadline."""
    by_platform = "by_platform" if mode == "effective" else "FALSE"
    return {"why": f"why_{mode}", "by_platform": by_platform, "has_due": "has_due", "reason": reason(f"code_{mode}")}


def _sorted(con: duckdb.DuckDBPyConnection) -> str:
    """Return the SELECT of the sorted rows, with the deadlines of the standard mode and of those that differ."""
    asked = ", ".join(f"coalesce(bool_or(differs_{mode}), FALSE)" for mode in MODES)
    differs = con.execute(f"SELECT {asked} FROM sla_why_keys").fetchall()[0]
    modes = ["standard", *(mode for mode, other in zip(MODES, differs, strict=True) if other)]
    marks = {"dues": ", ".join(f"{_due(mode)} AS due_{mode}" for mode in modes), "stage_type": _kind(sorted(STAGE))}
    return fill(mark(read_sql("fulfil_analytics.sla", "ordered_rows.sql"), marks), {"stages": STAGE})


def _due(mode: str) -> str:
    """Return the deadline under a mode as the file tells it, from ``deadline_modes AS m``."""
    return f"CASE WHEN m.code_{mode} < 5 THEN m.due_{mode} END"


def _kind(words: Iterable[str]) -> str:
    return f"ENUM ({', '.join(map(literal, words))})"
