"""A store audited again after new exports holds, row for row, what a full run makes of it.

One random split here; FULFIL_SPLITS gives their number (``make incremental``: twelve).
"""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics import sla
from fulfil_analytics.audit.again import narrow
from fulfil_analytics.audit.manifest import let_go, told_beside
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import rulebook_of, run_audit, tuned
from fulfil_analytics.config import Config
from fulfil_analytics.policy import load_policies
from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sql import fill
from fulfil_analytics.store import Store, open_store, settle
from fulfil_analytics.store.again import Touched, derive, derive_again
from fulfil_analytics.store.again.derive import tables
from fulfil_analytics.store.record import Basis, read_record
from fulfil_analytics.store.remove import forget_orders

SPLITS = int(os.environ.get("FULFIL_SPLITS", "1"))
KINDS = {"order_lines": "orders", "tracking_events": "tracking", "labels": "labels", "returns": "returns"}
LOTS = 5
END = dt.datetime(2026, 11, 16, 16)
ASIDE = {"kept_audit", "derived_from", "deadlines_from", "store_meta"}
"""What speaks of the run and not of the orders; the tables of clocks number their rows and are read through views."""
NUMBERED = {
    "deadline_clocks",
    "deadline_cases",
    "deadline_lines",
    "deadline_modes",
    "deadline_orders",
    "deadline_profiles",
}


@pytest.fixture(scope="module")
def loaded(planted_store: Path) -> Path:
    """Give a store that holds the sample's exports, nothing derived; it is only read."""
    return planted_store


class Split:
    """The sample's rows cut into lots, to be added to stores in any order."""

    def __init__(self, given: Path, seed: int) -> None:
        self.given, self.seed = given, seed

    def add(self, store: Store, lots: list[int]) -> None:
        """Add the files of some lots, as a loader leaves them before rows are settled."""
        con = store.con
        con.execute(f"ATTACH '{self.given}' AS given (READ_ONLY)")
        try:
            # seven in ten rows are in the first lot, the others share the rest
            con.execute(
                f"CREATE OR REPLACE TEMP MACRO fa_lot(t) AS CASE WHEN hash({self.seed}, t) % 10 < 7 THEN 0 "
                f"ELSE 1 + hash('more', {self.seed}, t) % {LOTS - 1} END"
            )
            text = (Path(__file__).parent / "cut_up.sql").read_text(encoding="utf-8")
            for statement in fill(text, {"lots": LOTS, "seed": self.seed}).split(";\n"):
                con.execute(statement)
            if not store.one("SELECT count(*) FROM loaded_products"):
                self._small(store)
            for lot in lots:
                for table, kind in KINDS.items():
                    self._file(store, table, kind, lot)
        finally:
            for table in KINDS:
                con.execute(f"DROP TABLE IF EXISTS temp.cut_{table}")
            con.execute("DROP TABLE IF EXISTS temp.lots")
            con.execute("DETACH given")

    def _small(self, store: Store) -> None:
        """Add the small tables whole."""
        for table in ("products", "warehouses", "inventory", "sla_windows"):
            store.con.execute(f"INSERT INTO loaded_{table} FROM given.loaded_{table}")
        files = "('products', 'warehouses', 'inventory', 'sla_windows')"
        store.con.execute(f"INSERT INTO source_files FROM given.source_files WHERE kind IN {files}")

    def _file(self, store: Store, table: str, kind: str, lot: int) -> None:
        con, name = store.con, f"{kind}-{lot}.csv"
        held = f"FROM temp.cut_{table} WHERE lot = {lot}"
        rows = store.one(f"SELECT count(*) {held}")
        if not rows:
            return
        con.execute(f"INSERT INTO loaded_{table} BY NAME SELECT * EXCLUDE (lot), TRUE AS is_current {held}")
        # out of order: a later lot may have been exported earlier
        exported = END - dt.timedelta(hours=hash((self.seed, lot)) % 200)
        con.execute(
            "INSERT INTO source_files BY NAME SELECT ? AS source_file, ? AS sha256, 1 AS bytes, ? AS kind, "
            "'cut' AS format, ? AS exported_at, FALSE AS exported_by_clock, ? AS rows_in, 0 AS rows_loaded, "
            "0 AS rows_merged, 0 AS rows_quarantined, '[]' AS unknown_columns",
            [name, name, kind, exported, rows],
        )


def audit(path: Path, as_of: dt.datetime, *, full: bool = False, **more: object) -> Touched | None:
    options = Options(db=path, policy="tiktok-us", as_of=f"{as_of.isoformat()}Z", full=full, **more)
    with run_audit([], options) as run:
        return run.touched


