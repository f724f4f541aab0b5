"""From rules to the tables findings and coverage."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import duckdb
import pytest

from fulfil_analytics.audit import findings
from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.errors import RuleError
from tests.audit.made_up_rules import AS_OF, add, rows, rule_text, run

HOSTILE = """O'Neil {grace_hours} {{x}} "q" \\ <b> ||'; DROP TABLE orders; --"""


def test_a_finding_says_everything(store, book):
    add(
        store,
        "orders",
        {
            "order_id": "O1",
            "units": 5,
            "shop": "A",
            "warehouse": "W",
            "source_file": "a.csv",
            "source_line": 7,
            "created_at": dt.datetime(2026, 1, 8, 7, 59, 59),
        },
    )
    rules = book(many=rule_text("many"))
    run(store, rules, zone="America/Los_Angeles")
    (found,) = rows(store, "SELECT * FROM findings")
    assert found["finding_id"] == "F" + hashlib.sha256(b"many|O1|").hexdigest()[:16]
    assert found["message"] == "Shop A has 5 of 1 at 2026-01-07 23:59:59 America/Los_Angeles."
    assert list(json.loads(found["evidence"]).items()) == [
        ("shop", "A"),
        ("units", 5),
        ("made_at", "2026-01-08T07:59:59Z"),
        ("is_cod", False),
        ("limits", {"least": 1}),
    ]
    assert (found["family"], found["severity"], found["evidence_class"]) == ("mine", "low", "soft")
    assert (found["order_id"], found["shop"], found["warehouse"]) == ("O1", "A", "W")
    assert (found["source_file"], found["source_line"]) == ("a.csv", 7)
    assert found["rule_version"] == rules["many"].sha256[:12]
    assert found["waybill"] is found["verdict"] is found["root_finding_id"] is None


def test_hostile_values_are_only_values(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5, "shop": HOSTILE})
    run(store, book(many=rule_text("many", message="{shop} | it's {least} {{ }} %s")))
    (found,) = rows(store, "SELECT message, evidence FROM findings")
    assert found["message"] == f"{HOSTILE} | it's 1 {{{{ }}}} %s".replace("{{{{", "{{").replace("}}}}", "}}")
    assert json.loads(found["evidence"])["shop"] == HOSTILE
    assert store.one("SELECT count(*) FROM orders") == 1


def test_a_null_in_the_evidence_leaves_message_and_json_whole(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5})
    run(store, book(many=rule_text("many", message="Shop {shop}.")))
    (found,) = rows(store, "SELECT message, evidence FROM findings")
    assert found["message"] == "Shop ?."
    assert json.loads(found["evidence"])["shop"] is None


def test_coverage_adds_up_and_drops_what_is_no_ones_fault(store, book):
    more = """scope = "not orders.platform_fulfilled"
