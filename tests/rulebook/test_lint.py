"""The portable subset: each refusal comes with its line and its cure."""

from __future__ import annotations

import pytest

from fulfil_analytics.rulebook.lint import lint

REFUSED = [
    ("select date_diff('hour', a, b) as x from orders", "date_diff", "fa_hours"),
    ("select datediff('hour', a, b) as x from orders", "datediff", "fa_hours"),
    ("select date_trunc('day', a) as x from orders", "date_trunc", "fa_date"),
    ("select epoch(a) as x from orders", "epoch", "fa_seconds"),
    ("select strftime(a, '%Y') as x from orders", "strftime", "timestamp itself"),
    ("select regexp_matches(a, 'x') as x from orders", "regexp_matches", "like"),
    ("select concat(a, b) as x from orders", "concat", "null"),
    ("select a / b as x from orders", "bare /", "fa_div"),
    ("select a // b as x from orders", "bare //", "fa_div"),
    ("select 'a\\b' as x from orders", "backslash", "leave it out"),
    ('select "a b" as x from orders', "double quotes", "plain"),
    ("select count(*) filter (where a) as x from orders", "filter", "case when"),
    ("select a from orders qualify row_number() over (order by a nulls last) = 1", "qualify", "CTE"),
    ("select a, count(*) as x from orders group by all", "all", "name the columns"),
    ("select string_agg(a, ',') as x from orders", "string_agg", "row_number"),
    ("select * from orders", "select *", "name the columns"),
    ("select o.* from orders as o", "select *", "name the columns"),
    ("select round(a) as x from orders", "round", "whole units"),
    ("select cast(a as double) as x from orders", "cast to double", "bigint"),
    ("select a::int as x from orders", "::", "cast(x as bigint)"),
    ("select a from nowhere", "table nowhere", "Known"),
    ("select a from where (", "does not parse", "look near"),
    ("select a from findings", "table findings", "Known"),
    ("select a from store_meta", "table store_meta", "Known"),
    ("select a from main.orders", "another schema", "name the table alone"),
    ("select a from 'orders.csv'", "table orders.csv", "Did you mean orders?"),
    ("select a from read_csv('/etc/passwd')", "read_csv", "no file"),
    ("select current_setting('temp_directory') as x from orders", "current_setting", "no setting"),
    ("select now() as x from orders", "now", "{as_of}"),
    ("select current_timestamp as x from orders", "clock", "{as_of}"),
    ("select a[1] as x from orders", "list or an index", "rows"),
    ("select a from orders limit 5", "limit", "every bad row"),
    ("select row_number() over (partition by a) as x from orders", "without order by", "every row apart"),
    ("select row_number() over (order by a) as x from orders", "where nulls go", "nulls last"),
    ("select row_number() over (order by a nulls last, b) as x from orders", "where nulls go", "each term"),
    ("select a from orders; select b from orders", "more than one statement", "CTE"),
    ("", "without a SELECT", "bad rows"),
    ("copy orders to 'x.csv'", "not a SELECT", "bad rows"),
    ("attach 'x.duckdb'", "not a SELECT", "bad rows"),
    ("pragma database_list", "not a SELECT", "bad rows"),
    ("insert into orders values (1)", "not a SELECT", "bad rows"),
    ("select a from orders where b in ('x') is null", "test of a test", "parentheses"),
    ("select 'a", "does not parse", "quote"),
]


@pytest.mark.parametrize(("sql", "what", "cure"), REFUSED, ids=[case[0] or "empty" for case in REFUSED])
def test_refused_with_cure(sql, what, cure):
    problems = lint(sql)
    assert any(what in problem.what and cure in problem.cure for problem in problems), problems


def test_line_is_that_of_the_culprit():
    problems = lint("select\n  a,\n  concat(a, b) as x\nfrom orders\nwhere a / b > 1")
    assert [problem.line for problem in problems] == [3, 5]


ALLOWED = [
    "with a as (select order_id, count(*) as n from orders group by order_id) select order_id, n from a where n > 1",
    "select row_number() over (partition by shop order by created_at nulls last, units nulls last) as n from orders",
    "select order_id from orders where shop in ('a/b', 'date_diff(x)', 'select *') and city like '%*%'",
    "select fa_hours(created_at, timestamp '2026-01-01 00:00:00') * 2 as h from orders",
    "select order_id from orders as o where exists (select 1 from parcels where parcels.order_id = o.order_id)",
    "select sum(case when units > 1 then 1 else 0 end) as n from orders",
    "select sum(units) over w as n from orders window w as (order by units nulls last range between 5 preceding and 5 "
    "following)",
    "select order_id from orders -- a / b, select *\nunion all select order_id from parcels",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_the_portable_subset_passes(sql):
    assert lint(sql) == []
