"""What strangers put into spreadsheets: it is shown as text or refused, and runs nowhere."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from pathlib import Path

import duckdb
import pytest
from said import fulfil

from fulfil_analytics.sample import generate

FORMULAS = ("=HYPERLINK(1)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "＝1+1", "\t=1")
SCRIPTS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    '"><svg onload=alert(4)>',
    "javascript:alert(5)",
    "\u202e<b>gnp.exe",
)
SQL = ("'; DROP TABLE orders; --", "x' OR '1'='1", "\"; ATTACH '/etc/passwd'; --", "{as_of}", "$(id)", "\\'")
POLICY = ("--policy", "tiktok-us", "--as-of", "2026-11-16")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Audit exports in which every free column holds such texts, and so do headers and the file's name."""
    folder = tmp_path_factory.mktemp("hostile")
    generate(folder / "exports", orders=14, seed=3)
    path = next((folder / "exports").glob("All order*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    texts = [*FORMULAS, *SCRIPTS, *SQL]
    free = [
        rows[0].index(name)
        for name in (
            "Warehouse Name",
            "Product Name",
            "Variation",
            "Seller SKU",
            "Product Category",
            "City",
            "State",
            "Recipient",
        )
    ]
    free += [
        rows[0].index(name) for name in ("Shipping Provider Name", "Delivery Option", "Seller Note", "Buyer Message")
    ]
    for number, row in enumerate(rows[2:]):
        for step, place in enumerate(free):
            row[place] = texts[(number + step) % len(texts)]
    rows[0] += [SCRIPTS[0], FORMULAS[0], SQL[0]]
    for row in rows[1:]:
        row += ["x", "y", "z"]
    path.unlink()
    named = folder / "exports" / "=1+1 <script>alert(6)<!--'; DROP TABLE x; --.csv"
    with named.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    said = fulfil("audit", folder / "exports", "--out", folder / "out", "--db", folder / "shop.duckdb", *POLICY)
    assert said.returncode == 0, said.stderr
    return folder


def test_the_texts_are_there_and_nothing_was_lost(audited: Path) -> None:
    with duckdb.connect(str(audited / "shop.duckdb"), read_only=True) as con:
        held = {row[0] for row in con.execute("SELECT DISTINCT variation FROM order_lines").fetchall()}
        (sums,) = con.execute(
            "SELECT sum(rows_in), sum(rows_loaded + rows_merged + rows_quarantined) FROM source_files"
        ).fetchall()
    assert {SCRIPTS[0], SQL[0], FORMULAS[0]} <= held
    assert sums[0] == sums[1]


def test_no_cell_of_csv_and_workbook_is_a_formula(audited: Path) -> None:
    with (audited / "out" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) > 5
    assert {cell[:2] for row in rows for cell in row} & {"'=", "'@", "'+", "'-", "'＝"}
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r＝＋－＠]|-[^0-9]", cell)]
    with zipfile.ZipFile(audited / "out" / "findings.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets" in name]
        assert sheets
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        links = b"".join(book.read(name) for name in book.namelist() if name.endswith(".rels"))
        assert b"External" not in links


def test_no_script_reaches_the_report(audited: Path) -> None:
    page = (audited / "out" / "report.html").read_text(encoding="utf-8")
    for text in (*SCRIPTS[:4], "<script>alert(6)"):
        assert text not in page
    assert not re.search(r"<[^>]*\son(error|load)\s*=\s*[\"']?alert", page)
    assert "alert(6)" in html.unescape(page)  # the file's name is shown
    assert not re.search(
        r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    )


def test_no_script_reaches_the_page_of_an_order(audited: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(audited / "shop.duckdb"), read_only=True) as con:
        ((order,),) = con.execute("SELECT order_id FROM order_lines WHERE city LIKE '<script%' LIMIT 1").fetchall()
    page = tmp_path / "order.html"
    words = ("explain", order, "--db", audited / "shop.duckdb", *POLICY, "--html", page)
    assert fulfil(*words).returncode == 0
    text = page.read_text(encoding="utf-8")
    assert order in text
    assert not any(script in text for script in SCRIPTS[:4])


def test_words_of_the_command_line_are_no_sql(audited: Path) -> None:
    db = audited / "shop.duckdb"
    for word in SQL[:3]:
        said = fulfil("explain", word, "--db", db, *POLICY, "--json")
        assert said.returncode == 2
        assert fulfil("forget", "--order", word, "--db", db).returncode == 2
        assert fulfil("forget", "--buyer", word, "--db", db, "--dry-run").returncode in (0, 2)
    with duckdb.connect(str(db), read_only=True) as con:
        assert con.execute("SELECT count(*) > 10 FROM order_lines").fetchall() == [(True,)]


# Files ----------------------------------------------------------------------------------------------------------------

HEADER = "Order ID,Order Status,Created Time,Quantity,SKU Subtotal After Discount,City"


def load(folder: Path, content: str | bytes, name: str = "orders.csv") -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Load one file; return the sum of its rows and what was set aside (column and reason)."""
    path, db = folder / name, folder / "shop.duckdb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    said = fulfil("load", path, "--db", db, "--policy", "tiktok-us", "--dates", "month-first", "--json")
    assert said.returncode == 0, said.stderr
    with duckdb.connect(str(db), read_only=True) as con:
        aside = con.execute("SELECT column_name, reason FROM quarantine ORDER BY ALL").fetchall()
    rows = json.loads(said.stdout)["rows"]
    assert rows["in"] == rows["loaded"] + rows["merged"] + rows["quarantined"]
    return rows, aside


@pytest.mark.parametrize(
    "year", ["0000-01-01 00:00:00", "9999-12-31 23:59:59", "10000-01-01 00:00:00", "-0044-03-15 00:00:00"]
)
def test_years_that_no_order_has(tmp_path: Path, year: str) -> None:
    rows, aside = load(
        tmp_path, f"{HEADER}\n576461000000000001,Shipped,{year},1,1,X\n576461000000000002,Shipped,2026-01-05,1,1,X\n"
    )
    assert (rows["in"], rows["loaded"], rows["quarantined"]) == (2, 1, 1)
    assert aside == [("created_at", "not_a_time")]


@pytest.mark.parametrize("number", ["-1", "99999999999", "1e30", "9" * 40])
def test_quantities_below_nothing_and_beyond_everything(tmp_path: Path, number: str) -> None:
    rows, aside = load(tmp_path, f"{HEADER}\n576461000000000001,Shipped,2026-01-05,{number},{number},X\n")
    assert rows["loaded"] == 1
    assert ("quantity", "out_of_range") in aside or ("quantity", "not_a_number") in aside


def test_a_gigantic_cell_costs_its_row_at_most(tmp_path: Path) -> None:
    lines = "".join(
        f"57646100000000000{n},Shipped,2026-01-05,1,1,{city}\n" for n, city in ((1, "X"), (2, "A" * 3_000_000))
    )
    rows, _ = load(tmp_path, f"{HEADER}\n{lines}")
    assert rows["in"] == 2
    assert rows["loaded"] >= 1


def test_right_to_left_marks_stay_text(tmp_path: Path) -> None:
    rows, _ = load(tmp_path, f"{HEADER}\n\u200f576461000000000001\u200e,Shipped,2026-01-05,1,1,\u202eabc\u202c\n")
    assert rows["in"] == 1


@pytest.mark.parametrize("depth", [50, 100_000])
def test_deep_json(tmp_path: Path, depth: int) -> None:
    (tmp_path / "deep.json").write_text('{"a":' * depth + "1" + "}" * depth, encoding="utf-8")
    said = fulfil("load", tmp_path / "deep.json", "--db", tmp_path / "shop.duckdb")
    assert said.returncode == 2
    assert said.stderr.startswith("fulfil: deep.json")
    assert said.stderr.count("\n") == 1


def test_a_million_columns(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_bytes(b"Order ID," + b"a," * 1_000_000 + b"\n1\n")
    said = fulfil("load", tmp_path / "wide.csv", "--db", tmp_path / "shop.duckdb")
    assert said.returncode == 2
    assert "where no export has more than 2000" in said.stderr


def test_entities_that_multiply_are_never_expanded(tmp_path: Path) -> None:
    lol = b'<!DOCTYPE x [<!ENTITY a "lol">' + b"".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 10}">'.encode()
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", lol + b"]><workbook>&i;</workbook>")
        book.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
    (tmp_path / "bomb.xlsx").write_bytes(stream.getvalue())
    said = fulfil("load", tmp_path / "bomb.xlsx", "--db", tmp_path / "shop.duckdb")
    assert said.returncode == 2
    assert "holds an XML document type, which no spreadsheet program writes" in said.stderr


def test_parts_of_a_workbook_are_not_written_anywhere(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        book.writestr(
            "xl/workbook.xml",
            '<workbook><sheets><sheet name="s" sheetId="1" r:id="r1" xmlns:r="x"/></sheets></workbook>',
        )
        book.writestr("xl/_rels/workbook.xml.rels", '<r><Relationship Id="r1" Target="../../../../etc/passwd"/></r>')
        book.writestr("../../evil.txt", "x")
    inputs = tmp_path / "deep" / "inputs"
    inputs.mkdir(parents=True)
    (inputs / "slip.xlsx").write_bytes(stream.getvalue())
    said = fulfil("load", inputs / "slip.xlsx", "--db", tmp_path / "shop.duckdb")
    assert said.returncode == 2
    assert not list(tmp_path.rglob("evil.txt"))


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/b", "..", "", "A B", "x;y", "CON\0"])
def test_the_id_of_a_new_rule_is_no_path(tmp_path: Path, name: str) -> None:
    said = fulfil("rules", "new", name, "--into", tmp_path / "rules")
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert not list(tmp_path.rglob("*.sql"))


@pytest.mark.parametrize(
    "order", ["../../etc/passwd", "/etc/passwd", "..", "a\\b", "x\0y", "1" * 400, "<b>", "é", "a\n"]
)
def test_the_page_of_an_order_is_named_by_no_path(order: str) -> None:
    from fulfil_analytics.report.pack import page_name

    assert re.fullmatch(r"order-[0-9a-f]{16}\.html", page_name(order))


def test_links_that_go_round_and_devices(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "again").symlink_to(inputs, target_is_directory=True)
    (inputs / "self").symlink_to(inputs / "self")
    (inputs / "zero.csv").symlink_to("/dev/zero")
    (inputs / "orders.csv").write_text(f"{HEADER}\n576461000000000001,Shipped,2026-01-05,1,1,X\n", encoding="utf-8")
    said = fulfil("load", inputs, "--db", tmp_path / "shop.duckdb", "--policy", "tiktok-us", "--json")
    assert said.returncode == 0, said.stderr
    result = json.loads(said.stdout)
    assert result["rows"]["in"] == 1
    assert {item["file"] for item in result["skipped"]} == {"self", "zero.csv"}


def test_exports_that_cannot_be_used_are_told_before_what_is_no_export(tmp_path: Path) -> None:
    from fulfil_analytics.audit.intake import look

    (tmp_path / "orders.csv").write_text(f"{HEADER}\n576461000000000001,Shipped,2026-01-05,1,1,X\n", encoding="utf-8")
    (tmp_path / "z.csv").write_text(f"{HEADER}\n576461000000000001,Shipped", encoding="utf-8")
    (tmp_path / "a.txt").write_text("Dear team\n", encoding="utf-8")
    (tmp_path / ".b.csv").write_text("x", encoding="utf-8")
    with duckdb.connect() as con:
        skipped = look(con, [str(tmp_path)]).skipped
    assert [file for file, _ in skipped] == ["z.csv", "a.txt", ".b.csv"]


def test_a_further_sheet_is_told_and_not_by_its_name(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "orders.xlsx") as book:
        for name in ("January", "Zelda Quibblethorpe"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER.split(","))
            sheet.write_row(1, 0, ["576461000000000001", "Shipped", "2026-01-05", 1, 1, "X"])
    said = fulfil("load", tmp_path / "orders.xlsx", "--db", tmp_path / "shop.duckdb", "--policy", "tiktok-us", "--json")
    assert said.returncode == 0, said.stderr
    (told,) = json.loads(said.stdout)["skipped"]
    assert told["file"] == "orders.xlsx, sheet 2"
    assert told["why"].startswith("another table of the workbook")


# Rules of strangers ---------------------------------------------------------------------------------------------------

EVIL = (
    "select o.order_id from read_csv('/etc/passwd', header = false) as p cross join orders as o",
    "select o.order_id, getenv('HOME') as home from orders as o",
    "select order_id from read_text('/etc/hostname') cross join orders",
    "copy orders to '/tmp/evil-copy.csv'",
    "attach '/tmp/evil.duckdb' as evil",
    "install httpfs",
    "select order_id from 'https://127.0.0.1/x.parquet'",
    "set enable_external_access = true",
    "delete from orders",
    "select order_id from orders; drop table orders",
)


@pytest.mark.parametrize("text", EVIL)
def test_a_rule_of_a_stranger_reads_its_tables_and_nothing_else(audited: Path, text: str) -> None:
    from fulfil_analytics.engines import EngineError, locked

    with locked(audited / "shop.duckdb", threads=1) as engine, pytest.raises(EngineError):
        for batch in engine.batches(text):
            if batch.num_columns > 1 and batch.column(1)[0].as_py() is None:
                raise EngineError("gave nothing")
    assert not list(Path("/tmp").glob("evil*"))


def test_a_parameter_of_a_rule_is_a_value_not_sql(tmp_path: Path) -> None:
    (tmp_path / "fulfil.toml").write_text(
        '[rules.stale_tracking]\ngrace_hours = "1); drop table orders; --"\n', encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        generate(tmp_path / "exports", orders=5, seed=1)
        said = fulfil("audit", tmp_path / "exports", "--only", "stale_tracking", *POLICY)
    assert said.returncode == 2
    assert "fulfil.toml" in said.stderr
    assert said.stderr.count("\n") == 1
