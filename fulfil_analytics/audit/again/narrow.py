"""Which rules can be judged for a part of the orders, which orders those are, and the tables cut down to them.

An order is judged again when it was touched, when a rule had something to say of it, and when a later moment may turn
what a rule says: then a rule's findings are those of these orders, and its counts are the earlier ones, less what these
orders were counted as before, plus what they are counted as now.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.audit.manifest import rules_told
from fulfil_analytics.audit.sizes import Sizes, sizes_alone, sizes_together
from fulfil_analytics.engines import EngineError
from fulfil_analytics.errors import RuleError
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import judge
from fulfil_analytics.rulebook.tables import tables
from fulfil_analytics.sql import literal, name, read_sql
from fulfil_analytics.store import few_orders

if TYPE_CHECKING:
    from fulfil_analytics.engines import DuckDBEngine
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.rulebook import Rule, Rulebook
    from fulfil_analytics.store import Store
    from fulfil_analytics.store.again.part import Part

BEFORE, NOW = "again_before", "again_now"
"""Schemas that hold the tables of the orders judged again, as they were and as they are."""
MOST = 0.3
"""Share of orders above which the rules run whole: it costs less."""
CLOCKS = "clocks"
"""What settles a rule that turns with nothing but the order's clocks."""
_WINDOWS = "sla_windows"
_CLOCKS = ("deadline_clocks", "deadline_modes", "deadlines", "order_deadlines", "cancel_deadlines")
"""Views over ``deadline_orders``, each after those that it reads."""
_STAR = re.compile(r"([.,]|\b(select|distinct|all))\s*\*|\bcolumns\s*\(", re.IGNORECASE)
"""What names columns without their names."""
_ROUNDS = 40


@dataclass(frozen=True)
class Narrowed:
    """Which rules run over the part, and what the last run had counted.

    Attributes
    ----------
    as_of : datetime
        The moment of the last run.
    sizes : dict
        Rule id to the things in its scope by reason not to judge (null: judged), at the last run.
    """

    as_of: dt.datetime
    sizes: Mapping[str, Sizes]

    def count(
        self, rules: Iterable[Rule], before: DuckDBEngine, now: DuckDBEngine, as_of: dt.datetime
    ) -> dict[str, Sizes]:
        """Return the sizes of those of `rules` that run over the part alone, by the rule's id.

        `before` and `now` see the orders judged again as they were and as they are; what could be counted in one of
        them only is left out.
        """
        mine = [rule for rule in rules if rule.id in self.sizes]
        was, fresh = _counted(before, mine, self.as_of), _counted(now, mine, as_of)
        return {
            rule_id: dict((Counter(self.sizes[rule_id]) - Counter(was[rule_id]) + Counter(fresh[rule_id])).items())
            for rule_id in was.keys() & fresh.keys()
        }


def _counted(engine: DuckDBEngine, rules: Sequence[Rule], as_of: dt.datetime) -> dict[str, Sizes]:
    found = sizes_together(engine, rules, as_of)
    for rule in rules:
        if rule.id not in found:
            with suppress(EngineError, RuleError):
                found[rule.id] = sizes_alone(engine, rule, as_of)
    return found


