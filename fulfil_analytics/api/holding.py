"""What an audit holds and answers: its tables, a query of one's own, one order, rates by any dimension."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

from fulfil_analytics.api.chosen import Chosen
from fulfil_analytics.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from fulfil_analytics.api.explained import Explained
    from fulfil_analytics.api.lens import Lens, StoreFile
    from fulfil_analytics.audit.record import Record
    from fulfil_analytics.policy import Policy

_ORDER = {
    "findings": "",
    "deadlines": " ORDER BY order_id, stage, mode",
    "rates": " ORDER BY metric, mode, slice, period_start",
    "quarantine": " ORDER BY source_file, source_line, column_name, reason, found",
    "coverage": " ORDER BY family, rule_id",
}


class Holding:
    """The part of an audit that holds and answers; see :class:`fulfil_analytics.Audit`."""

    def __init__(
        self,
        store: StoreFile,
        record: Record,
        chosen: Chosen | None = None,
        policy: Policy | None = None,
        timings: Mapping[str, float] | None = None,
    ) -> None:
        self._store = store
        self._record = record
        self._chosen = chosen or Chosen()
        self._changed = policy
        self._timings = dict(timings or {})
        self._lens = self._look()

    @classmethod
    def of_store(cls, store: StoreFile, timings: Mapping[str, float] | None = None) -> Self:
        """Return the audit that `store` holds."""
        from fulfil_analytics.audit.record import read_record

        con = store.attach()
        try:
            return cls(store, read_record(con, store.path.name), timings=timings)
        finally:
            con.close()

    def _look(self) -> Lens:
        from fulfil_analytics.api.lens import Lens

        return Lens(
            self._store,
            self.policy,
            self.as_of,
            orders=self._chosen.orders(self.policy.zone),
            findings=self._chosen.findings(),
            judged_anew=self._changed is not None,
            whole_life=self._chosen.by_time(),
        )

    # -- what it stands on

    @property
    def policy(self) -> Policy:
        """The policy in force; in a what-if, the changed one."""
        return self._changed or self._record.policy

    @property
    def as_of(self) -> dt.datetime:
        """The moment the audit speaks for, UTC without zone."""
        return self._record.as_of

    @property
    def lang(self) -> Literal["en", "zh"]:
        """Language of messages, figures and tables."""
        return self._record.lang

    @property
    def manifest(self) -> dict[str, Any]:
        """Inputs with their hashes, policy, rules, versions and counts, of the whole audit.

        Examples
        --------
        >>> audit.manifest["policy"]["id"]
        'tiktok-us'
        """
        return dict(self._record.manifest)

    @property
    def timings(self) -> dict[str, float]:
        """Seconds of each step, where this session made the audit; else empty.

        Examples
        --------
        >>> "loading" in audit.timings
        True
        """
        return dict(self._timings)

    # -- the tables of the contract

    @property
    def findings(self) -> pl.DataFrame:
        """One row a finding: rule, severity, order, message, evidence (JSON), file and row.

        Examples
        --------
        >>> audit.findings.filter(rule_id="duplicate_waybill")["evidence_class"].unique().to_list()
        ['hard']
        """
        self._refuse_what_if("findings")
        return self._table("findings")

    @property
    def orders(self) -> pl.DataFrame:
        """One row an order: its facts without personal data, its findings, its risk, its excuses.

        Examples
        --------
        >>> audit.orders.select("order_id", "warehouse", "risk").shape
        (300, 3)
        """
        from fulfil_analytics.audit.files import ORDERS

        return self._lens.query(ORDERS)

    @property
    def deadlines(self) -> pl.DataFrame:
        """One row an order, stage and mode: when it was due, when it was done, how it came out, and why.

        Twenty rows an order and more: for a large shop ask for a part with :meth:`where` or :meth:`sql`.

        Examples
        --------
        >>> sorted(audit.deadlines["mode"].unique())
        ['effective', 'extension', 'holiday', 'standard']
        """
        return self._table("deadlines")

    @property
    def rates(self) -> pl.DataFrame:
        """One row a metric, mode and slice (all; each shop, warehouse and market).

        Of an audit cut to a stretch of time they count the orders created in it, whatever stretch the metric itself
        looks at. For other slices see :meth:`rates_by`.

        Examples
        --------
        >>> audit.rates.filter(metric="on_time_dispatch", mode="effective", slice="{}")["denominator"].item() > 200
        True
        """
        return self._table("rates", rated=True)

    @property
    def quarantine(self) -> pl.DataFrame:
        """Every input row or cell that was not taken: file, row, column, reason, the form of what was found.

        Examples
        --------
        >>> audit.quarantine.columns[:2]
        ['source_file', 'source_line']
        """
        return self._table("quarantine")

    @property
    def coverage(self) -> pl.DataFrame:
        """One row a rule: how many it speaks about, tested, flagged, excused, not testable, and why.

        It speaks of the whole audit, whatever orders are chosen.

        Examples
        --------
        >>> set(audit.coverage["status"]) <= {"done", "not_testable", "failed"}
        True
        """
        self._refuse_what_if("coverage")
        return self._table("coverage")

    def _table(self, name: str, *, rated: bool = False) -> pl.DataFrame:
        return self._lens.query(f"SELECT * FROM {name}{_ORDER[name]}", rated=rated)

    # -- asking

    def sql(self, query: str, **tables: Any) -> pl.DataFrame:
        """Run a SELECT of your own (DuckDB) over the store's tables, cut to the chosen orders.

        Parameters
        ----------
        query : str
            One SELECT. The tables: ``orders``, ``order_lines``, ``parcels``, ``tracking_events``, ``journeys``,
            ``deadlines``, ``rates``, ``findings``, ``coverage``, ``quarantine``, ``source_files`` and more; columns
            in ``docs/reference/tables.md``.
        **tables : polars.DataFrame, pandas.DataFrame, pyarrow.Table
            Tables of your own, by the name that the query uses.

        Returns
        -------
        polars.DataFrame
            The rows; times are UTC without zone.

        Raises
        ------
        UsageError
            It is no single SELECT, or names a table or column that is not there; the nearest is suggested.

        Examples
        --------
        >>> audit.sql("SELECT count(*) AS n FROM orders")["n"].item()
        300
        >>> audit.sql("SELECT warehous FROM orders")
        Traceback (most recent call last):
            ...
        fulfil_analytics.errors.UsageError: there is no column warehous. Did you mean warehouse? ...
        >>> import polars as pl
        >>> costs = pl.DataFrame({"warehouse": ["Dallas TX"], "cost": [3.2]})
        >>> audit.sql("SELECT DISTINCT cost FROM orders JOIN costs USING (warehouse)", costs=costs)["cost"].item()
        3.2
        """
        return self._lens.read(query, tables)

    def explain(self, order_id: str) -> Explained:
        """Show one order: its timeline, its clocks under each mode, the evidence of each finding.

        Parameters
        ----------
        order_id : str
            The platform's order number, as text.

        Returns
        -------
        Explained
            Shows itself in a notebook, figure and tables; ``.figure``, ``.timeline``, ``.clocks``, ``.findings`` hold
            the same one by one.

        Raises
        ------
        UsageError
            No chosen order has this number; the nearest are named.

        Examples
        --------
        >>> order = audit.findings["order_id"].drop_nulls()[0]
        >>> audit.explain(order).clocks[0]["outcome"] in {"on_time", "late", "open", "overdue", "not_applicable"}
        True
        """
        from fulfil_analytics.api.explained import Explained
        from fulfil_analytics.report.explain import explain

        if not isinstance(order_id, str):
            raise UsageError(
                "order numbers are text: as a number the last digits would be lost",
                column="order_id",
                remedy=f"Write it in quotes: audit.explain('{order_id}')",
            )
        page = explain(self._lens.con, order_id, lang=self.lang, zone=self.policy.zone, policy=self.policy.model_dump())
        return Explained.of(page)

    def rates_by(
        self, *dimensions: str, per: Literal["day", "week", "month"] | None = None, metrics: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Return rates by any dimension, and by stretch of local time.

        Parameters
        ----------
        *dimensions : str
            ``shop, warehouse, market, carrier, order_type, handover, label_by, delivery_option, service_level, state,
            hour, weekday, sku, category``, ...; one slice a value of each.
        per : {"day", "week", "month"}, optional
            Splits every slice by local time, on the metric's own axis.
        metrics : sequence of str
            Only these; all by default.

        Returns
        -------
        polars.DataFrame
            ``metric``, ``mode``, ``dimension`` (``all`` for all orders), ``value`` (null: not known), the column
            named like `per`, then the figures of :attr:`rates`.

        Raises
        ------
        UsageError
            An unknown dimension; the nearest is suggested.

        Examples
        --------
        >>> audit.rates_by("warehouse", metrics=["on_time_dispatch"]).columns[:4]
        ['metric', 'mode', 'dimension', 'value']
        >>> audit.rates_by("warehouze")
        Traceback (most recent call last):
            ...
        fulfil_analytics.errors.UsageError: dimensions: orders cannot be sliced by warehouze. Did you mean ...
        """
        import json

        import polars as pl

        from fulfil_analytics.sla.dimensions import check_dimensions

        check_dimensions(dimensions)
        self._refuse_metrics(metrics)
        lens = self._lens.fresh()
        try:
            lens.build_rates(lens.con, dimensions, per, tuple(metrics))
            frame = lens.query(f"SELECT * FROM rates{_ORDER['rates']}")
        finally:
            lens.close()
        slices = [json.loads(text) for text in frame["slice"]]
        whose = [next((key for key in one if key != per), "all") for one in slices]
        parts = [
            pl.Series("dimension", whose, dtype=pl.String),
            pl.Series("value", [_said(one.get(key)) for one, key in zip(slices, whose, strict=True)], dtype=pl.String),
            *([pl.Series(per, [one.get(per) for one in slices], dtype=pl.String)] if per else []),
        ]
        return frame.drop("slice").select("metric", "mode", *parts, pl.exclude("metric", "mode"))

    def _refuse_metrics(self, metrics: Sequence[str]) -> None:
        from fulfil_analytics.errors import suggest
        from fulfil_analytics.sla.metrics import metric_ids

        known = metric_ids(self.policy)
        for metric in metrics:
            if metric not in known:
                raise UsageError(
                    f"policy {self.policy.id} does not compute {metric}",
                    column="metrics",
                    remedy=suggest(metric, known),
                )

    def _refuse_what_if(self, what: str) -> None:
        if self._changed is not None:
            raise UsageError(
                f"a what-if judges the clocks only and has no {what}",
                remedy="Use .deadlines, .rates and .compare; for findings audit again under a policy file of your own",
            )

    def _counts(self) -> tuple[int, int, int]:
        """Return orders, findings, and files that were loaded since the audit."""
        one = self._lens.rows(
            "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM findings) AS findings, "
            "(SELECT count(*) FROM source_files) AS files"
        )[0]
        return one["orders"], one["findings"], one["files"] - len(self._record.manifest.get("inputs", []))


def _said(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
