"""``fulfil report``, ``explain``, ``verify`` and what ``audit`` hands over, as a user types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from test_commands import Said, fulfil

LAYOUT = Path(__file__).resolve().parents[2] / "data" / "sample" / "layouts" / "us-xlsx"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    (folder / "exports").mkdir()
    for file in LAYOUT.iterdir():
        if file.name != "truth.json":
            shutil.copy(file, folder / "exports" / file.name)
    return folder


@pytest.fixture(scope="module")
def audited(place: Path) -> Said:
    return fulfil(
        "audit", place / "exports", "--policy", "tiktok-us", "--db", place / "shop.duckdb", "--out", place / "out",
        "--pack", "--line",
    )  # fmt: skip


def test_an_audit_in_one_line_is_one_line_of_json(audited: Said, place: Path) -> None:
    assert (audited.returncode, audited.stderr) == (0, "")
    assert audited.stdout.count("\n") == 1
    said = json.loads(audited.stdout)
    assert said["text"].count("\n") == 4  # five answers
    assert said["level"] in ("breach", "watch", "ok", "quiet")
    assert said["metrics"]["on_time_dispatch"]["denominator"] > 0
    assert {"pack.zip", "README.md", "SHA256SUMS"} <= {file.name for file in (place / "out").iterdir()}


def test_a_week_is_reported_from_the_audit_the_store_keeps(audited: Said, place: Path) -> None:
    db, out = place / "shop.duckdb", place / "week.html"
    before = db.read_bytes()
    said = fulfil("report", "--db", db, "--week", "2026-W45", "--out", out, "--line", "--lang", "zh")
    assert (said.returncode, said.stderr) == (0, "")
    facts = json.loads(said.stdout)
    assert facts["period"] == "2026-W45"
    assert facts["report"] == str(out)
    assert 0 < facts["orders"] < json.loads(audited.stdout)["orders"]
    assert facts["metrics"]["on_time_dispatch"]["change"] is not None or facts["metrics"]["on_time_dispatch"]["rate"]
    text = out.read_text(encoding="utf-8")
    assert "履约报告 · 2026-W45" in text
    again = place / "again.html"
    fulfil("report", "--db", db, "--week", "2026-W45", "--out", again, "--quiet", "--lang", "zh")
    assert again.read_bytes() == out.read_bytes()
    with_days = fulfil("report", "--db", db, "--from", "2026-11-02", "--to", "2026-11-08", "--out", again, "--json")
    assert json.loads(with_days.stdout)["orders"] == facts["orders"]
    assert len(db.read_bytes()) == len(before)  # nothing of a week stays in the store


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--week", "2026-W60"), "is not a week"),
        (("--week", "2026-W45", "--from", "2026-11-02"), "a week and days were given"),
        (("--from", "2026-11-02"), "one end of the days is missing"),
        (("--from", "2026-11-09", "--to", "2026-11-02"), "end before they begin"),
        (("--from", "monday", "--to", "2026-11-02"), "is not a day"),
        (("--shop", "Nobody"), "no order is of shop"),
    ],
)
def test_days_and_shops_that_are_none_are_refused(
    audited: Said, place: Path, words: tuple[str, ...], problem: str
) -> None:
    said = fulfil("report", "--db", place / "shop.duckdb", "--out", place / "none.html", *words)
    assert said.returncode == 2
    assert problem in said.stderr
    assert said.stderr.count("\n") == 1
    assert not (place / "none.html").exists()


def test_an_order_is_explained_and_appealed_from_the_store(audited: Said, place: Path) -> None:
    import duckdb

    with duckdb.connect(str(place / "shop.duckdb"), read_only=True) as con:
        order = con.execute("SELECT order_id FROM late_causes ORDER BY order_id LIMIT 1").fetchall()
    assert order
    page = place / "appeal.html"
    said = fulfil("explain", order[0][0], "--db", place / "shop.duckdb", "--appeal", "--html", page)
    assert (said.returncode, said.stderr) == (0, "")
    assert "What the platform asks to see" in page.read_text(encoding="utf-8")
    said = fulfil("explain", order[0][0], "--db", place / "shop.duckdb", "--documents", place)
    assert said.returncode == 2
    assert "--appeal" in said.stderr


def test_what_changed_since_an_audit_is_told(audited: Said, place: Path) -> None:
    said = fulfil("audit", "--db", place / "shop.duckdb", "--since", place / "out", "--json")
    counts = json.loads(said.stdout)["since"]
    assert counts["new"] == counts["solved"] == counts["not_judged"] == 0
    assert counts["remaining"] == json.loads(said.stdout)["counts"]["findings"] > 0
    said = fulfil("audit", "--db", place / "shop.duckdb", "--since", place)
    assert said.returncode == 2
    assert "holds no audit" in said.stderr


def test_a_pack_needs_a_folder() -> None:
    said = fulfil("audit", LAYOUT, "--pack")
    assert said.returncode == 2
    assert "--out" in said.stderr


def test_verify_tells_and_exits_with_one(audited: Said, place: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(place / "out", tmp_path / "out"))
    with (folder / "findings.csv").open("a", encoding="utf-8") as file:
        file.write("x\n")
    said = fulfil("verify", folder, tmp_path / "gone")
    assert said.returncode == 1
    assert said.stdout.splitlines()[0].startswith("findings.csv: SHA-256")
    assert "could not be run again" in said.stdout
    said = fulfil("verify", tmp_path)
    assert said.returncode == 2
