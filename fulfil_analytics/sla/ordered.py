"""All deadlines in order, for a file: sorted while they are narrow, unfolded on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfil_analytics.schemas.words import OUTCOME, SLA_MODE, STAGE
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sql import fill, literal, read_sql, run_script

if TYPE_CHECKING:
    import duckdb

MODES = tuple(sorted(SLA_MODE))
KEPT = ("sla_why_keys", "sla_whys")


def ordered_deadlines(con: duckdb.DuckDBPyConnection) -> str:
    """Return a SELECT of ``deadlines`` by order, stage and mode, for a connection that keeps insertion order.

    The same rows and values as ``SELECT * FROM deadlines ORDER BY order_id, stage, mode``, at less than half of the
    time. It reads temporary tables and a variable that :func:`drop_ordered` takes away.

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
    template = mark(read_sql("fulfil_analytics.sla", "ordered.sql"), {"whys": " UNION ALL ".join(texts)})
    run_script(con, fill(template, {"stages": STAGE, "modes": len(MODES)}))
    con.execute("SET VARIABLE sla_whys = (SELECT list(why ORDER BY why_no) FROM sla_whys)")
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


def _unfolded() -> str:
    codes = (
        f"CAST(m.code_{mode} AS UTINYINT) AS code_{mode}, "
        f"CASE WHEN m.code_{mode} < 5 THEN m.due_{mode} END AS due_{mode}"
        for mode in MODES
    )
    modes = (
        f"{{'mode': {literal(mode)}, 'due_at': due_{mode}, 'code': code_{mode}, 'why_no': key_no * {len(MODES)} - "
        f"{len(MODES) - place}}}"
        for place, mode in enumerate(MODES, start=1)
    )
    marks = {
        "codes": ", ".join(codes),
        "modes": ", ".join(modes),
        "stage_type": f"ENUM ({', '.join(map(literal, sorted(STAGE)))})",
        "outcomes": f"[{', '.join(map(literal, OUTCOME[:4]))}]",
        "otherwise": literal(OUTCOME[4]),
    }
    return fill(mark(read_sql("fulfil_analytics.sla", "ordered_rows.sql"), marks), {"stages": STAGE})
