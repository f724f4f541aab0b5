"""Tables to look at: great_tables over a handful of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfil_analytics.errors import UsageError
from fulfil_analytics.report.words import Words
from fulfil_analytics.sql import read_sql

if TYPE_CHECKING:
    import polars as pl
    from great_tables import GT

    from fulfil_analytics.api.audited import Audit

_MOST = 500
"""Rows a table may show: great_tables takes about 2 ms a row, and nobody reads more."""
_HERE = "fulfil_analytics.api"


class Tables:
    """Tables of one audit, reached as ``audit.table``; each method returns a great_tables object to style further.

    Examples
    --------
    >>> audit.table
    <tables of an audit: coverage, findings, orders, rates>
    """

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._words = Words(audit.lang, audit.policy.zone)

    def findings(self, limit: int = 50) -> GT:
        """Show the findings, the gravest first, grouped by rule.

        Parameters
        ----------
        limit : int
            How many at most, up to 500.

        Returns
        -------
        great_tables.GT
            One row a finding.

        Examples
        --------
        >>> "duplicate_waybill" in audit.table.findings(5).as_raw_html()
        True
        """
        self._audit._refuse_what_if("findings")
        frame = self._query("table_findings", limit)
        heads = {
            "severity": self._words("column.severity"),
            "order_id": self._words("column.order"),
            "message": self._words("column.finding"),
            "source": self._words("column.file"),
        }
        frame = self._said(frame, "severity")
        return self._table(frame, heads, self._words("section.findings"), group="rule_id")

    def rates(self) -> GT:
        """Show each metric under each SLA mode, with limit and status.

        Returns
        -------
        great_tables.GT
            One row a metric.

        Examples
        --------
        >>> "%" in audit.table.rates().as_raw_html()
        True
        """
        frame = self._query("table_rates", _MOST, rated=True)
        modes = ["standard", "holiday", "extension", "effective"]
        heads = {
            "metric": self._words("column.metric"),
            **{mode: self._words.term("mode", mode) for mode in modes},
            "of": "n",
            "limit": "limit",
            "status": self._words("column.status"),
            "headroom": self._words("column.headroom"),
        }
        frame = self._said(self._said(frame, "metric"), "status")
        built = self._table(frame, heads, self._audit.policy.title)
        return built.fmt_percent(columns=[*modes, "limit"], decimals=1).sub_missing()

    def coverage(self) -> GT:
        """Show for each rule what was tested, flagged, excused and not testable.

        Returns
        -------
        great_tables.GT
            One row a rule, grouped by family.

        Examples
        --------
        >>> "late_dispatch" in audit.table.coverage().as_raw_html()
        True
        """
        self._audit._refuse_what_if("coverage")
        columns = ["rule_id", "family", "status", "in_scope", "tested", "flagged", "excused", "not_testable"]
        frame = self._audit.coverage.select(columns)
        heads = {"rule_id": self._words("column.rule")}
        heads |= {key: self._words(f"column.{key}") for key in columns[2:]}
        return self._table(frame, heads, self._words("column.coverage"), group="family")

    def orders(self, limit: int = 50) -> GT:
        """Show the orders with the highest risk first.

        Parameters
        ----------
        limit : int
            How many at most, up to 500.

        Returns
        -------
        great_tables.GT
            One row an order that has findings.

        Examples
        --------
        >>> type(audit.table.orders(10)).__name__
        'GT'
        """
        import polars as pl

        self._audit._refuse_what_if("findings")
        rank = pl.col("risk").replace_strict(
            {"critical": 0, "high": 1, "medium": 2, "low": 3, "none": 4}, return_dtype=pl.Int64
        )
        frame = (
            self._audit.orders.filter(pl.col("findings") > 0)
            .sort(rank, "order_id")
            .head(self._limited(limit))
            .select("order_id", "risk", "findings", "warehouse", "order_status", "excuses")
            .with_columns(pl.col("excuses").list.join(", "))
        )
        heads = {
            "order_id": self._words("column.order"),
            "risk": "risk",
            "findings": self._words("column.findings"),
            "warehouse": self._words("column.warehouse"),
            "order_status": self._words("column.order_status"),
            "excuses": self._words("column.excused"),
        }
        return self._table(frame, heads, self._words("column.orders"))

    def _query(self, file: str, limit: int, *, rated: bool = False) -> pl.DataFrame:
        text = read_sql(_HERE, f"{file}.sql").replace("{{limit}}", str(self._limited(limit)))
        return self._audit._lens.query(text, rated=rated)

    def _limited(self, limit: int) -> int:
        if not 1 <= limit <= _MOST:
            raise UsageError(
                f"a table of {limit} rows is not possible",
                column="limit",
                remedy=f"Ask for 1 to {_MOST} rows; the frames (.findings, .orders) hold them all",
            )
        return limit

    def _said(self, frame: pl.DataFrame, vocabulary: str) -> pl.DataFrame:
        import polars as pl

        words = [None if word is None else self._words.term(vocabulary, word) for word in frame[vocabulary]]
        return frame.with_columns(pl.Series(vocabulary, words, dtype=pl.String))

    def _table(self, frame: pl.DataFrame, heads: dict[str, str], title: str, group: str | None = None) -> GT:
        from great_tables import GT

        built = GT(frame, groupname_col=group).cols_label(cases=dict(heads))
        return built.tab_header(title=title) if title else built

    def __repr__(self) -> str:
        return f"<tables of an audit: {', '.join(self.__dir__())}>"

    def __dir__(self) -> list[str]:
        return sorted(one for one in vars(type(self)) if not one.startswith("_"))
