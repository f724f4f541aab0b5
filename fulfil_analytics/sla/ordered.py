"""All deadlines in order, for a file: sorted while they are narrow, unfolded on the way out."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
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
_KEPT = ("sla_why_keys", "sla_whys", "sla_ordered")


def ordered_deadlines(con: duckdb.DuckDBPyConnection) -> Generator[pa.Table]:
    """Yield ``deadlines`` by order, stage and mode, in pieces of :data:`ROWS` rows; the last one may be shorter.

    The same rows and values as ``SELECT * FROM deadlines ORDER BY order_id, stage, mode``, at a fraction of the time
    and memory: texts of few values are dictionaries, and `why` is looked up by its number at the very end.

    Parameters
    ----------
    con : DuckDBPyConnection
        The store's connection, where ``deadlines`` is a view over ``deadline_modes``; insertion order is kept.
    """
    import pyarrow as pa

    _sort(con)
    try:
        told = [why for (why,) in con.execute("SELECT why FROM sla_whys ORDER BY why_no").fetchall()]
        places = {why: place for place, why in enumerate(sorted(set(told)))}
        whys = pa.array(places, pa.string()), pa.array([places[why] for why in told], pa.int32())
        held: list[pa.Table] = []
        with closing(con.sql(_unfolded()).to_arrow_reader(ROWS)) as reader:
            for batch in reader:
                held.append(pa.Table.from_batches([batch]))
                if sum(piece.num_rows for piece in held) >= ROWS:
                    whole = pa.concat_tables(held)
                    yield _told(whole.slice(0, ROWS), whys)
                    held = [whole.slice(ROWS)]
        rest = pa.concat_tables(held) if held else None
        if rest is not None and rest.num_rows:
            yield _told(rest, whys)
    finally:
        for table in _KEPT:
            con.execute(f"DROP TABLE IF EXISTS {table}")


def _told(piece: pa.Table, whys: tuple[pa.Array, pa.Array]) -> pa.Table:
    """Return `piece` with the texts of its `why`, a dictionary of those alone that stand in it.

    `whys` are the texts in order and, for each number that `why` can be, the place of its text.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts, place_of = whys
    piece = piece.combine_chunks()
    at = piece.schema.get_field_index("why")
    places = pc.take(place_of, piece.column(at)).combine_chunks()
    used = pc.unique(places).sort()
    indices = pc.cast(pc.index_in(places, value_set=used), pa.int32())
    return piece.set_column(at, "why", pa.DictionaryArray.from_arrays(indices, pc.take(texts, used)))


def _sort(con: duckdb.DuckDBPyConnection) -> None:
    why = read_sql("fulfil_analytics.sla", "why.sql")
    texts = [
        f"SELECT key_no, {place} AS place, {mark(why, why_marks(mode))} AS why FROM sla_why_keys"
        for place, mode in enumerate(MODES, start=1)
    ]
    codes = (
        f"CAST(m.code_{mode} AS UTINYINT) AS code_{mode}, "
        f"CASE WHEN m.code_{mode} < 5 THEN m.due_{mode} END AS due_{mode}"
        for mode in MODES
    )
    marks = {"whys": " UNION ALL ".join(texts), "codes": ", ".join(codes), "stage_type": _kind(sorted(STAGE))}
    template = mark(read_sql("fulfil_analytics.sla", "ordered.sql"), marks)
    run_script(con, fill(template, {"stages": STAGE, "modes": len(MODES)}))


def why_marks(mode: str) -> dict[str, str]:
    """Return the marks of ``why.sql`` for a mode; only the effective one knows the platform's own deadline."""
    by_platform = "by_platform" if mode == "effective" else "FALSE"
    return {"why": f"why_{mode}", "by_platform": by_platform, "has_due": "has_due", "reason": reason(f"code_{mode}")}


def _unfolded() -> str:
    modes = (
        f"{{'mode': {literal(mode)}, 'due_at': due_{mode}, 'code': code_{mode}, "
        f"'why_no': (key_no - 1) * {len(MODES)} + {place}}}"
        for place, mode in enumerate(MODES)
    )
    marks = {
        "modes": ", ".join(modes),
        "mode_type": _kind(MODES),
        "outcome_type": _kind(OUTCOME),
        "outcomes": f"[{', '.join(map(literal, OUTCOME[:4]))}]",
        "otherwise": literal(OUTCOME[4]),
    }
    return mark(read_sql("fulfil_analytics.sla", "ordered_rows.sql"), marks)


def _kind(words: Iterable[str]) -> str:
    return f"ENUM ({', '.join(map(literal, words))})"
