"""Mappings whose fault shows only in the rows, told word for word; what executors do is done here, without Spark."""

from __future__ import annotations

from collections import Counter

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from fulfil_analytics.audit.cluster.mapped import Mapped, check_rows, read_rows
from fulfil_analytics.audit.cluster.mapping import asked_of, refuse_unread
from fulfil_analytics.audit.cluster.parts import from_ipc
from fulfil_analytics.errors import InputError
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.toml import parse

HEAD = '[order_lines]\nfrom = "lake.orders"\n[order_lines.columns]\norder_id = "no"\ncreated_at = "made"\n'
FINE = {"order_id": [f"O{n}" for n in range(12)], "created_at": ["2026-11-03 10:00:00"] * 12}
HOLDS = "what the column holds stands in docs/reference/tables.md."
MEND = f"Mend the expression that gives it; {HOLDS}"
NUMBER = "Give each row a whole number of its own from 1 on, or leave source_line out: then one is made."


def taken(more: str, cells: dict[str, list[str | None]], lines: list[int | None] | None = None) -> None:
    """Read, check and count a mapped table of text cells as executors do, and look at what came of it."""
    cells = FINE | cells
    mapped = Mapped("order_lines", "lake.orders", tuple(cells), None, Privacy("drop", b""), numbered=lines is not None)
    numbers = pa.array(lines or range(2, 2 + len(cells["order_id"])), pa.int64())
    texts = {column: pa.array(values, pa.string()) for column, values in cells.items()}
    counts, kept = Counter(), {"order_lines": [], "quarantine": []}
    read = read_rows(mapped, iter([pa.RecordBatch.from_pydict({"source_line": numbers, **texts})]))
    for batch in check_rows(mapped, read):
        for kind, rows, payload in zip(*batch.to_pydict().values(), strict=True):
            counts[kind] += rows
            if payload:
                kept[kind].append(pl.DataFrame(from_ipc(payload)))
    found, reasons = Counter(), Counter()
    if kept["order_lines"]:
        with duckdb.connect() as con:
            con.register("good", pl.concat(kept["order_lines"]).to_arrow())
            asked = ", ".join(f"{sql} AS {what}" for what, sql in asked_of(mapped).items())
            found = con.sql(f"SELECT {asked} FROM good").pl().row(0, named=True)
    for aside in kept["quarantine"]:
        reasons.update(aside.select("scope", "column_name", "reason").rows())
    refuse_unread(parse(HEAD + more, "lake.toml", InputError), mapped, counts, found, reasons)


@pytest.mark.parametrize(
    ("more", "cells", "lines", "told"),
    [
        pytest.param(
            "",
            {"created_at": ["to ship"] * 12},
            None,
            "lake.toml:5, order_lines.columns.created_at: none of the 12 rows of lake.orders can be taken "
            f"(created_at: not a time). {MEND}",
            id="wrong type, required",
        ),
        pytest.param(
            "",
            {"order_id": [None] * 12},
            None,
            "lake.toml:4, order_lines.columns.order_id: none of the 12 rows of lake.orders can be taken "
            f"(order_id: missing). {MEND}",
            id="null",
        ),
        pytest.param(
            'quantity = "pieces"\n',
            {"quantity": ["many"] * 12},
            None,
            "lake.toml:6, order_lines.columns.quantity: none of the 12 values of quantity can be read (not a number). "
            f"{MEND}",
            id="wrong type",
        ),
        pytest.param(
            "",
            {"shipped_at": ["to ship"] * 10 + [None] * 2},
            None,
            "lake.toml:3, order_lines.columns.shipped_at: none of the 10 values of shipped_at can be read (not a time)."
            f' Write what gives it: shipped_at = "..."; {HOLDS}',
            id="wrong type, by its name alone",
        ),
        pytest.param(
            'order_status = "state"\n',
            {"order_status": ["S"] * 12},
            None,
            "lake.toml:6, order_lines.columns.order_status: none of the 12 values of order_status is a word that is "
            "known. Give one of awaiting_collection, cancelled, completed, delivered, on_hold, partially_shipped, "
            "shipped, to_ship, unpaid: order_status = \"case ... when ... then 'awaiting_collection' ... end\".",
            id="unknown words",
        ),
        pytest.param(
            'source_line = "row_no"\n',
            {},
            [*range(1, 11), None, 0],
            "lake.toml:6, order_lines.columns.source_line: 1 of 12 rows of lake.orders have no row number (missing). "
            f"{NUMBER}",
            id="no row number",
        ),
        pytest.param(
            'source_line = "row_no"\n',
            {},
            [7] * 6 + [8] * 6,
            "lake.toml:6, order_lines.columns.source_line: 12 rows of lake.orders have 2 row numbers, so some are told "
            f"twice. {NUMBER}",
            id="row numbers told twice",
        ),
        pytest.param(
            'source_line = "row_no"\n',
            {},
            [*range(1, 12), 2**41],
            "lake.toml:6, order_lines.columns.source_line: row numbers of lake.orders are above 1,099,000,000,000. "
            f"{NUMBER}",
            id="row number too large",
        ),
    ],
)
def test_a_mapping_whose_fault_shows_in_the_rows(more, cells, lines, told):
    with pytest.raises(InputError) as refused:
        taken(more, cells, lines)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    "cells",
    [
        {"shipped_at": ["to ship"] * 9 + [None] * 3},  # so few may be wrong by themselves
        {"shipped_at": ["to ship"] * 11 + ["2026-11-04"]},
        {"order_status": ["S"] * 11 + ["Shipped"]},
        {"cancel_reason": ["moved to the moon"] + [None] * 11},
        {"created_at": ["to ship"] * 11 + ["2026-11-03"]},
        {"quantity": [None] * 12},
    ],
    ids=["few", "all but one", "all words but one", "words of few rows", "rows but one", "nothing to read"],
)
def test_rows_that_may_be_wrong_by_themselves(cells):
    taken("", cells)