def differences(one: Path, other: Path) -> Iterator[str]:
    """Tell the tables of two stores that do not hold the same rows."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{one}' AS one (READ_ONLY)")
        con.execute(f"ATTACH '{other}' AS other (READ_ONLY)")
        names = {
            held: {
                row[0]
                for row in con.execute(
                    "SELECT table_name FROM information_schema.tables WHERE table_catalog = ?", [held]
                ).fetchall()
            }
            - ASIDE
            - NUMBERED
            for held in ("one", "other")
        }
        assert names["one"] == names["other"] and len(names["one"]) > 50
        for table in sorted(names["one"]):
            for a, b in (("one", "other"), ("other", "one")):
                query = f"SELECT count(*) FROM (FROM {a}.{table} EXCEPT ALL FROM {b}.{table})"
                more = con.execute(query).fetchall()[0][0]
                if more:
                    yield f"{table}: {more} rows only in {a}"


def full_run(path: Path, as_of: dt.datetime, **more: object) -> Path:
    """Return a copy of the store at `path`, derived anew from its loaded rows."""
    copy = path.with_name("full.duckdb")
    copy.unlink(missing_ok=True)
    shutil.copy(path, copy)
    with open_store(copy) as store:
        settle(store, all_rows=True)
    assert audit(copy, as_of, full=True, **more) is None
    return copy


@pytest.mark.parametrize("seed", range(SPLITS))
def test_any_split_in_any_order_ends_where_a_full_run_ends(
    seed: int, loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "MOST", 1.0)
    monkeypatch.setattr(narrow, "MOST", 10.0)  # the sample's orders are nearly all flagged
    parts = watched(monkeypatch)
    chance = random.Random(seed)
    split, path = Split(loaded, seed), tmp_path / "store.duckdb"
    later = list(range(1, LOTS))
    chance.shuffle(later)
    as_of = END - dt.timedelta(days=1)
    touched = []
    for lots in ([0], later[:2], later[2:]):
        with open_store(path) as store:
            split.add(store, lots)
            settle(store)
        touched.append(audit(path, as_of))
        if lots != [0]:
            assert not list(differences(path, full_run(path, as_of)))
        as_of += dt.timedelta(hours=chance.choice((-20, 0, 5, 40)))
    assert touched[0] is None
    # a fact of the whole may change and touch everybody, but not every day
    assert any(one is not None and 0 < one.orders < one.of for one in touched)
    assert len(parts) == sum(one is not None for one in touched)
    for rules, judged, orders in parts:
        assert {"late_dispatch", "duplicate_waybill", "stale_tracking"} <= rules and 0 < judged < orders
        # what cannot be told from single orders runs whole
        assert not {"batch_anomaly", "cloned_track", "oversold", "truncated_export", "unmatched_tracking"} & rules


def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], int, int]]:
    """Return a list that gets, for each run that judges a part alone, its rules, the orders judged and all orders."""
    monkeypatch.setattr(narrow, "few_orders", lambda _: False)
    seen: list[tuple[set[str], int, int]] = []
    after = narrow.Marked.after

    def watch(self: narrow.Marked, store: Store, remade: Iterable[str]) -> narrow.Narrowed | None:
        narrowed = after(self, store, remade)
        if narrowed is not None:
            judged = f"SELECT count(*), (SELECT count(*) FROM orders) FROM {narrow.NOW}.orders"
            seen.append((set(narrowed.sizes), *store.rows(judged)[0]))
        return narrowed

    monkeypatch.setattr(narrow.Marked, "after", watch)
    return seen


@pytest.mark.parametrize(
    ("change", "judged_on"),
    [
        ({}, True),
        ({"lang": "zh"}, False),
        ({"only": ("late_dispatch",)}, False),
        ({"config": Config(parameters={"untraceable_waybill": {"grace_hours": 30}})}, False),
    ],
)
def test_a_part_is_judged_on_the_same_rules_and_words_alone(
    change: dict[str, object], judged_on: bool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrow, "few_orders", lambda _: False)
    at = basis()
    options = replace(Options(policy="tiktok-us", only=("untraceable_waybill",)), **change)
    book = tuned(rulebook_of(options), at.policy, options)
    held = let_go(store)
    assert held is not None
    marked = narrow.mark(store, held, book, at.policy, END, told_beside(at.carriers, options))
    assert (marked is not None) is judged_on
    store.con.execute("DROP TABLE judged_aside")  # as a run on Spark leaves it
    assert narrow.mark(store, held, book, at.policy, END, told_beside(at.carriers, options)) is None


@pytest.fixture(scope="module")
def audited(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store of most of the rows, audited at END, to which another lot was added since."""
    path = tmp_path_factory.mktemp("audited") / "audited.duckdb"
    split = Split(loaded, 0)
    with open_store(path) as store:
        split.add(store, [0])
        settle(store)
    assert audit(path, END, only=("untraceable_waybill",)) is None
    with open_store(path) as store:
        split.add(store, [1])
        settle(store)
    return path