@dataclass
class Marked:
    """A store whose last audit may be judged on: what is to be kept of it before its tables change.

    Attributes
    ----------
    book : Rulebook
        The rules, with the parameters in force; the same as at the last run.
    was, now : datetime
        Moment of the last run and of this one.
    sizes : dict
        See :class:`Narrowed`.
    """

    book: Rulebook
    was: dt.datetime
    now: dt.datetime
    sizes: dict[str, Sizes]
    rules: tuple[Rule, ...] = ()
    _paid: bool = field(default=False, repr=False)

    def before(self, part: Part) -> None:
        """Find the orders to be judged again and keep their old rows; `part` knows the touched ones."""
        store = part.whole
        drop(store)
        self.rules = tuple(self._narrow())
        if not self.rules:
            return
        store.con.execute(f"CREATE SCHEMA {BEFORE}")
        restless = "" if self.was == self.now else self._restless()
        text = read_sql("fulfil_analytics.audit", "again/judged.sql")
        store.con.execute(text.replace("/*restless*/", restless).replace("/*part*/", part.names["part"]))
        if not _close(store) or _count(store) > MOST * store.one("SELECT count(*) FROM orders"):
            self.rules = ()
            return
        self._paid = _paid_known(store)
        for table, columns in _parts()["of_files"].items():
            store.con.execute(f"CREATE TABLE {BEFORE}.{table} AS SELECT {columns} FROM {table}")
        _cut(store, BEFORE, self.rules, [judge.counts(rule, self.was) for rule in self.rules])

    def after(self, store: Store, remade: Iterable[str]) -> Narrowed | None:
        """Cut the tables down to the orders judged again, as they are now; None where every rule is to run whole.

        Parameters
        ----------
        remade : iterable of str
            Tables that were made anew for all orders.
        """
        if not self.rules or self._paid != _paid_known(store):
            return None
        moved = {table for table, columns in _parts()["of_files"].items() if _moved(store, table, columns)}
        changed = {*remade, *moved}
        rules = [rule for rule in self.rules if not changed & _judged_by(rule, self.now)]
        if not rules:
            return None
        store.con.execute(f"CREATE SCHEMA {NOW}")
        _cut(store, NOW, rules, [text for rule in rules for text in _texts(rule, self.now)])
        return Narrowed(self.was, {rule.id: self.sizes[rule.id] for rule in rules})

    def _narrow(self) -> Iterator[Rule]:
        known = {*_parts()["of_orders"], *_parts()["looked_at"], *_parts()["of_files"], *_parts()["standing"]["tables"]}
        for rule in self.book:
            again = rule.header.again
            if (
                again is None
                or rule.after is not None
                or rule.grain not in ("order", "parcel")
                or rule.id not in self.sizes
            ):
                continue
            turns = self.was != self.now and not again.settled_by and "{as_of}" in "".join(_judging(rule))
            if not turns and _judged_by(rule, self.now) <= known:
                yield rule

    def _restless(self) -> str:
        columns = {
            tuple(column for column in rule.header.again.settled_by if column != CLOCKS)
            for rule in self.rules
            if rule.header.again is not None
        }
        tests = [
            f"coalesce({', '.join(f'CAST({column} AS VARCHAR)' for column in one)}) IS NULL"
            for one in sorted(columns)
            if one
        ]
        text = read_sql("fulfil_analytics.audit", "again/restless.sql")
        return text.replace("/*unsettled*/", " OR ".join(tests) or "FALSE")


def mark(
    store: Store,
    held: tuple[str, str] | None,
    book: Rulebook,
    policy: Policy,
    as_of: dt.datetime,
    told: Mapping[str, Any],
) -> Marked | None:
    """Return what the last audit of `store` leaves to judge on; None where it stood on other rules, words or windows.

    None as well for few orders: there planning a rule costs more than running it, and two run at a time.

    Parameters
    ----------
    held : tuple of str, optional
        What :func:`fulfil_analytics.audit.manifest.let_go` took out of the store.
    told : mapping
        What this run's manifest will say of language, personal data, carriers and lists.
    """
    drop(store)
    if held is None or not _has(store, "judged_aside") or few_orders(store):
        return None
    manifest = json.loads(held[0])
    same = {
        **told,
        "fulfil_analytics": __version__,
        "rules": rules_told(book),
    }
    if any(manifest.get(key) != json.loads(json.dumps(value)) for key, value in same.items()):
        return None
    if manifest["policy"]["sha256"] != policy.sha256 or manifest["policy"]["zone"] != policy.zone:
        return None
    known = {file["sha256"] for file in manifest["inputs"]}
    kinds = {kind for kind, sha in store.rows("SELECT kind, sha256 FROM source_files") if sha not in known}
    if _WINDOWS in kinds:
        return None
    was = dt.datetime.fromisoformat(manifest["as_of"].rstrip("Z"))
    return Marked(book, was, as_of, _sizes(store))


def _sizes(store: Store) -> dict[str, Sizes]:
    """Return what each rule that could be run had in its scope, by reason not to judge."""
    told = {}
    for rule_id, judged, why in store.rows(
        "SELECT rule_id, tested + excused, why FROM coverage WHERE status <> 'failed'"
    ):
        reasons: Sizes = dict(json.loads(why).get("not_testable", {}))
        told[rule_id] = {**reasons, None: int(judged)}
    return told


def _judging(rule: Rule) -> tuple[str, ...]:
    """Return the texts that decide what a rule says; explanations of a finding are tried anew on every finding."""
    reasons = (*rule.not_testable, *rule.excused)
    return (rule.sql, rule.scope or "", *rule.requires, *rule.header.join.values(), *(one.when for one in reasons))


def _judged_by(rule: Rule, as_of: dt.datetime) -> set[str]:
    """Return the tables that decide what a rule says."""
    return _named(rule.render("\n".join(_judging(rule)), as_of)) | set(rule.header.join)


def _texts(rule: Rule, as_of: dt.datetime) -> Iterator[str]:
    """Yield what names every table and column that a rule reads."""
    yield rule.render("\n".join((*_judging(rule), *rule.header.join)), as_of)
    yield judge.population(rule, as_of, explained=True)
    yield judge.counts(rule, as_of)


def _named(text: str) -> set[str]:
    """Return the tables that a text may read: every word of it that is the name of one."""
    return set(re.findall(r"\w+", text)) & set(tables())


