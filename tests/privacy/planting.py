"""Plants the canaries into every column of every kind of input: CSV, XLSX, Parquet, JSON and JSON Lines."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from canaries import CONTACT, EMAIL, EVERYTHING, NAME, PHONES, STREET

from fulfil_analytics.sources import Format, Formats, discover, identify, load_formats
from fulfil_analytics.sources.formats import ColumnSpec

FIXTURES = Path(__file__).resolve().parents[1] / "sources" / "fixtures" / "json"

BROKEN = {
    "people.json": json.dumps([{"name": NAME, "phone": PHONES[0], "street": STREET}]).encode(),
    f"notes {PHONES[1]}.txt": f"{EVERYTHING}\n".encode() * 3,
    "headless.csv": f"{NAME},{PHONES[0]},{STREET}\n".encode() * 4,
    "nul.csv": f"Order ID,Order Status,Recipient\n1,{NAME}\0,{STREET}\n".encode(),
    "half.csv": f"Order ID,Order Status,{CONTACT}\n1,2,{NAME}\n".encode(),
    "cut.json": f'{{"data": {{"orders": [{{"id": "1", "recipient": "{NAME}"'.encode(),
    "cut.parquet": b"PAR1" + EVERYTHING.encode(),
    "cut.xlsx": b"PK\x03\x04" + EVERYTHING.encode(),
}
"""Files that are refused, each in its own words."""

FREE = ("text", "struck", "code")
"""Column types that keep what they hold, but for phone numbers and e-mail addresses: a name there is not told from
a city or a product, so that none is planted."""

TREES = {
    "17track.json": ("data", "accepted"),
    "aftership.json": ("data", "trackings"),
    "tiktok-orders.json": ("data", "orders"),
    "kuaidi100.json": (),
    "576461413038785752.json": (),
}
"""JSON documents, and where their records stand; without a place the document is the record, and a list is made."""

Leaf = tuple[str | int, ...]


def plant(folder: Path, into: Path) -> Path:
    """Copy the exports of `folder`, with a row more for each column and canary; the files' names hold one too."""
    into.mkdir()
    _return_of_an_order(folder)
    formats = load_formats()
    with duckdb.connect() as con:
        for source in discover([str(folder)]).files:
            if source.path.suffix == ".json":  # the truth of the sample: no export
                continue
            item = identify(con, source, formats)
            if item.container == "csv":
                rows = planted_rows(_read_csv(source.path), item)
                _write_csv(into / f"{source.path.stem} {PHONES[1]} {EMAIL}.csv", rows)
                if item.format.kind == "orders":
                    _write_xlsx(into / f"more {PHONES[2]}.xlsx", rows)
        _write_parquet(con, formats, into)
    for name, place in TREES.items():
        _write_tree(FIXTURES / name, place, formats, into)
    _write_lines(formats, into)
    for name, content in BROKEN.items():
        (into / name).write_bytes(content)
    return into


def values(kind: str) -> list[str]:
    """Return the canaries that are planted into a column of a type."""
    return [*PHONES, EMAIL, CONTACT] if kind in FREE else [NAME, STREET, *PHONES, EMAIL, EVERYTHING]


# Tables ---------------------------------------------------------------------------------------------------------------


def _return_of_an_order(folder: Path) -> None:
    """Give the returns a row, where the sample has none."""
    path = folder / "Return-Refund orders.csv"
    rows = _read_csv(path)
    if len(rows) == 1:
        row = {"Return Order ID": "4035224600000000001", "Order ID": "576477690016596448", "Return Type": "Refund"}
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow([row.get(name, "") for name in rows[0]])


def planted_rows(rows: list[list[str]], item) -> list[list[str]]:
    """Return the rows with those of the canaries behind them, and a column whose header is a canary."""
    start = item.header_row + (1 if item.described else 0)
    base = rows[start]
    kinds = {place: item.format.columns[name].type for name, places in item.places.items() for place in places}
    more = []
    for place in range(len(base)):
        more += [[*base[:place], value, *base[place + 1 :]] for value in values(kinds.get(place, "unread"))]
    rows = rows + more
    head = rows[item.header_row - 1]
    head.append(f"Ask {PHONES[0]} {EMAIL}")
    for row in rows[item.header_row :]:
        row.append(EVERYTHING)
    rows.append([EVERYTHING] * 3)  # a broken row
    rows.append([*base, *[EVERYTHING] * 4])
    return rows


def _read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode() + f'"{EVERYTHING}",x"y,\r\n'.encode())