@pytest.fixture
def store(audited: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(derive, "MOST", 1.0)
    path = tmp_path / "copy.duckdb"
    shutil.copy(audited, path)
    with open_store(path) as opened:
        yield opened


def basis(**more: object) -> Basis:
    policy = load_policies([rules_folder() / "policies"])["tiktok-us"]
    return replace(Basis(policy, CarrierBook.load([rules_folder() / "carriers"]), END), **more)


def test_a_stop_while_rows_are_put_back_leaves_the_old_tables_with_the_old_record(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise RuntimeError("stopped")

    before, rows = read_record(store), store.rows("SELECT hash(COLUMNS(*)) FROM orders ORDER BY ALL")
    with monkeypatch.context() as patch:
        patch.setattr(derive, "_make_whole", stop)
        with pytest.raises(RuntimeError, match="stopped"):
            derive_again(store, basis())
    assert read_record(store) == before
    assert store.rows("SELECT hash(COLUMNS(*)) FROM orders ORDER BY ALL") == rows
    touched = derive_again(store, basis())
    assert touched is not None and 0 < touched.orders < touched.of
    assert store.rows("SELECT hash(COLUMNS(*)) FROM orders ORDER BY ALL") != rows
    after = read_record(store)
    assert before is not None and after is not None and set(after.files) > set(before.files)


def test_orders_put_back_by_a_run_that_stopped_then_get_their_deadlines_from_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise RuntimeError("stopped")

    store.close()
    with monkeypatch.context() as patch:
        patch.setattr(sla, "build_deadlines", stop)
        with pytest.raises(RuntimeError, match="stopped"):
            audit(store.path, END, only=("untraceable_waybill",))
    touched = audit(store.path, END, only=("untraceable_waybill",))
    assert touched is not None and touched.orders == 0
    full = full_run(store.path, END, only=("untraceable_waybill",))
    assert not list(differences(store.path, full))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE loaded_warehouses SET postal_code = '99501'",
        "DELETE FROM loaded_products",
        "UPDATE loaded_tracking_events SET event_at = TIMESTAMP '2026-01-01' WHERE source_file = 'tracking-1.csv'",
        "DELETE FROM source_files WHERE source_file = 'orders-0.csv'",
        "DROP TABLE derived_from",
    ],
)
def test_what_concerns_every_order_is_derived_anew(change: str, store: Store) -> None:
    store.con.execute(change)
    assert derive_again(store, basis()) is None


def test_another_mode_or_policy_is_derived_anew(store: Store) -> None:
    other = load_policies([rules_folder() / "policies"])["tiktok-uk"]
    assert derive_again(store, basis(pii="drop")) is None
    assert derive_again(store, basis(policy=other)) is None
    assert derive_again(store, basis()) is not None


def test_a_forgotten_order_leaves_no_record(store: Store) -> None:
    path, order = store.path, store.one("SELECT min(order_id) FROM orders")
    store.close()
    forget_orders(path, [order])
    with open_store(path) as left:
        open_sums = "rows_in <> rows_loaded + rows_merged + rows_quarantined"
        assert read_record(left) is None
        assert left.one(f"SELECT count(*) FROM source_files WHERE {open_sums}") == 0


def test_every_table_that_the_model_derives_has_its_way_of_being_derived_again() -> None:
    named = {table for table in tables()["put_back"]} | set(tables()["own"])
    named |= {table for head in ("whole", "learned") for made in tables()[head].values() for table in made}
    folder = resources.files("fulfil_analytics.store").joinpath("model")
    texts = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".sql")]
    derived = {table for text in texts for table in re.findall(r"CREATE OR REPLACE TABLE (\w+) AS", text)}
    derived |= {table for text in texts for table in re.findall(r"INSERT INTO (\w+)", text)}
    assert len(derived) > 20 and derived <= named


@pytest.mark.parametrize(
    ("text", "all_columns"),
    [
        ("select o.order_id, count(*) from orders o", False),
        ("select 2 * units from orders", False),
        ("select * from orders", True),
        ("select distinct *\nfrom orders", True),
        ("select o.order_id, p . * from parcels p", True),
        ("select columns('at$') from orders", True),
    ],
)
def test_a_text_that_names_columns_without_their_names_is_given_all(text: str, all_columns: bool) -> None:
    assert bool(narrow._STAR.search(text)) is all_columns
