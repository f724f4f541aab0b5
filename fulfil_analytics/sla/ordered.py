"""All deadlines in order, for a file: sorted while they are narrow, unfolded on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfil_analytics.schemas.words import OUTCOME, SLA_MODE, STAGE
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sql import fill, literal, read_sql, run_script

if TYPE_CHECKING:
    import duckdb

MODES = tuple(sorted(SLA_MODE))
FEW_TEXTS = 5_000
"""A Parquet file holds each kind of an enumeration once a row group; more texts than these are written as texts."""
KEPT = ("sla_why_keys", "sla_whys", "sla_ordered")


def ordered_deadlines(con: duckdb.DuckDBPyConnection) -> str:
    """Return a SELECT of ``deadlines`` by order, stage and mode, for a connection that keeps insertion order.

    The same rows and values as ``SELECT * FROM deadlines ORDER BY order_id, stage, mode``, at a fifth of the time.
    Columns of few values are enumerations, which a Parquet file holds as text. It reads temporary tables and a variable
    that :func:`drop_ordered` takes away.

    Parameters
    ----------
    con : DuckDBPyConnection
        The store's connection, where ``deadlines`` is a view over ``deadline_modes``.
    """
    why = read_sql("fulfil_analytics.sla", "why.sql")
    texts = [
        f"SELECT key_no, {place} AS place, {mark(why, why_marks(mode, f'code_{mode}'))} AS why FROM sla_why_keys"
        for place, mode in enumerate(MODES, start=1)
    ]
    codes = (
        f"CAST(m.code_{mode} AS UTINYINT) AS code_{mode}, "
        f"CASE WHEN m.code_{mode} < 5 THEN m.due_{mode} END AS due_{mode}"
        for mode in MODES
    )
    marks = {
        "whys": " UNION ALL ".join(texts),
        "codes": ", ".join(codes),
        "stage_type": _kind(tuple(sorted(STAGE))),
    }
    template = mark(read_sql("fulfil_analytics.sla", "ordered.sql"), marks)
    run_script(con, fill(template, {"stages": STAGE, "modes": len(MODES)}))
    kind = "VARCHAR"
    if (con.execute("SELECT count(DISTINCT why) FROM sla_whys").fetchone() or (0,))[0] <= FEW_TEXTS:
        kind = "sla_why"
        con.execute(f"CREATE TEMP TYPE {kind} AS ENUM (SELECT DISTINCT why FROM sla_whys ORDER BY why)")
    con.execute(f"SET VARIABLE sla_whys = (SELECT list(CAST(why AS {kind}) ORDER BY why_no) FROM sla_whys)")
    return _unfolded()


def why_marks(mode: str, code: str) -> dict[str, str]:
    """Return the marks of ``why.sql`` for a mode; only the effective one knows the platform's own deadline."""
    by_platform = "by_platform" if mode == "effective" else "FALSE"
    return {"why": f"why_{mode}", "by_platform": by_platform, "has_due": "has_due", "code": code}


def drop_ordered(con: duckdb.DuckDBPyConnection) -> None:
    """Take away what :func:`ordered_deadlines` made."""
    con.execute("RESET VARIABLE sla_whys")
    for table in KEPT:
        con.execute(f"DROP TABLE IF EXISTS {table}")
    con.execute("DROP TYPE IF EXISTS sla_why")


def _unfolded() -> str:
    modes = ", ".join(
        f"{{'mode': {literal(mode)}, 'due_at': due_{mode}, 'code': code_{mode}, 'why_no': key_no * {len(MODES)} - "
        f"{len(MODES) - place}}}"
        for place, mode in enumerate(MODES, start=1)
    )
    return (
        f"SELECT order_id, stage, CAST(one.mode AS {_kind(MODES)}) AS mode, clock_start, one.due_at AS due_at, "
        "stopped_at, "
        f"CAST(coalesce({literal_list(OUTCOME[:4])}[one.code], {literal(OUTCOME[4])}) AS {_kind(OUTCOME)}) AS outcome, "
        "getvariable('sla_whys')[one.why_no] AS why "
        f"FROM (SELECT order_id, stage, clock_start, stopped_at, unnest([{modes}]) AS one FROM sla_ordered)"
    )


def literal_list(words: tuple[str, ...]) -> str:
    """Return words as a list of SQL."""
    return f"[{', '.join(map(literal, words))}]"


def _kind(words: tuple[str, ...]) -> str:
    return f"ENUM ({', '.join(map(literal, words))})"