def _write_xlsx(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        other = book.add_worksheet(f"{PHONES[1]} {NAME}"[:31])
        other.write_row(0, 0, [NAME, STREET, PHONES[0]])
        sheet = book.add_worksheet("OrderSKUList")
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(line, place, value)


def frame(layout: Format, sound: dict[str, str]):
    """Return a table of all columns of a layout, as texts: a sound row, and one more for each column and canary."""
    import polars as pl

    heads = {spec.headers[0]: spec.type for spec in layout.columns.values() if spec.headers}
    rows = [{head: sound.get(head) for head in heads}]
    rows += [{**rows[0], head: value} for head, kind in heads.items() for value in values(kind)]
    unread = f"Ask {PHONES[0]} {EMAIL}"
    return pl.DataFrame(
        [{**row, unread: EVERYTHING} for row in rows], schema=dict.fromkeys([*heads, unread], pl.String)
    )


ORDER = {"order_id": "576461000000000077", "created_at": "2026-11-02T10:00:00Z", "order_status": "Shipped"}
EVENT = {"tracking_number": "9400136106206389481005", "event_time": "2026-11-03T18:00:00Z", "status": "picked_up"}


def frames(formats: Formats) -> tuple[Any, Any]:
    """Return orders and tracking as tables in memory."""
    return frame(formats["orders-canonical"], ORDER), frame(formats["tracking-template"], EVENT)


def _write_parquet(con: duckdb.DuckDBPyConnection, formats: Formats, into: Path) -> None:
    for name, table in zip(("orders", "tracking"), frames(formats), strict=True):
        path = into / f"{name} {PHONES[1]}.parquet"
        table.write_parquet(path)
        (source,) = discover([str(path)]).files
        assert identify(con, source, formats).format.kind == name


# Trees ----------------------------------------------------------------------------------------------------------------


def _write_tree(path: Path, place: tuple[str, ...], formats: Formats, into: Path) -> None:
    """Write a document with a record more for each leaf and canary, and for order lists the same as JSON Lines."""
    document = json.loads(path.read_text(encoding="utf-8"))
    layout = _layout(path, formats)
    records = _at(document, ".".join(place)) if place else [document]
    planted = list(planted_records(records[0], layout))
    records += planted
    stem = path.stem if path.stem.isdigit() else f"{path.stem} {PHONES[1]} {EMAIL}"
    whole = records if not place else document
    (into / f"{stem}.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    if layout.kind == "orders":
        _write_text_lines(into / f"one a line {PHONES[2]}.jsonl", map(json.dumps, planted))


def _write_lines(formats: Formats, into: Path) -> None:
    path = FIXTURES / "tracking-template.jsonl"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    records = planted_records({**json.loads(lines[0]), **EVENT}, _layout(path, formats))
    written = [*lines, *map(json.dumps, records)]
    _write_text_lines(into / f"events {PHONES[1]}.jsonl", written)
    _write_text_lines(into / f"again {PHONES[1]}.jsonl", written, "utf-16")


def _write_text_lines(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """Write the lines, one that is broken off, and one that is no record."""
    text = "\n".join([*lines, f'{{"name": "{EVERYTHING}', json.dumps([EVERYTHING])]) + "\n"
    path.write_text(text, encoding=encoding)


def _layout(path: Path, formats: Formats) -> Format:
    with duckdb.connect() as con:
        (source,) = discover([str(path)]).files
        return identify(con, source, formats).format


def planted_records(record: dict[str, Any], layout: Format) -> Iterator[dict[str, Any]]:
    """Yield the record with canaries in each of its leaves, and in each leaf more that the layout knows.

    Each canary once in all leaves but those without which a row is refused; two canaries, one after the other, in each
    leaf alone.
    """
    record = _completed(record, layout)
    kinds = {_dotted(path): spec for spec in layout.columns.values() for path in spec.path if "$." in path}
    leaves = {leaf: _kind(leaf, kinds) for leaf in _leaves(record)}
    for number in range(len(values("unread"))):
        planted = record
        for leaf, (kind, required) in leaves.items():
            if not required:
                planted = _replaced(planted, leaf, values(kind)[number % len(values(kind))])
        yield planted
    for number, (leaf, (kind, _)) in enumerate(leaves.items()):
        for value in (values(kind)[number % (len(values(kind)) - 1)], values(kind)[-1]):
            yield _replaced(record, leaf, value)
    yield {**record, EVERYTHING: EVERYTHING}


def _dotted(path: str) -> str:
    return re.sub(r"\[.*?\]", "", path.split("$.", 1)[1])


def _kind(leaf: Leaf, kinds: dict[str, ColumnSpec]) -> tuple[str, bool]:
    dotted = ".".join(key for key in leaf if isinstance(key, str))
    spec = next((spec for path, spec in kinds.items() if f".{dotted}".endswith(f".{path}")), None)
    return ("unread", False) if spec is None else (spec.type, spec.required or spec.type in ("time", "epoch"))


def _completed(record: dict[str, Any], layout: Format) -> dict[str, Any]:
    """Return the record with every leaf that the layout could read, as far as its own lists reach."""
    record = copy.deepcopy(record)
    levels = [record]
    for step in layout.json_.records[1:]:
        lists = [_at(levels[-1], way.strip()[2:].removesuffix("[*]")) for way in re.split(r"[|+]", step)]
        found = next((some for some in lists if isinstance(some, list) and some), None)
        if found is None:
            break
        levels.append(found[0])
    for spec in layout.columns.values():
        for path in spec.path:
            plain = re.fullmatch(r"@([1-9]) \$((?:\.\w+)+)", path)
            if plain and int(plain[1]) <= len(levels):
                *way, last = plain[2][1:].split(".")
                holder = levels[int(plain[1]) - 1]
                for key in way:
                    holder = holder.setdefault(key, {}) if isinstance(holder, dict) else None
                if isinstance(holder, dict):
                    holder.setdefault(last, None)
    return record


def _at(element: Any, way: str) -> Any:
    for key in way.split("."):
        element = element.get(key) if isinstance(element, dict) else None
    return element


def _leaves(element: Any, at: Leaf = ()) -> Iterator[Leaf]:
    entries = element.items() if isinstance(element, dict) else enumerate(element) if isinstance(element, list) else ()
    if not isinstance(element, dict | list):
        yield at
    for key, value in entries:
        yield from _leaves(value, (*at, key))


def _replaced(record: dict[str, Any], leaf: Leaf, value: str) -> dict[str, Any]:
    record = copy.deepcopy(record)
    holder: Any = record
    for key in leaf[:-1]:
        holder = holder[key]
    holder[leaf[-1]] = value
    return record