requires = ["orders.units"]
[[not_testable]]
reason = "no_shop"
when = "orders.shop is null"
[[excused]]
reason = "sample"
when = "orders.is_sample"
"""
    add(
        store,
        "orders",
        {"order_id": "bad", "units": 5, "shop": "A"},
        {"order_id": "good", "units": 1, "shop": "A"},
        {"order_id": "sample", "units": 5, "shop": "A", "is_sample": True},
        {"order_id": "good sample", "units": 1, "shop": "A", "is_sample": True},
        {"order_id": "no units", "units": None, "shop": "A"},
        {"order_id": "no shop", "units": 5},
        {"order_id": "platform", "units": 5, "shop": "A", "platform_fulfilled": True},
    )
    (done,) = run(store, book(many=rule_text("many", more=more)))
    assert (done.in_scope, done.tested, done.flagged, done.excused, done.not_testable) == (6, 3, 1, 1, 2)
    (covered,) = rows(store, "SELECT * FROM coverage")
    assert covered["in_scope"] == covered["tested"] + covered["excused"] + covered["not_testable"]
    assert covered["status"] == "done"
    assert json.loads(covered["why"]) == {
        "not_testable": {"no_shop": 1, "missing orders.units": 1},
        "excused": {"sample": 1},
    }
    assert [row["order_id"] for row in rows(store, "SELECT order_id FROM findings")] == ["bad"]


def test_a_column_that_is_empty_makes_the_rule_not_testable(store, book):
    add(store, "orders", {"order_id": "O1", "units": None}, {"order_id": "O2", "units": None})
    (done,) = run(store, book(many=rule_text("many", more='requires = ["orders.units"]')))
    assert (done.status, done.tested, done.why) == (
        "not_testable",
        0,
        {"not_testable": {"missing orders.units": 2}},
    )


def test_no_rows_at_all(store, book):
    (done,) = run(store, book(many=rule_text("many")))
    assert (done.status, done.in_scope, done.flagged) == ("done", 0, 0)
    assert store.one("SELECT count(*) FROM findings") == 0


FAILING = {
    "not_there": ("select orders.order_id, orders.nothing as x from orders where orders.units > {least}", "nothing"),
    "not_a_number": (
        "select orders.order_id, cast(orders.shop as bigint) as x from orders where orders.units > {least}",
        "not shown",
    ),
    "a_fraction": (
        "select orders.order_id, fa_div(orders.units, 2) as x from orders where orders.units > {least}",
        "whole numbers",
    ),
    "twice": (
        "select orders.order_id from orders where orders.units > {least}\n"
        "union all select orders.order_id from orders where orders.units > 4",
        "one thing twice",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_rule_stops_no_other_and_is_never_clean(store, book, name):
    sql, words = FAILING[name]
    add(store, "orders", {"order_id": "O1", "units": 5, "shop": "Jane Roe"})
    run(store, book(**{name: rule_text(name, sql=sql, message="m"), "zz_good": rule_text("zz_good")}))
    failed, done = rows(store, "SELECT * FROM coverage ORDER BY rule_id")
    assert (failed["status"], done["status"]) == ("failed", "done")
    assert words in json.loads(failed["why"])["error"]
    assert "Jane" not in failed["why"]
    assert [row["rule_id"] for row in rows(store, "SELECT rule_id FROM findings")] == ["zz_good"]


def test_a_rule_that_fails_halfway_leaves_nothing(store, book):
    """What a rule had given before it failed is in the spool, and stays there."""
    rules = book(good=rule_text("good"), half=rule_text("half"))
    add(store, "orders", {"order_id": "O1", "units": 5})
    done = run(store, rules)
    spooled = store.con.cursor().sql("SELECT * FROM findings").to_arrow_table()
    assert spooled["rule_id"].to_pylist() == ["good", "half"]
    runs = [one if one.rule.id == "good" else findings.RuleRun(one.rule, "failed", why={"error": "x"}) for one in done]
    findings.write_findings(store.con, spooled, runs)
    assert [row["rule_id"] for row in rows(store, "SELECT rule_id FROM findings")] == ["good"]


def test_findings_and_coverage_are_written_together_or_not_at_all(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5})
    done = run(store, book(many=rule_text("many")))
    spooled = store.con.cursor().sql("SELECT * FROM findings").to_arrow_table()
    with pytest.raises(duckdb.Error):
        findings.write_findings(
            store.con, spooled.drop_columns(["message"]).append_column("extra", spooled["message"]), done
        )
    assert store.one("SELECT count(*) FROM findings") == store.one("SELECT count(*) FROM coverage") == 1


def test_a_join_that_doubles_a_row_fails(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5})
    add(
        store,
        "deadlines",
        *({"order_id": "O1", "stage": stage, "mode": "effective", "outcome": "late"} for stage in ("rts", "dispatch")),
    )
    (failed,) = run(store, book(many=rule_text("many", more='join.deadlines = "deadlines.order_id = orders.order_id"')))
    assert failed.status == "failed"
    assert "more than one row" in failed.why["error"]


def test_ids_order_and_override_do_not_depend_on_the_run(store, book):
    sql = """select orders.order_id, orders.shop as subject, orders.units,
case when orders.units > 8 then 'critical' else 'low' end as severity
from orders where orders.units > {least}"""
    text = rule_text("many", sql=sql, message="{units}")
    for number in (3, 9, 5, 1):
        add(store, "orders", {"order_id": f"O{number}", "units": number, "shop": "A"})
    seen = []
    for _ in range(2):
        run(store, book(many=text))
        seen.append(rows(store, "SELECT finding_id, order_id, severity FROM findings"))
    assert seen[0] == seen[1]
    assert [row["order_id"] for row in seen[0]] == ["O9", "O3", "O5"]
    assert seen[0][0]["finding_id"] == "F" + hashlib.sha256(b"many|O9|A").hexdigest()[:16]


def test_roots_go_to_the_top_and_reviews_are_kept(store, book):
    names = ("top", "middle", "bottom")
    texts = {}
    for name, root in zip(names, ("", "top", "middle"), strict=True):
        texts[name] = rule_text(name, message="m", more=f'explained_by = ["{root}"]' if root else "")
    add(store, "orders", {"order_id": "O1", "units": 5}, {"order_id": "O2", "units": 5})
    finding = {name: "F" + hashlib.sha256(f"{name}|O1|".encode()).hexdigest()[:16] for name in names}
    add(
        store, "reviews", {"finding_id": finding["bottom"], "verdict": "upheld", "reviewed_at": dt.datetime(2026, 1, 1)}
    )
    add(
        store,
        "reviews",
        {"finding_id": finding["bottom"], "verdict": "excused", "reviewed_at": dt.datetime(2026, 1, 2)},
    )
    run(store, book(**texts))
    found = {row["rule_id"]: row for row in rows(store, "SELECT * FROM findings WHERE order_id = 'O1'")}
    assert found["top"]["root_finding_id"] is None
    assert found["middle"]["root_finding_id"] == found["bottom"]["root_finding_id"] == finding["top"]
    assert (found["bottom"]["verdict"], found["top"]["verdict"]) == ("excused", None)


def test_an_order_finding_may_tell_its_waybill(store, book):
    sql = """select orders.order_id, 'W1' as waybill, orders.units as package_id, cast(null as string) as carrier
