"""The driver's own small store: reference tables, what the parts say of the whole, and the rates of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster.parts import Kit, ipc, put
from fulfil_analytics.audit.cluster.rates import rate_cells
from fulfil_analytics.audit.cluster.shapes import arrow_schema, casts, shape
from fulfil_analytics.audit.cluster.source import BIG, Source
from fulfil_analytics.audit.cluster.steps import blocks
from fulfil_analytics.audit.manifest import build_manifest
from fulfil_analytics.audit.options import moment
from fulfil_analytics.errors import InputError, UsageError, suggest
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.sla import rates
from fulfil_analytics.sla.deadlines import Bounds, years_of
from fulfil_analytics.sla.tables import install_local_time
from fulfil_analytics.sql import fill, put_table, read_sql, run_script

if TYPE_CHECKING:
    import pyarrow as pa

    from fulfil_analytics.audit.of_runs import RuleRun
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.rulebook import Rulebook
    from fulfil_analytics.store import Store

SMALL = tuple(table for table in LOADED if table not in BIG)
FACTS = (
    "covered_carriers",
    "tracking_period",
    "file_reach",
    "orders_known",
    "bounds",
    "reach",
    "used_carriers",
    "used_markets",
)
REFERENCES = (
    "places",
    "place_names",
    "place_alias",
    "regions",
    "postal_levels",
    "carriers",
    "listed_terms",
)


class Head:
    """What one machine must know, and nothing an order.

    Attributes
    ----------
    store : Store
        A temporary store.
    policy : Policy
        The policy that judges.
    carriers : CarrierBook
        The carriers.
    book : Rulebook
        The rules, parameters in force.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        carriers: CarrierBook,
        book: Rulebook,
        as_of: dt.datetime,
        options: Options,
    ) -> None:
        self.store, self.policy, self.carriers, self.book = store, policy, carriers, book
        self.as_of, self.options = as_of, options
        self._facts: dict[str, pa.Table] = {}

    def __enter__(self) -> Head:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def table(self, relation: str) -> pa.Table:
        """Return a table of the store, with the types in which it travels."""
        columns = shape(relation)
        rows: pa.Table = self.store.con.sql(casts(columns, relation)).to_arrow_table()
        return rows.cast(arrow_schema(columns))

    def shared(self) -> dict[str, bytes]:
        """Return the small tables that each part holds whole."""
        select = self.store.con.sql
        small = {table: select(f"SELECT * FROM loaded_{table}").to_arrow_table() for table in SMALL}
        cells = "SELECT * FROM quarantine WHERE scope = 'cell' AND column_name IN ('waybill', 'package_id')"
        small |= {
            "source_files": select("SELECT * FROM source_files").to_arrow_table(),
            "quarantine": select(cells).to_arrow_table(),
        }
        return {table: ipc(rows) for table, rows in small.items()}

    def merge(self, found: Mapping[str, pa.Table]) -> None:
        """Put together what the parts say of the whole, and derive what follows from it."""
        con = self.store.con
        for kind, rows in found.items():
            con.register(kind, rows)
        for kind, select in blocks("merge").items():
            self._facts[kind] = con.sql(select).to_arrow_table()
        for kind in found:
            con.unregister(kind)
        markets = set(self._facts["used_markets"]["market"].to_pylist())
        self._install_references(markets)
        bounds = self.bounds()
        install_local_time(con, self.policy.zone, *years_of(con, self.policy, bounds, self.as_of))

    def _install_references(self, markets: set[str]) -> None:
        from fulfil_analytics.reference import install_places
        from fulfil_analytics.rulebook.lists import install_lists

        con = self.store.con
        install_places(con, markets, self.options.places)
        install_lists(con, [rules_folder(), *self.options.config.rules, *self.options.rules])
        self.carriers.install(con)

    def rest(self, zones: Sequence[str | None]) -> pa.Table:
        """Return the days on which carriers rest: from the first move of all, for the carriers and clocks of all.

        Parameters
        ----------
        zones : sequence of str
            Time zones of the places that scans name.
        """
        from fulfil_analytics.store.derive import install_rest_holidays

        con, reach = self.store.con, self._fact("reach")
        first_year, last_year = ((reach[f"{end}_event_at"] or self.as_of).year for end in ("first", "last"))
        install_rest_holidays(con, self.policy, first_year, last_year, self.as_of)
        stand_ins = {
            "moves": pa_table({"event_at": [reach["first_move_at"]]}, {"event_at": "TIMESTAMP"}),
            "track_places": pa_table({"time_zone": list(zones)}, {"time_zone": "VARCHAR"}),
            "parcels": self._facts["used_carriers"],
        }
        for table, rows in stand_ins.items():
            put_table(con, table, rows)
        script = fill(
            read_sql("fulfil_analytics.store", "model/60_tracks.sql"), {"as_of": self.as_of, "zone": self.policy.zone}
        )
        run_script(con, next(part for part in script.split(";\n") if "TABLE rest_days AS" in part))
        for table in stand_ins:
            con.execute(f"DROP TABLE temp.{table}")
        return self.table("rest_days")

    def learn(self, found: Mapping[str, pa.Table]) -> None:
        """Take in the weights that were learned."""
        self._facts |= found

    def second_kit(self, kit: Kit) -> Kit:
        """Return what the parts need to derive their tables."""
        given = ("covered_carriers", "tracking_period", "file_reach", "orders_known", "learned_weights")
        return replace(
            kit,
            given={table: ipc(self._facts[table]) for table in given},
            places={table: ipc(self.table(table)) for table in ("places", "place_names")},
            bounds=self.bounds(),
        )

    def third_kit(self, kit: Kit, runs: Sequence[RuleRun]) -> Kit:
        """Return what the parts need to give findings their roots."""
        reviews = self.store.con.sql("SELECT * FROM reviews").to_arrow_table()
        return replace(kit, tables={"reviews": ipc(reviews)}, given={}, places={}, runs=list(runs))

    def bounds(self) -> Bounds:
        """Return what the deadlines need to know of all orders."""
        return Bounds(**self._fact("bounds"))

    def references(self) -> dict[str, pa.Table]:
        """Return the small tables that rules read."""
        con = self.store.con
        found = {table: self.table(table) for table in REFERENCES}
        found["source_files"] = self.table("source_files")
        put_table(con, "file_reach", self._facts["file_reach"])
        script = read_sql("fulfil_analytics.store", "model/75_records.sql")
        run_script(con, next(part for part in script.split(";\n") if "TABLE order_inputs AS" in part))
        found["order_inputs"] = self.table("order_inputs")
        return found

    def rate(self, found: Mapping[str, pa.Table]) -> None:
        """Write table ``rates`` from the cells of all parts."""
        reach = self._fact("reach")
        named = tuple(d for d in rates.DEFAULT_DIMENSIONS if reach[d])
        rate_cells(self.store.con, self.policy, self.as_of, found, reach["tracking_until"], named)

    def cover(self, runs: Sequence[RuleRun]) -> None:
        """Write table ``coverage``."""
        from fulfil_analytics.audit.findings import write_findings

        none = self.store.con.sql("SELECT * FROM findings LIMIT 0").to_arrow_table()
        write_findings(self.store.con, none, runs)

    def manifest(self, source: Source, counts: dict[str, Any]) -> dict[str, Any]:
        """Return the manifest, the same but for what the folder was loaded with as that of a run on DuckDB."""
        made = build_manifest(self.store, (), self.policy, self.book, self.carriers, self.as_of, self.options)
        rows = made["counts"]["rows"]
        made.pop("can_prove", None)  # looks into tables that no single machine holds
        made["skipped"] = [{"file": file, "why": why} for file, why in source.skipped]
        return {**made, "personal_data": source.personal_data, "counts": {**counts, "rows": rows}}

    def _fact(self, kind: str) -> dict[str, Any]:
        row: dict[str, Any] = self._facts[kind].to_pylist()[0]
        return row


