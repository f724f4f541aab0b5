# ruff: noqa: E501 - lists of values stand closer together than code
"""Makes mutants of the sample files: of their bytes, cells, rows and columns. The same seed makes the same mutants."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
ROWS = 12
"""Data rows of a file to mutate: enough for every kind of cell, few enough to be read in no time."""

NASTY = (
    "", " ", "\t", "\u00a0", "\u200b", "\ufeff", "null", "NULL", "None", "NaN", "-", "--", "?", "#REF!", "#N/A", "TRUE", "0", "-0", "00",
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1", "＝1", "%0A", "\r", "a\nb", "a\r\nb", 'a"b', '""', '"', "'", "`", ";", "\\", "\\x",
    "a,b", "a;b", "a|b", "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "' OR 1=1 --", "'; DROP TABLE orders; --",
    "$(id)", "{{7*7}}", "{as_of}", "%s%n", "../../etc/passwd", "..\\..\\x", "C:\\x", "/dev/zero", "http://127.0.0.1/", "s3://bucket/x",
    "\u202eabc", "\u200fabc\u200e", "\u0600\u06dd", "e\u0301\u0301\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "İı", "ß", "ﬀ", "１２３",
    "0000-01-01", "0000-00-00 00:00:00", "9999-12-31 23:59:59", "10000-01-01", "2026-02-30", "2026-13-01", "32/13/2026", "1/1/1",
    "2026-11-01 01:30:00", "2026-03-08 02:30:00", "29/02/2025", "24:00:00", "1900-01-00", "99999", "2958466", "-1e5", "1767225600000000000",
    "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e308", "1e309", "-1e308", "1e-400", "inf", "-inf",
    "5.76461E+17", "0x1F", "1_000", "1,234,567.89", "1.234.567,89", "1'234.5", "US$ 1,0,0", "9" * 400, "A" * 40_000, "é" * 5_000, " " * 3_000 + "x",
    "\x01\x02\x1b[31m", "\x7f", "\ud7ff", "\ue000", "\ufffd", "\uffff", "a\u0000b"[:1],
)  # fmt: skip


class Mutant(NamedTuple):
    """A mutant.

    Attributes
    ----------
    name : str
        What was done to which file.
    ending : str
        Ending of the file's name.
    content : bytes
        The file.
    mutations : int
        How many independent mutations it holds: cells are mutated many to a file, each in a row of its own.
    rows : int, optional
        Data rows that it surely has.
    """

    name: str
    ending: str
    content: bytes
    mutations: int = 1
    rows: int | None = None


def sources() -> dict[str, bytes]:
    """Return every kind of sample file, cut to a few rows; by name."""
    found: dict[str, bytes] = {}
    for path in sorted(SAMPLE.rglob("*")):
        name = path.relative_to(SAMPLE).as_posix()
        part = name.partition("/")[0]
        if (
            path.suffix == ".csv"
            and not name.startswith("clean/")
            and not (part == "layouts" and path.name == "tracking.csv")
        ):
            found[name] = _csv_bytes(_table(path.read_bytes())[: ROWS + 2])
        elif path.suffix == ".xlsx" and not name.startswith("clean/"):
            found[name] = _short_workbook(path)
    for path in sorted((ROOT / "tests/sources/fixtures/json").iterdir()):
        found[path.name] = path.read_bytes()
    return found


def _table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _csv_bytes(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _workbook_rows(path: Path) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    rows = [
        ["" if cell is None else str(cell) for cell in row] for row in book.worksheets[-1].iter_rows(values_only=True)
    ]
    book.close()
    return rows


def _short_workbook(path: Path) -> bytes:
    return _workbook_bytes(_workbook_rows(path)[: ROWS + 2])


def _workbook_bytes(rows: list[list[str]]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("OrderSKUList")
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(line, place, value[:32_000])
    return stream.getvalue()


def mutants(name: str, content: bytes, seed: int, files: int, cells: int) -> Iterator[Mutant]:
    """Yield `files` mutants of a file as a whole, and one or more that hold `cells` mutated cells."""
    chance = random.Random(f"{seed} {name}")
    ending = Path(name).suffix
    if ending == ".csv":
        yield from _cell_mutants(name, _table(content), cells, chance)
        ways = [*BYTES, *TABLES]
    elif ending == ".xlsx":
        rows = _rows_of(content)
        yield from _cell_mutants(name, rows, cells // 2, chance, xlsx=True)
        ways = [*BYTES[:4], *PARTS]
    else:
        yield from _tree_mutants(name, content, max(4, cells // 20), chance)
        ways = BYTES
    for number in range(files):
        way = ways[number % len(ways)]
        yield Mutant(f"{name}: {way.__name__.strip('_')} #{number}", ending, way(content, chance))


def _rows_of(content: bytes) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows = [
        ["" if cell is None else str(cell) for cell in row] for row in book.worksheets[-1].iter_rows(values_only=True)
    ]
    book.close()
    return rows


def _cell_mutants(
    name: str, rows: list[list[str]], cells: int, chance: random.Random, *, xlsx: bool = False
) -> Iterator[Mutant]:
    """Mutate one cell in each of many copies of the data rows."""
    start = (
        next(number for number, row in enumerate(rows) if number and sum(map(str.isdigit, row[0] + row[1])) > 3)
        if (len(rows) > 2 and len(rows[1]) > 40)
        else 1
    )
    width = len(rows[0])
    data, made = rows[start:], []
    for number in range(cells):
        row = list(chance.choice(data))
        row += [""] * (width - len(row))
        place = number % width
        row[place] = _mutated(row[place], chance)
        if any(cell.strip("\r\n\t \u00a0\u3000\u200b\ufeff") for cell in row):
            made.append(row)
    every = [*rows, *made]
    if xlsx:
        clean = [[_sound_xml(cell) for cell in row] for row in every]
        yield Mutant(f"{name}: cells", ".xlsx", _workbook_bytes(clean), len(made), len(rows) - start + len(made))
        return
    yield Mutant(f"{name}: cells", ".csv", _csv_bytes(every), len(made), len(rows) - start + len(made))


def _sound_xml(text: str) -> str:
    return "".join(sign for sign in text if sign >= " " and sign not in "\ufffe\uffff" or sign in "\t\n")


def _mutated(cell: str, chance: random.Random) -> str:
    way = chance.randrange(6)
    if way <= 2 or not cell:
        return chance.choice(NASTY)
    at = chance.randrange(len(cell))
    if way == 3:
        return cell[:at] + cell[at + 1 :]
    if way == 4:
        return cell[:at] + chance.choice(NASTY)[:200] + cell[at:]
    signs = list(cell)
    signs[at] = chr(
        chance.choice((chance.randrange(32, 127), chance.randrange(160, 0xD7FF), chance.randrange(0x1F300, 0x1F6FF)))
    )
    return "".join(signs)


# Bytes ---------------------------------------------------------------------------------------------------------------


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 40))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _torn(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.randrange(1, 200) :]


def _doubled(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    end = min(len(content), at + chance.randrange(1, 2_000))
    return content[:end] + content[at:end] + content[end:]


def _stuffed(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.choice((1, 3, 50, 5_000))) + content[at:]


def _recoded(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8-sig", "replace")
    encoding = chance.choice(
        ("utf-16", "utf-16-be", "utf-32", "gb18030", "cp1252", "cp874", "shift_jis", "latin-1", "utf-7")
    )
    half = chance.choice((0, len(text) // 2))
    return text[:half].encode() + text[half:].encode(encoding, "replace")


def _broken_chinese(content: bytes, chance: random.Random) -> bytes:
    head, *lines = content.decode("utf-8-sig", "replace").split("\n")
    whole = "\n".join([head, *(line.replace("e", "额") for line in lines)]).encode("gb18030", "replace")
    return chance.choice((_cut, _torn, _stuffed, _flipped))(whole, chance)


def _relined(content: bytes, chance: random.Random) -> bytes:
    ends = chance.choice((b"\r", b"\n", b"\n\n", b"\r\r\n", b"\x0b", b"\x85", b"\xe2\x80\xa8", b" "))
    return content.replace(b"\r\n", b"\n").replace(b"\n", ends)


def _swapped(content: bytes, chance: random.Random) -> bytes:
    old, new = chance.choice(
        ((b",", b";"), (b",", b"\t"), (b'"', b"'"), (b",", b",,"), (b"0", b"O"), (b":", b""), (b'"', b""))
    )
    return content.replace(old, new)


BYTES: list[Callable[[bytes, random.Random], bytes]] = [
    _flipped, _cut, _torn, _stuffed, _doubled, _recoded, _broken_chinese, _relined, _swapped,
]  # fmt: skip


# Rows and columns of a table -----------------------------------------------------------------------------------------


def _reshaped(content: bytes, chance: random.Random, change: Callable[[list[list[str]]], None]) -> bytes:
    rows = _table(content)
    change(rows)
    return _csv_bytes(rows)


def _without_column(content: bytes, chance: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        place = chance.randrange(len(rows[0]))
        for row in rows:
            del row[place : place + 1]

    return _reshaped(content, chance, change)


def _with_columns(content: bytes, chance: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        place, count = chance.randrange(len(rows[0])), chance.choice((1, 3, 300))
        name = chance.choice((rows[0][place], "", "x", *NASTY[:60]))
        for number, row in enumerate(rows):
            row[place:place] = [name if number == 0 else chance.choice(NASTY)[:50]] * count

    return _reshaped(content, chance, change)


def _renamed_column(content: bytes, chance: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        place = chance.randrange(len(rows[0]))
        rows[0][place] = chance.choice((*NASTY, rows[0][place - 1], rows[0][place].upper(), f" {rows[0][place]} "))

    return _reshaped(content, chance, change)


def _shuffled_columns(content: bytes, chance: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        chance.shuffle(rows[0])

    return _reshaped(content, chance, change)


def _uneven_rows(content: bytes, chance: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        for _ in range(3):
            row = chance.choice([row for row in rows[1:] if row] or [[""]])
            chance.choice((row.pop, lambda row=row: row.append("x"), row.clear, lambda row=row: row.insert(0, "")))()

    return _reshaped(content, chance, change)


def _mixed_rows(content: bytes, chance: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        rows += [rows[0], [""] * len(rows[0]), ["x"], *chance.sample(rows, 2)]
        if chance.random() < 0.5:
            chance.shuffle(rows)

    return _reshaped(content, chance, change)


TABLES = [_without_column, _with_columns, _renamed_column, _shuffled_columns, _uneven_rows, _mixed_rows]


# Parts of a workbook -------------------------------------------------------------------------------------------------


def _part(content: bytes, chance: random.Random, way: Callable[[bytes, random.Random], bytes], name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            raw = old.read(part)
            new.writestr(part, way(raw, chance) if name in part else raw)
    return stream.getvalue()


def _changed_sheet(content: bytes, chance: random.Random) -> bytes:
    return _part(content, chance, chance.choice(BYTES), "worksheets/sheet")


def _changed_texts(content: bytes, chance: random.Random) -> bytes:
    return _part(content, chance, chance.choice(BYTES), "sharedStrings")


def _changed_book(content: bytes, chance: random.Random) -> bytes:
    return _part(content, chance, chance.choice(BYTES), "workbook.xml")


def _changed_places(content: bytes, chance: random.Random) -> bytes:
    def change(raw: bytes, chance: random.Random) -> bytes:
        old, new = chance.choice(
            ((b'r="B', b'r="XFD'), (b't="s"', b't="b"'), (b't="s"', b't="n"'), (b"<v>", b"<v>9"), (b'r="3"', b'r="1048577"'),
             (b'r="2"', b'r="-2"'), (b'r="2"', b'r="x"'), (b"<row", b"<col"), (b"<v>", b"<v>-"), (b'r="C2"', b'r="A2"'))
        )  # fmt: skip
        return raw.replace(old, new)

    return _part(content, chance, change, "worksheets/sheet")


PARTS = [_changed_sheet, _changed_texts, _changed_places, _changed_book]


# Nodes of JSON -------------------------------------------------------------------------------------------------------


def _tree_mutants(name: str, content: bytes, count: int, chance: random.Random) -> Iterator[Mutant]:
    """Replace, remove or repeat some nodes."""
    ending = Path(name).suffix
    for number in range(count):
        tree = _lines(content) if ending == ".jsonl" else json.loads(content)
        mutations = 1 + chance.randrange(8)
        for _ in range(mutations):
            _mutate_tree(tree, chance)
        text = "\n".join(map(json.dumps, tree)) if ending == ".jsonl" else json.dumps(tree)
        yield Mutant(f"{name}: nodes #{number}", ending, text.encode(), mutations)


def _lines(content: bytes) -> list[Any]:
    found = []
    for line in content.splitlines():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def _mutate_tree(tree: Any, chance: random.Random) -> None:
    nodes = [node for node in _nodes(tree) if node]
    if not nodes:
        return
    node = chance.choice(nodes)
    key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
    values = (
        None, True, -1, 1e308, 10**30, [], {}, [[[]]], {"": ""}, node, "\ud800", [node[key]] * 3, *NASTY[:40], chance.choice(NASTY),
    )  # fmt: skip
    if chance.random() < 0.2:
        del node[key]
    else:
        node[key] = json.loads(json.dumps(chance.choice(values)))


def _nodes(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict | list):
        yield tree
        for child in tree.values() if isinstance(tree, dict) else tree:
            yield from _nodes(child)
