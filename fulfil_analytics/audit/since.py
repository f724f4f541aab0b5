"""What changed since an earlier audit: its folder's findings against those of this run, by ``finding_id``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import UsageError
from fulfil_analytics.sql import fill, read_sql

if TYPE_CHECKING:
    import duckdb

STATUS = ("new", "remaining", "solved", "not_judged")
SHOWN = 20


@dataclass(frozen=True)
class Since:
    """The difference of two audits.

    Attributes
    ----------
    folder : str
        The earlier audit.
    counts : dict
        ``new``, ``remaining``, ``solved``, ``not_judged`` (gone, but not judged again): findings.
    by_rule : list of dict
        ``rule_id`` and the four counts.
    worst : list of dict
        The gravest new findings, :data:`SHOWN` at most: ``finding_id``, ``rule_id``, ``severity``, ``order_id``,
        ``message``.
    """

    folder: str
    counts: dict[str, int]
    by_rule: list[dict[str, Any]]
    worst: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"folder": self.folder, **self.counts, "by_rule": self.by_rule, "worst_new": self.worst}


def earlier(folder: Path) -> Path:
    """Return the file of an earlier audit's findings.

    Raises
    ------
    UsageError
        The folder holds no audit.
    """
    file = folder / "findings.parquet"
    if not file.is_file():
        raise UsageError(
            "the folder holds no audit", file=str(folder), column="--since", remedy="Name a folder that --out wrote"
        )
    return file


def compare(con: duckdb.DuckDBPyConnection, folder: Path) -> Since:
    """Compare the findings of `con` with those of the audit in `folder`; leaves the temporary table ``since``.

    Raises
    ------
    UsageError
        The folder holds no audit.
    """
    import duckdb

    file = earlier(folder)
    try:
        con.execute(fill(read_sql("fulfil_analytics.audit", "since.sql"), {"earlier": str(file)}))
    except duckdb.Error:
        raise UsageError(
            "its findings cannot be read", file=str(file), column="--since", remedy="Name a folder that --out wrote"
        ) from None
    counts = dict.fromkeys(STATUS, 0)
    counts.update(con.execute("SELECT status, count(*) FROM since GROUP BY status").fetchall())
    return Since(
        str(folder),
        counts,
        _rows(
            con,
            "SELECT rule_id, "
            + ", ".join(f"count(*) FILTER (status = '{status}') AS {status}" for status in STATUS)
            + " FROM since GROUP BY rule_id ORDER BY new DESC, solved DESC, rule_id",
        ),
        _rows(
            con,
            "SELECT finding_id, rule_id, severity, order_id, message FROM since WHERE status = 'new' "
            "ORDER BY list_position(['critical', 'high', 'medium', 'low', 'info'], severity), rule_id, "
            f"order_id NULLS LAST, finding_id LIMIT {SHOWN}",
        ),
    )


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = con.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
