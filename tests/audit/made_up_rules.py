"""Small rules and rows for tests of what becomes of them."""

from __future__ import annotations

import datetime as dt

from fulfil_analytics.audit import findings

AS_OF = dt.datetime(2026, 2, 1)

RULE = """/*
id = "{id}"
severity = "low"
evidence_class = "soft"
grain = "{grain}"
message.en = "{message}"
message.zh = "{message}"
{more}
[params]
least = {{ type = "int", default = 1, min = 0, doc = "least units" }}
[docs]
what = "w"
why = "w"
not_raised_when = ["n"]
could_be_wrong = ["c"]
evidence_to_keep = "e"
sources = ["s"]
[[example]]
name = "limit"
flags = ["O2"]
threshold = ["least"]
orders = \'\'\'
order_id | units
O1       | 1
O2       | 2
\'\'\'
[[example]]
name = "none"
flags = []
orders = \'\'\'
order_id | units
O1       | 1
\'\'\'
[[example]]
name = "empty"
flags = []
*/
{sql}
"""
PLAIN = """select orders.order_id, orders.shop, orders.units, orders.created_at as made_at, orders.is_cod
from orders where orders.units > {least}"""


def rule_text(
    rule_id: str,
    *,
    sql: str = PLAIN,
    message: str = "Shop {shop} has {units} of {least} at {made_at}.",
    more: str = "",
    grain="order",
) -> str:
    return RULE.format(id=rule_id, grain=grain, message=message, more=more, sql=sql)


def add(store, table: str, *rows: dict) -> None:
    """Insert rows; what the schema wants and a row does not give is filled with something plain."""
    from fulfil_analytics.schemas import TABLES, columns

    plain = {"VARCHAR": "x", "BOOLEAN": False, "BIGINT": 1, "TIMESTAMP": dt.datetime(2026, 1, 1), "DOUBLE": 0.0}
    for row in rows:
        full = {c.name: row.get(c.name, None if c.nullable else plain[c.duckdb]) for c in columns(TABLES[table])}
        store.con.execute(
            f"INSERT INTO {table} BY NAME SELECT {', '.join(f'? AS {name}' for name in full)}", list(full.values())
        )


def run(store, rules, **options):
    return findings.run(store, rules, as_of=AS_OF, lang=options.pop("lang", "en"), **options)


def rows(store, sql: str) -> list[dict]:
    result = store.con.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
