"""``fulfil forget`` and ``fulfil purge``: what goes is gone from the bytes of the file, what stays is as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import canaries
import duckdb
import pytest
from said import fulfil

ORDERS = """\
Order ID|Order Status|Created Time|Tracking ID|Shipping Provider Name|Buyer Username|Recipient|Phone #|Address Line 1
576461000000000001|Shipped|2026-01-05 10:00:00|9400136106201966296188|USPS|zed1|Zelda Quibblethorpe|213-555-0142|4711 Wombat Ln
576461000000000002|Shipped|2026-03-05 10:00:00|9400136106205675375691|USPS|ann2|Ann Example|213-555-0143|1 Elm Rd
576461000000000003|Shipped|2026-03-06 10:00:00|9400136106205675375691|USPS|zed1|Z. Quibblethorpe|213-555-0142|4711 Wombat Ln
"""  # noqa: E501
EVENTS = """\
tracking_number,carrier,event_time,status
9400136106201966296188,USPS,2026-01-06T10:00:00Z,picked_up
9400136106205675375691,USPS,2026-01-07T10:00:00Z,picked_up
9400136106209999999999,USPS,2026-01-08T10:00:00Z,delivered
"""
LABELS = "order_id,tracking_number,recipient\n576461000000000001,9400136106201966296188,Zelda Quibblethorpe\n"


@pytest.fixture(scope="module", params=["hash", "keep"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("removal")
    for name, text in (
        ("orders.csv", ORDERS),
        ("tracking.csv", EVENTS),
        ("labels.csv", LABELS),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    words = ("--db", folder / "shop.duckdb", "--policy", "tiktok-us", "--pii", request.param)
    assert fulfil("load", folder, *words).returncode == 0
    return folder / "shop.duckdb"


@pytest.fixture
def db(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(loaded, tmp_path / "shop.duckdb"))


def holds(db: Path, *words: str) -> list[str]:
    """Return those of the words that stand anywhere in the store's bytes or cells."""
    assert [path.name for path in db.parent.iterdir()] == [db.name]
    everything = b"\n".join(canaries.contents(db)).lower()
    return [word for word in words if word.lower().encode() in everything]


def orders(db: Path) -> list[str]:
    with duckdb.connect(str(db), read_only=True) as con:
        return [row[0] for row in con.execute("SELECT order_id FROM order_lines ORDER BY ALL").fetchall()]


def keys(db: Path) -> list[str]:
    with duckdb.connect(str(db), read_only=True) as con:
        columns = "buyer_key, recipient_key, phone_key, address_key"
        return list(con.execute(f"SELECT {columns} FROM order_lines WHERE order_id LIKE '%1'").fetchone())


@pytest.mark.parametrize("value", ["(+1) 213.555.0142", "ZED1"])
def test_a_person_is_gone_from_every_byte(db: Path, value: str) -> None:
    traces = [*keys(db), "576461000000000001", "576461000000000003", "9400136106201966296188"]
    assert len(holds(db, *traces)) == len(traces) > 6
    said = fulfil("forget", "--buyer", value, "--db", db, "--json")
    assert json.loads(said.stdout) == {
        "orders": 2,
        "removed": True,
        "rows": {"labels": 1, "order_lines": 2, "tracking_events": 1},
    }
    assert not holds(db, *traces)
    assert orders(db) == ["576461000000000002"]
    assert holds(db, "9400136106205675375691")  # another order bears this number too
    with duckdb.connect(str(db), read_only=True) as con:
        sums = "sum(rows_in), sum(rows_loaded + rows_merged + rows_quarantined), sum(rows_removed)"
        assert con.execute(f"SELECT {sums} FROM source_files").fetchone() == (3, 3, 4)


def test_a_name_finds_the_orders_that_name_it(db: Path) -> None:
    said = fulfil("forget", "--buyer", "QUIBBLETHORPE, Zelda", "--db", db)
    assert (said.returncode, said.stderr) == (0, "")
    assert "removed 1 order:" in said.stdout
    assert "delete them or write them again" in said.stdout
    assert orders(db) == ["576461000000000002", "576461000000000003"]


def test_an_order_goes_by_its_number_and_loading_its_export_again_does_not_bring_it_back(
    db: Path, loaded: Path
) -> None:
    assert fulfil("forget", "--order", "576461000000000001", "--db", db).returncode == 0
    again = fulfil("load", loaded.parent / "orders.csv", "--db", db, "--policy", "tiktok-us", "--json")
    assert json.loads(again.stdout)["already"] == ["orders.csv"]
    assert not holds(db, "576461000000000001")


def test_a_dry_run_and_a_stranger_change_nothing(db: Path) -> None:
    before = db.read_bytes()
    assert "would remove 2 orders" in fulfil("forget", "--buyer", "zed1", "--db", db, "--dry-run").stdout
    stranger = fulfil("forget", "--buyer", "Nobody Quibble", "--db", db)
    assert stranger.returncode == 2
    assert "the store knows nobody by this value. Dropped and masked names are not found" in stranger.stderr
    assert "Quibble" not in stranger.stderr
    assert "holds no order of this number" in fulfil("forget", "--order", "1", "--db", db).stderr
    assert db.read_bytes() == before


def test_what_is_before_a_date_is_purged(db: Path) -> None:
    said = fulfil("purge", "--before", "2026-02-01", "--db", db, "--json")
    assert json.loads(said.stdout)["rows"] == {"labels": 1, "order_lines": 1, "tracking_events": 2}
    assert not holds(db, "576461000000000001", "9400136106201966296188", "9400136106209999999999")
    assert orders(db) == ["576461000000000002", "576461000000000003"]
    assert holds(db, "9400136106205675375691")  # older, but of an order that stays
    assert "nothing" in fulfil("purge", "--before", "2026-02-01", "--db", db).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("forget",), "--buyer, --order: a person or an order is needed, not both. See: fulfil forget --help"),
        (("forget", "--buyer", "a", "--order", "b"), "not both"),
        (("purge", "--before", "last year"), "--before: this is not a date. Write it like 2026-01-31"),
    ],
)
def test_wrong_words(db: Path, words: tuple[str, ...], said: str) -> None:
    result = fulfil(*words, "--db", db)
    assert result.returncode == 2
    assert said in result.stderr
