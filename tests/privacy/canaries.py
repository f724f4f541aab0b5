"""Made-up people whose names, phones and streets are planted into every column of every kind of input, and a search for
them through every byte that a run writes."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from fulfil_analytics.sources import discover, identify, load_formats

NAME = "Zelda Quibblethorpe"
STREET = "4711 Wombatsnout Lane"
EMAIL = "zelda.q@quibblemail.example"
PHONES = ("(+1)213-555-0142", "213-555-0142", "+12135550142")
CONTACT = f"call {PHONES[0]} or {PHONES[1]} or {EMAIL}"
EVERYTHING = f"{NAME}, {STREET}, {CONTACT}"

TRACES = re.compile(r"quibble|wombatsnout|zelda|213[^0-9a-z]{0,3}555[^0-9a-z]{0,3}0142".encode("ascii"), re.IGNORECASE)
"""What is left of a canary, in UTF-8. A phone is looked for in all its spellings."""

BROKEN = {
    "people.json": json.dumps([{"name": NAME, "phone": PHONES[0], "street": STREET}]).encode(),
    f"notes {PHONES[1]}.txt": f"{EVERYTHING}\n".encode() * 3,
    "headless.csv": f"{NAME},{PHONES[0]},{STREET}\n".encode() * 4,
    "nul.csv": f"Order ID,Order Status,Recipient\n1,{NAME}\0,{STREET}\n".encode(),
    "half.csv": f"Order ID,Order Status,{CONTACT}\n1,2,{NAME}\n".encode(),
    "cut.json": f'{{"data": {{"orders": [{{"id": "1", "recipient": "{NAME}"'.encode(),
}
"""Files that are refused, each in its own words."""

FREE = ("text", "struck", "code")
"""Column types that keep what they hold, but for phone numbers and e-mail addresses: a name there is not told from
a city or a product, so that none is planted."""


def plant(folder: Path, into: Path) -> Path:
    """Copy the exports of `folder`, with a row more for each column and canary; the files' names hold one too."""
    into.mkdir()
    _return_of_an_order(folder)
    formats = load_formats()
    with duckdb.connect() as con:
        for source in discover([str(folder)]).files:
            if source.path.suffix == ".json":
                continue
            item = identify(con, source, formats)
            if item.container == "csv":
                rows = planted_rows(_read_csv(source.path), item)
                _write_csv(into / f"{source.path.stem} {PHONES[1]} {EMAIL}.csv", rows)
                if item.format.kind == "orders":
                    _write_xlsx(into / f"more {PHONES[2]}.xlsx", rows)
    _broken(into)
    return into


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
    kinds = {}
    for name, places in item.places.items():
        for place in places:
            kinds[place] = (name, item.format.columns[name].type)
    more = []
    for place in range(len(base)):
        kind = kinds.get(place, ("", "unread"))[1]
        values = [*PHONES, EMAIL, CONTACT] if kind in FREE else [NAME, STREET, *PHONES, EMAIL, EVERYTHING]
        more += [[*base[:place], value, *base[place + 1 :]] for value in values]
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
    raw = text.getvalue().encode()
    path.write_bytes(raw + f'"{EVERYTHING}",x"y,\r\n'.encode() + EVERYTHING.encode("utf-16-le")[:0])


def _write_xlsx(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        other = book.add_worksheet(f"{PHONES[1]} {NAME}"[:31])
        other.write_row(0, 0, [NAME, STREET, PHONES[0]])
        sheet = book.add_worksheet("OrderSKUList")
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(line, place, value)


def _broken(folder: Path) -> None:
    for name, content in BROKEN.items():
        (folder / name).write_bytes(content)


def traces(folder: Path) -> dict[str, set[str]]:
    """Return what is found of the canaries below `folder`: file to the words around each find."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        for text in [name.encode()] if path.is_dir() else [name.encode(), *contents(path)]:
            for hit in TRACES.finditer(text):
                found.setdefault(name, set()).add(
                    text[max(0, hit.start() - 40) : hit.end() + 10].decode("utf-8", "replace")
                )
    return found


def contents(path: Path) -> Iterator[bytes]:
    """Yield all that a file holds: its bytes, and what is compressed in it."""
    raw = path.read_bytes()
    yield raw
    if raw[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif raw[:4] == b"PAR1":
        with duckdb.connect() as con:
            yield from _cells(con, f"SELECT * FROM read_parquet('{path}')")
    elif raw[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as con:
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall():
                yield from _cells(con, f'SELECT * FROM "{table}"')
    for packed in re.findall(rb"H4sI[A-Za-z0-9+/]{40,}={0,2}", raw):
        yield gzip.decompress(base64.b64decode(packed))


def _cells(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[bytes]:
    result = con.execute(query)
    yield "\n".join(column[0] for column in result.description).encode()
    for row in result.fetchall():
        yield repr(row).encode()
