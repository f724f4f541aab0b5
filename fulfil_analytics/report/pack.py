"""The audit pack: what a seller hands to a reviewer. A README, a page a critical order, and all of it in one zip."""

from __future__ import annotations

import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.audit.files import SUMS, TABLES
from fulfil_analytics.report.facts import Row, rows
from fulfil_analytics.report.sections import reasons
from fulfil_analytics.report.words import NONE, Words

if TYPE_CHECKING:
    from fulfil_analytics.audit.run import Run

PAGES = 200
"""Orders that get a page at most."""
ZIP = "pack.zip"
README = "README.md"
_DAY = (1980, 1, 1, 0, 0, 0)
"""The only time a zip entry carries: equal files give an equal zip."""
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def write_pack(run: Run, folder: Path) -> None:
    """Write the README and the pages into `folder`; call :func:`write_zip` when everything else is there."""
    from fulfil_analytics.report.outputs import explain_order

    orders = rows(run.store.con, "pack_orders", cap=PAGES)
    for row in orders:
        page = explain_order(run, row["order_id"]).to_page()
        (folder / page_name(row["order_id"])).write_text(page, encoding="utf-8", newline="\n")
    (folder / README).write_text(_readme(run, orders), encoding="utf-8", newline="\n")


def packed_before(folder: Path) -> bool:
    """Return whether a folder holds an audit pack."""
    return (folder / README).is_file() or (folder / ZIP).is_file()


def page_name(order_id: str) -> str:
    """Return the name of an order's page; a number that could not be a file name is told by its hash.

    Examples
    --------
    >>> page_name("576461413038785752")
    'order-576461413038785752.html'
    """
    return f"order-{order_id if _SAFE.match(order_id) else sha256(order_id.encode()).hexdigest()[:16]}.html"


def write_zip(folder: Path) -> None:
    """Pack what stands in `folder`, but for what differs from run to run; equal files give equal bytes."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in (ZIP, "run.json"))
    with zipfile.ZipFile(folder / ZIP, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
        for path in files:
            entry = zipfile.ZipInfo(path.name, _DAY)
            entry.compress_type = zipfile.ZIP_STORED if path.suffix in (".parquet", ".xlsx") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # the same on every system
            with path.open("rb") as source, pack.open(entry, "w") as target:
                while part := source.read(1 << 20):
                    target.write(part)


def sweep_pages(folder: Path, keep: set[str]) -> None:
    """Remove pages of an earlier pack that are not of this one: an order that is cleared must not stand there."""
    for path in folder.glob("order-*.html"):
        if path.name not in keep:
            path.unlink()


def _readme(run: Run, orders: list[Row]) -> str:
    words = Words(run.options.lang, run.policy.zone)
    manifest = run.manifest
    counts = manifest["counts"]
    lines = [
        f"# {words('pack.title')}",
        "",
        words(
            "pack.lead",
            policy=words.policy(run.policy.title),
            as_of=words.moment(run.as_of),
            zone=words.zone,
            version=manifest["fulfil_analytics"],
        ),
        "",
        f"## {words('pack.begin')}",
        "",
        *(f"1. {words(f'pack.begin_{step}')}" for step in ("report", "orders", "verify")),
        "",
        f"## {words('pack.holds')}",
        "",
        f"| {words('column.file')} | {words('column.what')} |",
        "|---|---|",
        *(f"| `{file}` | {words(f'pack.file_{key}')} |" for file, key in _FILES),
        "",
        f"## {words('pack.inputs')}",
        "",
        words("pack.sum", **{f"rows_{name}": words.count(number) for name, number in counts["rows"].items()}),
        "",
        f"| {words('column.file')} | {words('column.kind')} | {words('column.rows_in')} | SHA-256 |",
        "|---|---|---|---|",
        *(
            f"| {_cell(file['source_file'])} | {words.term('kind', file['kind'])} | {words.count(file['rows_in'])} "
            f"| `{file['sha256']}` |"
            for file in manifest["inputs"]
        ),
        "",
        f"## {words('pack.orders')}",
        "",
        *_orders(words, orders),
        "",
        f"## {words('section.coverage')}",
        "",
        *_untested(words, run),
        "",
        f"## {words('pack.standing')}",
        "",
        words("pack.standing_text", policy=run.policy.id, sha256=run.policy.sha256, rules=len(manifest["rules"])),
        "",
    ]
    return "\n".join(lines)


_FILES = (
    ("report.html", "report"),
    ("findings.xlsx", "xlsx"),
    ("findings.csv", "csv"),
    *((f"{table}.parquet", table) for table in TABLES),
    ("order-*.html", "order"),
    ("manifest.json", "manifest"),
    (SUMS, "sums"),
    (ZIP, "zip"),
)


def _orders(words: Words, orders: list[Row]) -> list[str]:
    if not orders:
        return [words("pack.no_orders")]
    head = [f"| {words('column.order')} | {words('column.rule')} | {words('column.finding')} |", "|---|---|---|"]
    body = [
        f"| [{_cell(row['order_id'])}]({page_name(row['order_id'])}) | {_cell(row['leading_rule_id'])} "
        f"| {_cell(row['reason'])} |"
        for row in orders
    ]
    return head + body + ([words("pack.more_orders", n=PAGES)] if len(orders) == PAGES else [])


def _untested(words: Words, run: Run) -> list[str]:
    found = [row for row in rows(run.store.con, "coverage") if row["status"] != "done"]
    if not found:
        return [words("summary.all_tested")]
    return [
        f"- `{row['rule_id']}`: {_cell(words.join(reasons(words, row['why'], 'not_testable')) or NONE)}"
        for row in found
    ]


def _cell(text: object) -> str:
    """Return data's text so that it stays inside its cell of a Markdown table and is no markup."""
    flat = " ".join(str(text).split())
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", flat)
