"""JSON and JSON Lines into raw rows: structure, numbering, and everything that can be wrong with a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfil_analytics.errors import FormatError, InputError
from fulfil_analytics.sources import json_reader
from fulfil_analytics.sources.formats import Format, Formats, load_formats
from fulfil_analytics.sources.json_reader import container_of, read_json, sniff_json
from fulfil_analytics.sources.raw import Raw

FIXTURES = Path(__file__).parent / "fixtures" / "json"


@pytest.fixture(scope="module")
def formats() -> Formats:
    return load_formats()


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def table(con: duckdb.DuckDBPyConnection, raw: Raw) -> list[dict[str, Any]]:
    relation = con.sql(raw.sql)
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def recognised(con: duckdb.DuckDBPyConnection, path: Path, formats: Formats, encoding: str = "utf-8") -> list[str]:
    return [item.id for item in sniff_json(con, path, encoding, formats).formats]


def write(folder: Path, content: object, name: str = "file.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def template(order: int = 1) -> dict[str, object]:
    return {"tracking_number": f"AB{order}", "event_time": "2026-01-10T10:00:00Z", "status": "picked_up"}


# Recognition ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "format_id"),
    [
        ("tiktok-orders.json", "tiktok-api-orders"),
        ("576461413038785752.json", "tiktok-api-tracking"),
        ("17track.json", "17track-api"),
        ("aftership.json", "aftership-api"),
        ("kuaidi100.json", "kuaidi100-api"),
        ("tracking-template.jsonl", "tracking-template"),
    ],
)
def test_every_layout_is_told_by_its_structure_alone(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, file: str, format_id: str
) -> None:
    renamed = tmp_path / "orders.csv"
    renamed.write_bytes((FIXTURES / file).read_bytes())
    assert recognised(con, renamed, formats) == [format_id]


@pytest.mark.parametrize(
    "content",
    [
        {"code": 105002, "message": "Expired credentials", "data": {}},
        {"name": "an unrelated file", "items": [1, 2, 3]},
        [1, 2, 3],
        [],
        "5",
        "null",
        {"data": {"tracking": [{"description": "no time here"}]}},
    ],
)
def test_foreign_json_fits_nothing(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, content: object
) -> None:
    assert recognised(con, write(tmp_path, content), formats) == []


@pytest.mark.parametrize("wrap", ["answer", "list", "bare", "lines", "answers a line", "list without data"])
def test_orders_in_every_wrapping_give_the_same_rows(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, wrap: str
) -> None:
    orders = json.loads((FIXTURES / "tiktok-orders.json").read_text())["data"]["orders"]
    content = {
        "answer": {"code": 0, "data": {"orders": orders}},
        "list": orders,
        "bare": orders[0],
        "lines": "\n".join(json.dumps(order) for order in orders) + "\n",
        "answers a line": "\n".join(json.dumps({"data": {"orders": [order]}}) for order in orders),
        "list without data": {"orders": orders},
    }[wrap]
    path = write(tmp_path, content)
    sniffed = sniff_json(con, path, "utf-8", formats)
    assert [item.id for item in sniffed.formats] == ["tiktok-api-orders"]
    rows = table(con, read_json(con, path, "utf-8", sniffed.formats[0], container=sniffed.container))
    expected = [1, 2] if wrap == "bare" else [1, 2, 3, 4]
    assert [row["source_line"] for row in rows] == expected
    assert [row["line_id"] for row in rows[:2]] == ["577086512123755123", "577086512123755124"]


@pytest.mark.parametrize(
    ("text", "container"),
    [
        ('{"a": 1}', "json"),
        ('{"a": 1}\n{"a": 2}\n', "jsonl"),
        ('{\n "a": [\n  {"b": 1}\n ]\n}', "json"),
        ("\n\n  " + '{"a":\n1}', "json"),
        ('{"a": 1}\n{"a": 2}', "jsonl"),
        ('{"broken": \n{"a": 2}\n{"a": 3}\n', "jsonl"),
        ('[\n{"a": 1},\n{"a": 2}\n]', "json"),
    ],
)
def test_lines_are_told_from_one_document(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, container: str
) -> None:
    assert container_of(con, write(tmp_path, text), "utf-8") == container


# Orders --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def orders(con: duckdb.DuckDBPyConnection, formats: Formats) -> list[dict[str, Any]]:
    return table(con, read_json(con, FIXTURES / "tiktok-orders.json", "utf-8", formats["tiktok-api-orders"]))


def test_order_facts_repeat_on_each_unit(orders: list[dict[str, Any]]) -> None:
    assert [(row["order_id"][-3:], row["quantity"], row["order_amount_cents"]) for row in orders] == [
        ("752", "1", "50.25"),
        ("752", "1", "50.25"),
        ("753", "1", "5000"),
        ("754", None, None),
    ]


def test_address_levels_are_picked_by_their_own_words(orders: list[dict[str, Any]]) -> None:
    assert (orders[0]["country"], orders[0]["state"], orders[0]["city"]) == ("US", "California", "San Jose")
    assert orders[2]["state"] is None


def test_package_of_the_order_counts_only_when_it_is_the_only_one(orders: list[dict[str, Any]]) -> None:
    assert [row["package_id"] for row in orders] == ["1153132168123859123", "1152321127278713123", None, None]


def test_every_due_time_lands_in_its_own_column(orders: list[dict[str, Any]]) -> None:
    names = ("rts_due_at", "collection_due_at", "auto_cancel_rts_at", "auto_cancel_collection_at", "delivery_due_at")
    assert [orders[0][name] for name in names] == [
        "1619611688",
        "1619611761",
        "1678389618",
        "1678389619",
        "1678389621",
    ]


# Hostile files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"data": {"orders": [', ":1"),
        ('{\n "data": {\n  "orders": [}\n', ":3"),
        ("[" * 100_000, ":1"),
        ('{"a": 1} trailing', ":1"),
        ("{'a': 1}", ":1"),
        ('{"secret": "Jane Roe 13800000000', ":1"),
        ("", ":1"),
    ],
)
def test_a_broken_document_is_refused_with_its_place_and_without_its_text(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, text: str, place: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_json(con, path, "utf-8", formats["tiktok-api-orders"])
    message = str(caught.value)
    assert message.startswith(f"file.json{place}, character ")
    assert "Export it again" in message
    assert "secret" not in message
    assert "Roe" not in message


def test_deep_nesting_beside_the_records_costs_nothing(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    path = write(tmp_path, json.dumps({**template(), "extra": 0}).replace('"extra": 0', f'"extra": {deep}'))
    rows = table(con, read_json(con, path, "utf-8", formats["tracking-template"]))
    assert [row["waybill"] for row in rows] == ["AB1"]


def test_broken_lines_are_counted_and_cost_no_other(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    lines = [template(1), '{"tracking_number": "AB2", "event_', "{}", template(4), '{"tracking_number": "\0"}', "[]"]
    path = tmp_path / "events.jsonl"
    path.write_bytes(
        b"\n".join((line if isinstance(line, str) else json.dumps(line)).encode() for line in lines)
        + b'\n{"tracking_number": "\xff\xfe"}\n\n'
        + json.dumps(template(8)).encode()
    )
    raw = read_json(con, path, "utf-8", formats["tracking-template"])
    rows = table(con, raw)
    assert raw.fault is not None
    assert raw.rows == len(rows) == 8
    assert [(row["source_line"], row["waybill"], row[raw.fault]) for row in rows] == [
        (1, "AB1", None),
        (2, None, "bad_json"),
        (3, None, None),
        (4, "AB4", None),
        (5, None, "bad_json"),
        (6, None, "no_record"),
        (7, None, "bad_json"),
        (8, "AB8", None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_in_other_encodings_read_the_same(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, encoding: str, newline: str
) -> None:
    path = tmp_path / "events.jsonl"
    text = newline.join(json.dumps({**template(i), "city": "深圳"}, ensure_ascii=False) for i in (1, 2))
    path.write_bytes((text + newline + "{broken").encode(encoding))
    assert recognised(con, path, formats, encoding) == ["tracking-template"]
    raw = read_json(con, path, encoding, formats["tracking-template"])
    assert [(row["city"], row[raw.fault or ""]) for row in table(con, raw)] == [
        ("深圳", None),
        ("深圳", None),
        (None, "bad_json"),
    ]


def test_a_document_in_the_wrong_encoding_is_refused_with_its_line(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b'{\n"tracking_number": "\xb9\xff"}')
    with pytest.raises(InputError, match=r"file\.json:2: is not utf-8 text at byte 22\. Save it as UTF-8"):
        read_json(con, path, "utf-8", formats["tracking-template"])


def test_a_document_without_records_is_refused(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    path = write(tmp_path, {"code": 0, "data": {"orders": []}})
    assert recognised(con, path, formats) == []
    with pytest.raises(InputError, match="no records"):
        read_json(con, write(tmp_path, []), "utf-8", formats["tiktok-api-orders"])


def test_a_document_that_is_too_large_says_what_to_do(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_reader, "MAX_IN_MEMORY", 10)
    with pytest.raises(InputError, match="JSON Lines"):
        read_json(con, write(tmp_path, {"data": {"orders": [{}]}}), "utf-8", formats["tiktok-api-orders"])


def test_a_line_too_long_to_stream_is_read_all_the_same(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_reader, "MAX_LINE", 2048)
    lines = [template(1), {**template(2), "extra": "x" * 5000}, template(3)]
    path = write(tmp_path, "\n".join(map(json.dumps, lines)))
    rows = table(con, read_json(con, path, "utf-8", formats["tracking-template"]))
    assert [row["waybill"] for row in rows] == ["AB1", "AB2", "AB3"]


def test_signs_of_a_glob_in_a_name_are_no_glob(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    write(tmp_path, "\n".join(json.dumps(template(i)) for i in (1, 2)), "a1.jsonl")
    path = write(tmp_path, "\n".join(json.dumps(template(i)) for i in (3, 4)), "a[1].jsonl")
    rows = table(con, read_json(con, path, "utf-8", formats["tracking-template"]))
    assert [row["waybill"] for row in rows] == ["AB3", "AB4"]


@pytest.mark.parametrize("value", [{"name": "Jane Roe"}, ["Jane Roe"], {}, []])
def test_an_object_where_text_belongs_is_nothing_not_its_text(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, value: object
) -> None:
    path = write(tmp_path, [{**template(), "city": value}])
    rows = table(con, read_json(con, path, "utf-8", formats["tracking-template"]))
    assert rows[0]["city"] is None


def test_long_numbers_keep_every_digit_and_duplicate_keys_the_first(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    text = (
        '[{"id": 576461413038785752, "create_time": 1619611561, "create_time": 5, '
        '"line_items": [{"id": 123456789012345678901234567890, "sku_id": 1e400}]}]'
    )
    rows = table(con, read_json(con, write(tmp_path, text), "utf-8", formats["tiktok-api-orders"]))
    assert (rows[0]["order_id"], rows[0]["created_at"]) == ("576461413038785752", "1619611561")
    assert (rows[0]["line_id"], rows[0]["sku_id"]) == ("123456789012345678901234567890", "1e400")


def test_wrong_types_in_the_structure_are_no_crash(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    orders = [
        {"id": "1", "create_time": 1, "line_items": "x", "recipient_address": {"district_info": "y"}, "packages": 5},
        {"id": "2", "create_time": 1, "line_items": {"a": 1}, "recipient_address": [], "packages": [1, None]},
        {"id": "3", "create_time": 1, "line_items": [None, 4, {"id": "L"}], "payment": None},
    ]
    rows = table(con, read_json(con, write(tmp_path, orders), "utf-8", formats["tiktok-api-orders"]))
    assert [(row["order_id"], row["line_id"]) for row in rows] == [
        ("1", None), ("2", None), ("3", None), ("3", None), ("3", "L"),
    ]  # fmt: skip


_KEYS = st.sampled_from(
    ["data", "orders", "line_items", "id", "create_time", "accepted", "rejected", "number", "track_info", "tracking",
     "providers", "events", "checkpoints", "tracking_number", "nu", "context", "event_time", "packages", "msg"]
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_JSON, lines=st.booleans(), format_id=st.sampled_from(["tiktok-api-orders", "17track-api"]))
def test_any_json_is_read_or_refused_never_a_traceback(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, content: object, lines: bool, format_id: str
) -> None:
    text = json.dumps(content)
    path = write(tmp_path, f"{text}\n{text}" if lines else text)
    try:
        raw = read_json(con, path, "utf-8", formats[format_id])
    except InputError as problem:
        assert "\n" not in str(problem)
        return
    assert [row["source_line"] for row in table(con, raw)] == list(range(1, raw.rows + 1))


def test_a_path_to_a_level_that_is_not_there_is_an_error_of_the_format(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    data = formats["labels"].model_dump(by_alias=True)
    data["columns"]["city"]["path"] = ["@2 $.city"]
    with pytest.raises(FormatError, match="names a level"):
        read_json(con, write(tmp_path, [{"order_id": "1"}]), "utf-8", Format.model_validate(data))