@cache
def _parts() -> dict[str, dict[str, Any]]:
    text = files("fulfil_analytics.audit").joinpath("again/tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _cut(store: Store, schema: str, rules: Sequence[Rule], texts: Sequence[str]) -> None:
    """Make the tables of orders that `rules` read, cut down to the orders judged again and to what `texts` name.

    A rule of the user's own may read a row as a whole, by no name: with one, and with a star, all columns stay.
    """
    whole = any(_STAR.search(text) for text in texts) or not all(
        rule.file.is_relative_to(rules_folder()) for rule in rules
    )
    words = {word for text in texts for word in re.findall(r"\w+", text.lower())}
    wanted = (words & set(tables())) | {"parcels"}
    of_order = f"order_id IN (FROM {BEFORE}.judged)"
    parcels = f"parcel_id IN (SELECT parcel_id FROM {schema}.parcels)"
    views = _cut_clocks(store, schema, of_order)
    stored = {
        table
        for (table,) in store.rows(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND database_name = current_database()"
        )
    }
    for kind, head in (("TABLE", "of_orders"), ("VIEW", "looked_at")):
        for table, key in _parts()[head].items():
            if table not in wanted:
                continue
            known = [column for column in _columns(store, table) if whole or {column.lower()} & (words | {key})]
            chosen = ", ".join(map(name, known))
            if table in views:
                store.con.execute(f"CREATE TABLE {schema}.cut_{table} AS SELECT {chosen} FROM {schema}.{table}")
                continue
            where = of_order if key == "order_id" else parcels
            if kind == "TABLE" and table in stored:
                where = _by_place(table, where)
            store.con.execute(f"CREATE {kind} {schema}.{table} AS SELECT {chosen} FROM main.{table} WHERE {where}")
    _put_clocks(store, schema, views, wanted)


def _cut_clocks(store: Store, schema: str, of_order: str) -> set[str]:
    """Make the views over the deadlines anew over the orders judged again; return them, none where they are tables."""
    views = dict(
        store.rows(
            f"SELECT view_name, sql FROM duckdb_views() WHERE view_name IN {literal(_CLOCKS)} "
            "AND schema_name = 'main' AND database_name = current_database()"
        )
    )
    if views.keys() != set(_CLOCKS):
        return set()
    where = _by_place("deadline_orders", of_order)
    store.con.execute(f"CREATE TABLE {schema}.deadline_orders AS SELECT * FROM main.deadline_orders WHERE {where}")
    for view in _CLOCKS:
        store.con.execute(re.sub(r"^CREATE (OR REPLACE )?VIEW ", f"CREATE VIEW {schema}.", views[view]))
    return set(_CLOCKS)


def _put_clocks(store: Store, schema: str, views: set[str], wanted: set[str]) -> None:
    """Put the tables made of views over the deadlines in the place of the views."""
    for view in views:
        store.con.execute(f"DROP VIEW {schema}.{view}")
    for table in views & wanted & set(_parts()["of_orders"]):
        store.con.execute(f"ALTER TABLE {schema}.cut_{table} RENAME TO {table}")
    store.con.execute(f"DROP TABLE IF EXISTS {schema}.deadline_orders")


def _by_place(table: str, where: str) -> str:
    """Return a condition that reads the key of every row, and all else of a stored table for the few rows alone."""
    return f"rowid IN (SELECT rowid FROM main.{table} WHERE {where})"


def _columns(store: Store, table: str) -> list[str]:
    return [
        column
        for (column,) in store.rows(
            f"SELECT column_name FROM duckdb_columns() WHERE table_name = {literal(table)} "
            "AND schema_name = 'main' AND database_name = current_database() ORDER BY column_index"
        )
    ]


def _close(store: Store) -> bool:
    """Add the orders that share numbers with those judged again; tell whether that came to an end."""
    text = read_sql("fulfil_analytics.audit", "again/fellows.sql")
    before = -1
    for _ in range(_ROUNDS):
        now = _count(store)
        if now == before:
            return True
        before = now
        store.con.execute(text)
    return False


def _count(store: Store) -> int:
    return int(store.one(f"SELECT count(*) FROM {BEFORE}.judged"))


def _moved(store: Store, table: str, columns: str) -> bool:
    """Tell whether `table` says something else of files that were known."""
    return bool(
        store.one(f"SELECT count(*) FROM (SELECT {columns} FROM {BEFORE}.{table} EXCEPT SELECT {columns} FROM {table})")
    )


def _paid_known(store: Store) -> bool:
    return bool(store.one("SELECT count(paid_at) > 0 FROM orders"))


def _has(store: Store, table: str) -> bool:
    return bool(store.one(f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{table}' AND NOT internal"))


def drop(store: Store) -> None:
    """Take away what judging again had put aside, also what a stopped run left."""
    for schema in (NOW, BEFORE):
        store.con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
