"""Two audits side by side: what changed in rates, in the outcome of clocks, in findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfil_analytics.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from fulfil_analytics.api.audited import Audit


class Comparison:
    """What differs between two audits, ``before`` and ``after``; made by :meth:`Audit.compare`.

    Attributes
    ----------
    before, after : Audit
        The two.
    rates, outcomes, findings : polars.DataFrame
        What changed.

    Examples
    --------
    >>> audit.compare(audit)
    <Comparison tiktok-us / tiktok-us: 0 outcomes and 0 findings changed>
    """

    def __init__(self, before: Audit, after: Audit) -> None:
        self.before = before
        self.after = after

    @property
    def rates(self) -> pl.DataFrame:
        """One row a metric, mode and slice: the rate before and after, and the change.

        Columns: ``metric``, ``mode``, ``slice``, ``before``, ``after``, ``change`` (after minus before, a share),
        ``orders_before``, ``orders_after``.

        Examples
        --------
        >>> audit.compare(audit).rates["change"].abs().max()
        0.0
        """
        import polars as pl

        keys = ["metric", "mode", "slice"]
        left, right = (
            one.rates.select(*keys, pl.col("rate").alias(name), pl.col("denominator").alias(f"orders_{name}"))
            for one, name in ((self.before, "before"), (self.after, "after"))
        )
        both = left.join(right, on=keys, how="full", coalesce=True).sort(keys)
        return both.select(
            *keys,
            "before",
            "after",
            (pl.col("after") - pl.col("before")).alias("change"),
            "orders_before",
            "orders_after",
        )

    @property
    def outcomes(self) -> pl.DataFrame:
        """One row an order, stage and mode whose outcome changed.

        Columns: ``order_id``, ``stage``, ``mode``, ``before``, ``after`` (outcomes; null where one side has no such
        clock), ``due_before``, ``due_after`` (UTC).

        Examples
        --------
        >>> audit.compare(audit).outcomes.height
        0
        """
        import polars as pl

        keys = ["order_id", "stage", "mode"]
        left, right = (
            one.deadlines.select(*keys, pl.col("outcome").alias(name), pl.col("due_at").alias(f"due_{name}"))
            for one, name in ((self.before, "before"), (self.after, "after"))
        )
        both = left.join(right, on=keys, how="full", coalesce=True)
        changed = both.filter(~pl.col("before").eq_missing(pl.col("after")))
        return changed.select(*keys, "before", "after", "due_before", "due_after").sort(keys)

    @property
    def findings(self) -> pl.DataFrame:
        """One row a finding that only one of the two has: columns of findings, led by ``change`` (new or gone).

        Raises
        ------
        UsageError
            One of the two is a what-if, which has no findings.

        Examples
        --------
        >>> audit.compare(audit).findings.height
        0
        """
        import polars as pl

        left, right = self.before.findings, self.after.findings
        gone = left.join(right, on="finding_id", how="anti").select(pl.lit("gone").alias("change"), pl.all())
        new = right.join(left, on="finding_id", how="anti").select(pl.lit("new").alias("change"), pl.all())
        return pl.concat([new, gone])

    def __repr__(self) -> str:
        try:
            findings = f" and {self.findings.height:,} findings"
        except UsageError:
            findings = ""
        pair = f"{self.before.policy.id} / {self.after.policy.id}"
        return f"<Comparison {pair}: {self.outcomes.height:,} outcomes{findings} changed>"

    def _repr_html_(self) -> str:
        from fulfil_analytics.api.show import comparison

        return comparison(self)

    def __dir__(self) -> list[str]:
        return ["after", "before", "findings", "outcomes", "rates"]