def open_head(source: Source, options: Options) -> Head:
    """Read the small tables, and choose policy, rules and the moment that the audit speaks for.

    Raises
    ------
    FulfilError
        No order, no policy for the market, a rule or policy that cannot be used.
    """
    from fulfil_analytics.audit.run import rule_folders, rulebook_of, tuned
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.rulebook.lists import lists_sha256
    from fulfil_analytics.store import open_store

    policies = load_policies([rules_folder() / "policies"])
    carriers = CarrierBook.load([rules_folder() / "carriers"])
    book = rulebook_of(options)
    lists_sha256(rule_folders(options))  # a list that cannot be read is refused before anything is
    policy = _policy(source, policies, options)
    as_of = _as_of(source, policy, options)
    store = open_store(None, memory=options.memory, temp=options.temp)
    try:
        for table in (*SMALL, "source_files", "reviews"):
            put(store, table, _arrow(source, table))
        put(
            store,
            "quarantine",
            _arrow(source, "quarantine", "scope = 'cell' AND column_name IN ('waybill', 'package_id')"),
        )
        return Head(store, policy, carriers, tuned(book, policy, options), as_of, options)
    except BaseException:
        store.close()
        raise


def _arrow(source: Source, table: str, where: str = "TRUE") -> pa.Table:
    from fulfil_analytics.engines.spark_engine import naive

    return naive(source.tables[table].where(where).toArrow())


def _policy(source: Source, policies: Mapping[str, Policy], options: Options) -> Policy:
    """Return the policy that was named, or that of the market the orders show."""
    from collections import Counter
    from pathlib import Path

    from fulfil_analytics.policy import choose_policy, load_policy

    wanted = options.policy or options.config.policy
    if wanted is not None and wanted.endswith(".toml"):
        return load_policy(Path(wanted))
    if wanted is None:
        rows = source.tables["order_lines"].where("is_current AND market IS NOT NULL").groupBy("market").count()
        return choose_policy(dict(policies), Counter({row["market"]: row["count"] for row in rows.collect()}))
    if wanted not in policies:
        raise UsageError(f"no policy named {wanted}", column="--policy", remedy=suggest(wanted, policies))
    return policies[wanted]


def _as_of(source: Source, policy: Policy, options: Options) -> dt.datetime:
    from pyspark.sql import functions as F

    from fulfil_analytics.store.derive import TIMES

    if options.as_of is not None:
        return moment(options.as_of, options.config.time_zone or policy.zone)
    latest: list[dt.datetime] = []
    for table, columns in TIMES.items():
        row = source.tables[table].where("is_current").agg(*(F.max(column) for column in columns)).collect()[0]
        latest += [value for value in row if value is not None]
    if not latest:
        raise InputError("the tables hold no order", remedy="Load an order export into the canonical folder")
    return max(latest)


def pa_table(columns: Mapping[str, list[Any]], kinds: Mapping[str, str]) -> pa.Table:
    """Return a small table with the types in which tables travel."""
    import pyarrow as pa

    return pa.table(dict(columns), schema=arrow_schema(kinds))