from orders where orders.units > {least}"""
    add(store, "orders", {"order_id": "O1", "units": 5})
    run(store, book(many=rule_text("many", sql=sql, message="m")))
    (found,) = rows(store, "SELECT waybill, package_id, carrier, evidence FROM findings")
    assert (found["waybill"], found["package_id"], found["carrier"]) == ("W1", "5", None)
    assert json.loads(found["evidence"]) == {"waybill": "W1", "package_id": 5, "carrier": None, "limits": {"least": 1}}


def test_chinese_messages(store, book):
    text = rule_text("many", message="x").replace('message.zh = "x"', 'message.zh = "店铺 {shop}"')
    add(store, "orders", {"order_id": "O1", "units": 5, "shop": "甲"})
    run(store, book(many=text), lang="zh")
    assert store.one("SELECT message FROM findings") == "店铺 甲"


INNOCENT = """could_be_wrong = [
  { name = "one_shop", en = "it's \\"A\\"", zh = "甲", when = "orders.shop = 'A'" },
  { name = "few", en = "few", zh = "少", when = "found.units <= {least} + 1" },
  { name = "elsewhere", en = "elsewhere", zh = "别处" },
]"""


@pytest.mark.parametrize(("lang", "says"), [("en", 'it\'s "A"'), ("zh", "甲")])
def test_innocent_explanations_are_tried_on_each_case(store, book, lang, says):
    add(
        store,
        "orders",
        {"order_id": "O1", "units": 2, "shop": "A"},
        {"order_id": "O2", "units": 9, "shop": "B"},
        {"order_id": "O3", "units": 9},
    )
    run(store, book(many=rule_text("many", message="m").replace('could_be_wrong = ["c"]', INNOCENT)), lang=lang)
    told = {
        row["order_id"]: json.loads(row["explanations"])
        for row in rows(store, "SELECT order_id, explanations FROM findings")
    }
    assert [item["name"] for item in told["O1"]] == ["one_shop", "few", "elsewhere"]
    assert told["O1"][0]["says"] == says
    assert {order: [item["result"] for item in items] for order, items in told.items()} == {
        "O1": ["possible", "possible", "not_tested"],
        "O2": ["ruled_out", "ruled_out", "not_tested"],
        "O3": ["cannot_tell", "ruled_out", "not_tested"],
    }


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("found.unit > 1", "the SELECT gives no unit.*Did you mean units"),
        ("found.units > 1 and orders.is_cod", "reads found and orders together"),
        ("parcels.is_split", "parcels.is_split is not a column"),
        ("orders.units > {most}", "most.*no parameter"),
        ("orders.units in (select units from orders)", "holds no SELECT"),
    ],
)
def test_an_explanation_reads_what_is_there(book, when, words):
    text = INNOCENT.replace("found.units <= {least} + 1", when)
    with pytest.raises(RuleError, match=words):
        book(many=rule_text("many", message="m").replace('could_be_wrong = ["c"]', text))


def test_a_plain_text_is_an_explanation_that_no_file_shows(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5})
    run(store, book(many=rule_text("many", message="m")))
    assert json.loads(store.one("SELECT explanations FROM findings")) == [
        {"name": "explanation_1", "says": "c", "result": "not_tested"}
    ]


def test_the_store_is_open_for_writing_afterwards(store, book):
    run(store, book(many=rule_text("many")))
    store.con.execute("INSERT INTO coverage SELECT * FROM coverage")


def test_rules_run_on_any_engine(book):
    """run_rules asks an engine for batches and columns alone; the sink gets table findings' columns."""
    import pyarrow as pa

    from fulfil_analytics.rulebook.worlds import world
    from fulfil_analytics.schemas import DERIVED, duckdb_types

    rules = book(many=rule_text("many", message="m"))
    got: list[pa.RecordBatch] = []
    with DuckDBEngine.in_memory() as engine:
        engine.put(world(rules["many"], 0, set()))
        (done,) = findings.run_rules(engine, rules, got.append, as_of=AS_OF, lang="en")
    assert done.flagged == 1
    assert got[0].schema.names == list(duckdb_types(DERIVED["findings"]))
    assert isinstance(duckdb.__version__, str)
