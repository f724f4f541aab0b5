"""The audit as an object: frozen state, every method that changes something returns a changed copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fulfil_analytics.api.chosen import Chosen
from fulfil_analytics.api.holding import Holding
from fulfil_analytics.errors import UsageError

if TYPE_CHECKING:
    import os

    from fulfil_analytics.api.compared import Comparison
    from fulfil_analytics.api.plots import Plots
    from fulfil_analytics.api.tables import Tables
    from fulfil_analytics.audit.run import Run
    from fulfil_analytics.policy import Policy


class Audit(Holding):
    """A finished audit, as :func:`fulfil_analytics.audit` and :func:`fulfil_analytics.open` return it.

    It looks at a store and never changes it. Times are UTC without zone. In the examples below, ``audit`` is
    ``fa.audit("data/sample/planted", policy="tiktok-us")``.

    Attributes
    ----------
    findings, orders, deadlines, rates, quarantine, coverage : polars.DataFrame
        The tables of the contract, columns as in the files that ``fulfil audit --out`` leaves.
    plot : Plots
        Figures (plotly).
    table : Tables
        Tables to look at (great_tables).
    policy : Policy
        The policy that judged.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    lang : {"en", "zh"}
        Language of messages, figures and tables.

    Examples
    --------
    >>> audit
    <Audit tiktok-us as of 2026-11-16 ...: 300 orders, ... findings>
    >>> audit.where(warehouse="Dallas TX", week="2026-W45").orders.height > 0
    True
    """

    def where(self, **conditions: Any) -> Audit:
        """Return the audit cut to the orders that meet all conditions; may be chained.

        Parameters
        ----------
        **conditions
            A column of ``orders`` (``warehouse``, ``shop``, ``market``, ``order_id``, ``is_cod``, ...) or ``carrier``,
            with the value it must have, a list of values, or None for "not known". ``day="2026-11-16"``,
            ``week="2026-W46"``, ``month="2026-11"``, ``since``, ``until``: when the order was created, local time of
            the policy. ``rule_id``, ``family``, ``severity``, ``evidence_class``, ``verdict`` choose among the
            findings; the orders stay.

        Returns
        -------
        Audit
            A changed copy.

        Raises
        ------
        UsageError
            An unknown condition, the nearest is suggested; or a value of another kind.

        Examples
        --------
        >>> late = audit.where(week="2026-W45").where(rule_id="late_dispatch")
        >>> late
        <Audit tiktok-us as of 2026-11-16 ..., week = 2026-W45, rule_id = late_dispatch: ... orders, ... findings>
        >>> audit.where(warehose="Dallas TX")
        Traceback (most recent call last):
            ...
        fulfil_analytics.errors.UsageError: where: orders cannot be chosen by warehose. Did you mean warehouse? ...
        """
        return self._copy(chosen=self._chosen.and_(conditions))

    def what_if(
        self,
        limits: Mapping[str, str | tuple[int, str]] | None = None,
        windows: Sequence[Mapping[str, Any]] = (),
        **changes: Any,
    ) -> Audit:
        """Return the same orders under a changed policy: deadlines and rates are made anew, in memory.

        Parameters
        ----------
        limits : mapping of str to str, optional
            Stage to another length: ``{"dispatch": "1 business_day"}``. The platform's own deadline in the export,
            which would win, is then left aside.
        windows : sequence of mapping
            Windows as if they had been granted, keys as in a policy file: ``from`` and ``to`` (local days, both
            included), ``amount``, ``unit``; further ``stages``, ``warehouse``, ``action``, ``mode``.
        **changes
            Any other key of a policy file, laid over it as a shop's own file would be:
            ``holiday_reading="buffer"``, ``line=[{"id": "dispatch-scan", "cutoff": "14:00", ...}]``.

        Returns
        -------
        Audit
            A changed copy with ``orders``, ``deadlines``, ``rates``, ``explain`` and the figures of rates. Findings
            are not judged anew: they follow from rules, and those from a whole audit under the other policy.

        Raises
        ------
        PolicyError, UsageError
            A change that a policy file could not hold; the words that are allowed are named.

        Examples
        --------
        >>> strict = audit.what_if({"dispatch": "1 business_day"})
        >>> granted = audit.what_if(windows=[{"from": "2026-11-02", "to": "2026-11-06", "amount": 2,
        ...                                   "unit": "business_day", "stages": ["dispatch"]}])
        >>> [one.deadlines.filter(stage="dispatch", mode="extension", outcome="late").height
        ...  for one in (strict, audit, granted)] # doctest: +SKIP
        [80, 10, 6]
        """
        from fulfil_analytics.policy.changes import changed_policy, limit_lines, window_entries

        below = self.policy
        entries = [*changes.pop("line", []), *limit_lines(below, limits or {})]
        added = [*changes.pop("window", []), *window_entries(windows, below)]
        given = {**changes, **({"line": entries} if entries else {}), **({"window": added} if added else {})}
        return self._copy(policy=changed_policy(below, given))

    def compare(self, other: Audit) -> Comparison:
        """Compare with another audit of the same orders: a later one, or one under a changed policy.

        Parameters
        ----------
        other : Audit
            What this one is compared with; "after", where this one is "before".

        Returns
        -------
        Comparison
            ``.rates``, ``.outcomes``, ``.findings``: what changed.

        Examples
        --------
        >>> strict = audit.what_if({"dispatch": "1 business_day"})
        >>> changed = audit.compare(strict).outcomes
        >>> changed.filter(stage="dispatch", mode="standard", before="on_time", after="late").height > 0
        True
        """
        from fulfil_analytics.api.compared import Comparison

        return Comparison(self, other)

    def _copy(self, *, chosen: Chosen | None = None, policy: Policy | None = None) -> Audit:
        return Audit(self._store, self._record, chosen or self._chosen, policy or self._changed, self._timings)

    @property
    def plot(self) -> Plots:
        """Figures (plotly): ``plot.on_time``, ``plot.findings``, ``plot.trend``, ``plot.lateness``, ``plot.timeline``.

        Examples
        --------
        >>> type(audit.plot.on_time(by="warehouse")).__name__
        'Figure'
        """
        from fulfil_analytics.api.plots import Plots

        return Plots(self)

    @property
    def table(self) -> Tables:
        """Tables to look at (great_tables): ``table.findings``, ``table.rates``, ``table.coverage``, ``table.orders``.

        Examples
        --------
        >>> type(audit.table.rates()).__name__
        'GT'
        """
        from fulfil_analytics.api.tables import Tables

        return Tables(self)

    def report(
        self, file: str | os.PathLike[str], *, week: str | None = None, lang: Literal["en", "zh"] | None = None
    ) -> Path:
        """Write the report: one HTML file that needs no network.

        Parameters
        ----------
        file : path
            The file to write.
        week : str, optional
            ISO week of order creation, local time: ``"2026-W46"``. All chosen orders by default.
        lang : {"en", "zh"}, optional
            Language of the page; findings keep the language they were written in. The audit's own by default.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        UsageError
            It is no week, or the file cannot be written.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     audit.report(f"{folder}/week.html", week="2026-W45").stat().st_size > 100_000
        True
        """
        from fulfil_analytics.report.outputs import report_of
        from fulfil_analytics.report.view import read_scope

        self._refuse_what_if("report")
        path = Path(file)
        try:
            report_of(self._run(lang), path, read_scope(week))
        except OSError as problem:
            raise UsageError(
                f"the report cannot be written: {problem.strerror}", file=str(path), remedy="Name another file"
            ) from None
        return path

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the audit's folder, as ``fulfil audit --out`` does: tables, workbook, report, manifest.

        Parameters
        ----------
        folder : path
            Where to; made if there is none.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        UsageError
            It cannot be written; or the audit is cut or a what-if: the folder must follow from its inputs as a whole.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     "manifest.json" in {file.name for file in audit.save(folder).iterdir()}
        True
        """
        from fulfil_analytics.audit.files import write_folder
        from fulfil_analytics.report.outputs import write_outputs

        self._refuse_what_if("save")
        if self._chosen.conditions:
            raise UsageError(
                f"this audit is cut to {self._chosen}, and a folder holds the whole",
                remedy="Save the whole audit, or write a part: .report(file), .findings.write_parquet(file)",
            )
        write_folder(self._run(), Path(folder), write_outputs)
        return Path(folder)

    def close(self) -> None:
        """Let go of the store now; a temporary one is removed. Copies of this audit close with it.

        Examples
        --------
        >>> import fulfil_analytics as fa
        >>> with fa.audit("data/sample/planted", policy="tiktok-us") as whole:
        ...     whole.orders.height
        300
        >>> whole
        <Audit tiktok-us, closed>
        """
        self._store.remove()

    def __enter__(self) -> Audit:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, lang: Literal["en", "zh"] | None = None) -> Run:
        from fulfil_analytics.audit.options import Options
        from fulfil_analytics.audit.run import Run
        from fulfil_analytics.store import Store

        options = Options(lang=lang or self.lang)
        store = Store(self._lens.rated, self._store.path)
        return Run(store, self.policy, self.as_of, options, self.manifest, self.timings, self._store.inputs)

    def __repr__(self) -> str:
        from fulfil_analytics.api.show import line

        return line(self)

    def _repr_html_(self) -> str:
        from fulfil_analytics.api.show import card

        return card(self)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_") and name != "of_store"]
