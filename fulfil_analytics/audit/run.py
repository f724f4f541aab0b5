"""The run: look, load, model, deadlines, rates, rules, findings."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit import again, findings
from fulfil_analytics.audit.apart import may_not_fit, take_in_apart
from fulfil_analytics.audit.intake import LOOKING, choose, load_all, look, take_in
from fulfil_analytics.audit.manifest import build_manifest, count_rows, keep, keep_again, let_go, told_beside
from fulfil_analytics.audit.options import Options, moment
from fulfil_analytics.audit.proofs import write_proofs
from fulfil_analytics.audit.risk import write_risk
from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.resources import rules_folder

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from fulfil_analytics.audit.intake import Given
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.rulebook import Rulebook
    from fulfil_analytics.store import Store
    from fulfil_analytics.store.again import Touched


@dataclass
class Run:
    """A finished run: the store with all tables of the contract, and what it stands on.

    Attributes
    ----------
    store : Store
        The open store; closing the run closes it.
    policy : Policy
        The policy that judged.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    options : Options
        What was asked.
    manifest : dict
        Inputs, policy, rules, versions, counts: what the outputs follow from.
    timings : dict
        Seconds a step, for ``--timings``; never part of the reproducible outputs.
    inputs : tuple of str
        Where the exports were: absolute paths and globs; never part of the reproducible outputs.
    rule_seconds : dict
        Seconds a rule, likewise; rules may run side by side, so that their sum may be above the step's.
    touched : Touched, optional
        How many orders were derived again, where not all were; never part of the reproducible outputs.
    """

    store: Store
    policy: Policy
    as_of: dt.datetime
    options: Options
    manifest: dict[str, Any]
    timings: dict[str, float] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    rule_seconds: dict[str, float] = field(default_factory=dict)
    touched: Touched | None = None

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Clock:
    """Seconds a step, and the news of it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.timings: dict[str, float] = {}
        self._began = time.perf_counter()
        self._step = "start"

    def step(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[self._step] = self.timings.get(self._step, 0.0) + now - self._began
        self._began, self._step = now, name
        self.options.progress(name)


def run_audit(inputs: Sequence[Given], options: Options) -> Run:
    """Audit the exports behind `inputs`.

    Parameters
    ----------
    inputs : sequence of str or FrameSource
        Files, folders or globs, and tables in memory. May be empty when ``options.db`` names a store that holds
        orders already.
    options : Options
        What is asked.

    Returns
    -------
    Run
        The caller closes it.

    Raises
    ------
    FulfilError
        Input, policy, rule or store that cannot be used; the store is as it was.
    """
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.rulebook.lists import install_lists
    from fulfil_analytics.rulebook.proofs import load_proofs
    from fulfil_analytics.store import open_store, put_off_merging

    clock = _Clock(options)
    book = rulebook_of(options) if options.only else None  # an unknown name is refused before anything is read
    store = open_store(options.db, memory=options.memory, temp=options.temp)
    try:
        put_off_merging(store)
        clock.step(LOOKING)
        taken = take_in_apart(store, inputs, options, clock.step) if may_not_fit(store, inputs) else None
        with ThreadPoolExecutor(1) as beside:
            # the files are looked at by the database, outside Python's lock
            policies = beside.submit(load_policies, [rules_folder() / "policies"])
            known = beside.submit(CarrierBook.load, [rules_folder() / "carriers"], store.con)
            rules = beside.submit(lambda: book or rulebook_of(options))
            policy, skipped = taken or take_in(store, inputs, options, clock.step, policies.result)
        store.spill_as_kept()
        carriers = known.result()
        as_of = _as_of(store, policy, options)
        book = tuned(rules.result(), policy, options)
        clock.step("deriving orders, parcels and journeys")
        options.meanwhile()
        held = let_go(store)
        marked = None if options.full else again.mark(store, held, book, policy, as_of, told_beside(carriers, options))
        touched = _derive(store, policy, carriers, as_of, options, marked)
        install_lists(store.con, rule_folders(options))
        clock.step("running rules")
        narrowed = marked.after(store, touched.remade) if marked and touched else None
        done = findings.run(store, book, as_of=as_of, lang=options.lang, zone=policy.zone, narrowed=narrowed)
        again.drop(store)
        write_risk(store.con)
        write_proofs(store.con, load_proofs(rule_folders(options)), options.lang)
        clock.step("done")
        manifest = build_manifest(store, skipped, policy, book, carriers, as_of, options)
        if options.db is not None:
            keep(store, manifest, policy)
        seconds = {one.rule.id: one.seconds for one in done}
        return Run(store, policy, as_of, options, manifest, clock.timings, _places(inputs), seconds, touched)
    except BaseException:
        store.close()
        raise


def _places(inputs: Sequence[Given]) -> tuple[str, ...]:
    """Return where the inputs were, as absolute paths and globs; what was handed over in memory has no place."""
    return tuple(os.path.abspath(item) for item in inputs if isinstance(item, str))


def run_deadlines(inputs: Sequence[Given], options: Options) -> Run:
    """Go as far as the deadlines: load, derive orders and parcels, judge the clocks. No rule runs, no rate is made.

    Returns
    -------
    Run
        With an empty manifest. The caller closes it.

    Raises
    ------
    FulfilError
        As for :func:`run_audit`.
    """
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.sla import build_deadlines
    from fulfil_analytics.store import build_model, open_store

    clock = _Clock(options)
    policies = load_policies([rules_folder() / "policies"])
    carriers = CarrierBook.load([rules_folder() / "carriers"])
    store = open_store(options.db, memory=options.memory, temp=options.temp)
    try:
        clock.step(LOOKING)
        taken = take_in_apart(store, inputs, options, clock.step) if may_not_fit(store, inputs) else None
        policy, _ = taken or take_in(store, inputs, options, clock.step, lambda: policies)
        store.spill_as_kept()
        as_of = _as_of(store, policy, options)
        clock.step("deriving orders and parcels")
        held = let_go(store)
        build_model(store, carriers, as_of)
        clock.step("working out deadlines")
        build_deadlines(store.con, policy, as_of)
        keep_again(store, held, policy, as_of)
        clock.step("done")
        return Run(store, policy, as_of, options, {}, clock.timings)
    except BaseException:
        store.close()
        raise


def run_load(inputs: Sequence[str], options: Options, canonical: Path | None = None) -> dict[str, Any]:
    """Load the exports behind `inputs` into the store ``options.db``, and write its rows as a canonical folder.

    Parameters
    ----------
    canonical : Path, optional
        The folder; see :mod:`fulfil_analytics.store.canonical`. With it, the store may be a temporary one.

    Raises
    ------
    UsageError
        Neither a store nor a canonical folder is named.

    Returns
    -------
    dict
        ``loaded`` and ``already`` (lists of files), ``skipped`` (file and why), ``rows`` (in, loaded, merged and
        quarantined, of the whole store).
    """
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.store import open_store, put_off_merging
    from fulfil_analytics.store.canonical import write_canonical

    if options.db is None and canonical is None:
        raise UsageError(
            "nothing to load into", column="--db", remedy="Name a store with --db or a folder with --canonical"
        )
    policies = load_policies([rules_folder() / "policies"])
    with open_store(options.db, memory=options.memory, temp=options.temp) as store:
        put_off_merging(store)
        intake = look(store.con, inputs)
        done = load_all(store, intake, choose(intake, store.con, policies, options), options)
        if canonical is not None:
            options.progress("writing the canonical folder")
            write_canonical(store, canonical, options.pii)
        return {
            "loaded": [item.source_file for item in done if not item.already],
            "already": [item.source_file for item in done if item.already],
            "skipped": [{"file": file, "why": why} for file, why in intake.skipped],
            "rows": count_rows(store)["rows"],
        }


def rule_folders(options: Options) -> list[Path]:
    """Return the folders of rules, the shipped one first."""
    return [rules_folder(), *options.config.rules, *options.rules]


def rulebook_of(options: Options) -> Rulebook:
    """Return all rules; one that was asked for and is not there is refused."""
    from fulfil_analytics.rulebook import load_rules

    book = load_rules(rule_folders(options))
    for rule_id in options.only:
        book[rule_id]  # an unknown name is refused before anything is read
    return book


def tuned(book: Rulebook, policy: Policy, options: Options) -> Rulebook:
    """Return the rules to run with the parameters in force: the policy's over the rule's own, the user's over both."""
    head = {"holiday_reading": policy.holiday_reading}
    said = {rule.id: {name: head[name] for name in rule.params if name in head} for rule in book}
    book = book.with_parameters(said, origin=policy.id)
    known = {rule_id: values for rule_id, values in policy.rule_parameters.items() if rule_id in book}
    book = book.with_parameters(known, origin=policy.id)
    book = book.with_parameters(options.config.parameters, origin="fulfil.toml")
    return book.only(options.only) if options.only else book


def _as_of(store: Store, policy: Policy, options: Options) -> dt.datetime:
    from fulfil_analytics.store import latest_time

    if options.as_of is not None:
        return moment(options.as_of, options.config.time_zone or policy.zone)
    latest = latest_time(store)
    if latest is None:
        raise InputError("the inputs hold no order", remedy="Add an order export from Seller Center to the inputs")
    return latest


def _derive(
    store: Store, policy: Policy, carriers: Any, as_of: dt.datetime, options: Options, marked: again.Marked | None
) -> Touched | None:
    """Derive all tables but those of the rules; return how much was touched, where the store knew the rest."""
    from fulfil_analytics.reference import install_places
    from fulfil_analytics.sla import (
        build_deadlines,
        build_forecast,
        build_late_causes,
        build_rates,
    )
    from fulfil_analytics.store import build_model, build_tracks, small
    from fulfil_analytics.store.again import DERIVED_AGAIN, derive_again
    from fulfil_analytics.store.record import Basis, write_record

    basis = Basis(policy, carriers, as_of, options.places, options.pii)
    touched = (
        None
        if options.db is None or options.full
        else derive_again(store, basis, None if marked is None else marked.before)
    )
    if touched is None:
        build_model(store, carriers, as_of)
    few = small(store)

    def tracks() -> None:
        countries = {row[0] for row in store.rows("SELECT DISTINCT market FROM orders WHERE market IS NOT NULL")}
        install_places(store.con, countries, options.places)
        if touched is None:
            build_tracks(store, policy, as_of)

    def clocks(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("SET TimeZone = 'UTC'")
        build_deadlines(con, policy, as_of, touched=None if touched is None else DERIVED_AGAIN, settled=few)
        build_rates(con, policy, as_of)
        build_forecast(con, as_of)
        build_late_causes(con, as_of)

    # The ways of the parcels and the clocks of the orders do not look at each other.
    with store.con.cursor() as beside:
        if few:
            with ThreadPoolExecutor(1) as lane:
                running = lane.submit(clocks, beside)
                tracks()
                running.result()
        else:
            tracks()
            clocks(beside)
    if touched is None and options.db is not None:
        write_record(store, basis)
    return touched
