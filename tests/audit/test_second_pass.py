"""Rules that judge what other rules found, and the risk that follows from all of it."""

from __future__ import annotations

import json

import pytest

from fulfil_analytics.errors import RuleError
from tests.audit.made_up_rules import AS_OF, add, rows, rule_text, run

AFTER = 'after = "findings"'
READS = """select raised.order_id, raised.rule_id as because, count(*) as n from raised join orders
on orders.order_id = raised.order_id where orders.units > {least} group by raised.order_id, raised.rule_id"""


def after(rule_id: str, sql: str = READS) -> str:
    return rule_text(rule_id, sql=sql, message="because {because}", more=AFTER).replace(
        "orders = '''\norder_id | units\nO1       | 1\nO2       | 2\n'''",
        "orders = '''\norder_id | units\nO1       | 1\nO2       | 2\n'''\n"
        "raised = '''\norder_id | rule_id\nO1       | r\nO2       | r\n'''",
    )


def test_it_reads_what_the_others_found_whatever_its_name_sorts_as(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5}, {"order_id": "O2", "units": 1})
    runs = run(store, book(aa_after=after("aa_after"), many=rule_text("many", message="m")))
    assert [one.rule.id for one in runs] == ["aa_after", "many"]
    assert [(row["rule_id"], row["order_id"]) for row in rows(store, "SELECT * FROM findings ORDER BY rule_id")] == [
        ("aa_after", "O1"),
        ("many", "O1"),
    ]
    assert json.loads(rows(store, "SELECT evidence FROM findings WHERE rule_id = 'aa_after'")[0]["evidence"]) == {
        "because": "many",
        "n": 1,
        "limits": {"least": 1},
    }
    assert store.one("SELECT count(*) FROM coverage WHERE status = 'done'") == 2


def test_what_a_failed_rule_gave_does_not_count(store, book):
    twice = (
        "select orders.order_id from orders where orders.units > {least}\n"
        "union all select orders.order_id from orders where orders.units > 4"
    )
    add(store, "orders", {"order_id": "O1", "units": 5})
    run(store, book(aa_after=after("aa_after"), bad=rule_text("bad", sql=twice, message="m")))
    assert store.one("SELECT count(*) FROM findings") == 0
    assert rows(store, "SELECT rule_id, status FROM coverage ORDER BY rule_id") == [
        {"rule_id": "aa_after", "status": "done"},
        {"rule_id": "bad", "status": "failed"},
    ]


def test_alone_it_is_not_testable(store, book):
    add(store, "orders", {"order_id": "O1", "units": 5})
    (done,) = run(store, book(aa_after=after("aa_after")))
    assert done.status == "not_testable"
    assert "no_other_rule_ran" in done.why["not_testable"]


@pytest.mark.parametrize("text", [after("my_rule").replace(AFTER, ""), rule_text("my_rule", message="m", more=AFTER)])
def test_reading_findings_and_running_after_them_go_together(book, text):
    with pytest.raises(RuleError, match="runs after the findings, and only then"):
        book(my_rule=text)


def test_the_as_of_moment_is_the_same_in_both_passes(store, book):
    moment = READS.replace("count(*) as n", "max({as_of}) as n_at")
    add(store, "orders", {"order_id": "O1", "units": 5})
    run(store, book(aa_after=after("aa_after", moment), many=rule_text("many", message="m")))
    (found,) = rows(store, "SELECT evidence FROM findings WHERE rule_id = 'aa_after'")
    assert json.loads(found["evidence"])["n_at"] == f"{AS_OF:%Y-%m-%dT%H:%M:%SZ}"
