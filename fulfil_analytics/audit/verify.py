"""Does an audit's folder still follow from its inputs, rules and policy? Hashes first, then a run anew, row by row."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.files import SUMS, TABLES, write_folder
from fulfil_analytics.audit.manifest import dumps
from fulfil_analytics.errors import FulfilError, UsageError
from fulfil_analytics.sql import fill, name, read_sql

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.audit.files import Writer
    from fulfil_analytics.audit.options import Options

CAP = 200
"""Differences of one table that are told one by one; the rest is counted."""

KEYS: dict[str, tuple[str, ...]] = {
    "findings": ("finding_id",),
    "orders": ("order_id",),
    "deadlines": ("order_id", "stage", "mode"),
    "rates": ("metric", "mode", "slice"),
    "quarantine": ("source_file", "source_line", "column_name", "reason"),
    "coverage": ("rule_id",),
    "risk_of_shop": ("shop",),
    "proofs": ("kind",),
    "reviews": ("finding_id", "reviewed_at"),
}
"""What names a row of each table."""

FIGURES: dict[str, tuple[str, ...]] = {
    "findings": ("rule_id", "severity"),
    "orders": ("order_id",),
    "deadlines": ("stage", "mode"),
    "rates": ("metric", "mode", "slice"),
    "quarantine": ("source_file", "reason"),
    "coverage": ("rule_id", "status"),
    "risk_of_shop": ("shop",),
    "proofs": ("kind",),
    "reviews": ("finding_id",),
}
"""By which columns the figure that a row of each table counts in is told."""

FIGURE_OF = {
    "findings": "the count of findings",
    "orders": "the counts of orders",
    "deadlines": "the rate on time",
    "rates": "the rate",
    "quarantine": "the sum of rows not taken",
    "coverage": "what the rule could judge",
    "risk_of_shop": "the risk of the shop",
    "proofs": "what the files can prove",
    "reviews": "the verdict on the finding",
}


@dataclass(frozen=True)
class Difference:
    """One difference between the folder and what follows from the inputs.

    Attributes
    ----------
    file : str
        File of the folder, or the part of the manifest.
    row, column : str
        Which row (by its key) and column; empty where the whole file is meant.
    folder, follows : str
        What the folder says, and what follows.
    figure : str
        Which figure it changes.
    """

    file: str
    row: str
    column: str
    folder: str
    follows: str
    figure: str = ""

    def line(self) -> str:
        """Return the difference in one line."""
        place = " ".join(part for part in (self.row, self.column) if part)
        said = f"{self.file}: {place}: " if place else f"{self.file}: "
        changes = f" (changes {self.figure})" if self.figure else ""
        return f"{said}{self.folder} -> {self.follows}{changes}"


@dataclass(frozen=True)
class Verified:
    """What a verification found.

    Attributes
    ----------
    differences : list of Difference
        Empty where the folder follows from its inputs.
    files : int
        Files whose hash was checked.
    rerun : bool
        Whether the audit was run again.
    """

    differences: list[Difference]
    files: int
    rerun: bool


def verify(
    folder: Path,
    inputs: Sequence[str],
    options: Options,
    *writers: Writer,
    finish: Callable[[Path], None] | None = None,
) -> Verified:
    """Check the hashes of an audit's folder, run the audit again and compare everything.

    Parameters
    ----------
    folder : Path
        What ``fulfil audit --out`` wrote.
    inputs : sequence of str
        Where the exports are now; by default where ``run.json`` says they were.
    options : Options
        Memory, progress, settings; policy, moment, language, rules and treatment of names come from the folder.
    *writers : callable
        What wrote the other files (report, workbook), to compare their bytes too.
    finish : callable, optional
        What packed the folder, to compare the bytes of the pack.

    Raises
    ------
    UsageError
        The folder holds no audit, or nobody knows where its inputs are.
    """
    manifest, stamp = _json(folder, "manifest.json"), _json(folder, "run.json")
    found = list(hashes_that_differ(folder))
    checked = _asked(manifest, stamp, options)
    named = list(inputs) or [str(path) for path in stamp.get("inputs", [])]
    if not named:
        raise UsageError(
            "nobody knows where the inputs of this audit are",
            column="INPUT",
            remedy="Name them: fulfil verify DIR INPUT",
        )
    with tempfile.TemporaryDirectory(prefix="fulfil-", ignore_cleanup_errors=True) as place:
        fresh = Path(place) / "fresh"
        told = _again(folder, named, checked, fresh, Path(place), writers, finish)
        found += told
        if fresh.is_dir():
            found += _manifests(manifest, _json(fresh, "manifest.json"))
            found += _tables(folder, fresh)
            found += _bytes(folder, fresh, {difference.file for difference in found})
    return Verified(found, len(_sums(folder)), fresh is not None and not told)


def _json(folder: Path, file: str) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / file).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        if file != "manifest.json":
            return {}
        raise UsageError(
            "the folder holds no audit: manifest.json is not there or cannot be read",
            file=str(folder),
            remedy="Name a folder that fulfil audit --out wrote",
        ) from None


def _sums(folder: Path) -> dict[str, str]:
    """Return file to hash as ``SHA256SUMS`` says; empty where there is none."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {file: digest for digest, _, file in (line.partition("  ") for line in lines) if file}


def hashes_that_differ(folder: Path) -> Iterator[Difference]:
    """Yield the files of which ``SHA256SUMS`` says something else, or nothing."""
    known = _sums(folder)
    for table in (*TABLES, "manifest"):
        file = f"{table}.json" if table == "manifest" else f"{table}.parquet"
        if known and file not in known and (folder / file).is_file():
            yield Difference(SUMS, "", "", f"nothing of {file}", f"its hash {sha256(folder / file)[:16]}")
    if not known:
        yield Difference(SUMS, "", "", "missing", "hashes of all files", "nothing, but no file can be checked by it")
    for file, digest in sorted(known.items()):
        path = folder / file
        if not path.is_file():
            yield Difference(file, "", "", "missing", f"SHA-256 {digest[:16]}")
            continue
        own = sha256(path)
        if own != digest:
            yield Difference(file, "", "", f"SHA-256 {own[:16]}", f"SHA-256 {digest[:16]}", "what follows below")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _asked(manifest: dict[str, Any], stamp: dict[str, Any], options: Options) -> Options:
    """Return the options under which the folder was made."""
    asked = stamp.get("options", {})
    policy, chosen_by = asked.get("policy") or manifest["policy"]["id"], manifest["policy"].get("chosen_by", "option")
    return replace(
        options,
        policy=policy if chosen_by == "option" else None,
        config=replace(options.config, policy=policy if chosen_by == "fulfil.toml" else None),
        as_of=manifest["as_of"],
        db=None,
        lang=manifest["language"],
        pii=manifest["personal_data"],
        rules=tuple(Path(path) for path in asked.get("rules", [])),
        only=tuple(asked.get("only", [])),
        dates=asked.get("dates"),
        places=None if asked.get("places") is None else Path(asked["places"]),
    )


def _again(
    folder: Path,
    inputs: Sequence[str],
    options: Options,
    fresh: Path,
    place: Path,
    writers: Sequence[Writer],
    finish: Callable[[Path], None] | None,
) -> list[Difference]:
    """Run the audit again into `fresh`, with the verdicts of the folder; what hinders it is a difference too."""
    from fulfil_analytics.audit.run import run_audit
    from fulfil_analytics.store import open_store

    store = place / "store.duckdb"
    verdicts = folder / "reviews.parquet"
    if verdicts.is_file():
        with open_store(store) as opened:
            opened.con.execute("INSERT INTO reviews BY NAME SELECT * FROM read_parquet(?)", [str(verdicts)])
    try:
        with run_audit(inputs, replace(options, db=store)) as run:
            write_folder(run, fresh, *writers, finish=finish)
    except FulfilError as problem:
        return [Difference("manifest.json", "inputs", "", "an audit", problem.text(), "everything")]
    return []


def _manifests(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    """Yield the parts of the manifest that differ: inputs, policy, rules, lists, versions, counts."""
    figures = {"inputs": "all that this file holds", "rules": "the findings of this rule", "policy": "every deadline"}
    for key in sorted(old.keys() | new.keys()):
        before, after = _flat(old.get(key)), _flat(new.get(key))
        for part in sorted(before.keys() | after.keys()):
            if before.get(part) != after.get(part):
                where = f"{key} {part}".strip()
                yield Difference(
                    "manifest.json", where, "", _short(before.get(part)), _short(after.get(part)), figures.get(key, "")
                )


def _flat(value: Any, at: str = "") -> dict[str, str]:
    """Return a value as one text a leaf; things of a list are named by their id, not by their place."""
    if isinstance(value, dict):
        parts: Iterable[tuple[str, Any]] = value.items()
    elif isinstance(value, list):
        ids = ("rule_id", "source_file", "file")
        parts = [
            (
                next((str(item[key]) for key in ids if key in item), str(place))
                if isinstance(item, dict)
                else str(place),
                item,
            )
            for place, item in enumerate(value)
        ]
    else:
        return {at: dumps(value).strip()}
    found: dict[str, str] = {}
    for key, part in parts:
        found.update(_flat(part, f"{at} {key}".strip()))
    return found


def _short(text: str | None) -> str:
    return "(nothing)" if text is None else text if len(text) <= 80 else f"{text[:77]}..."


def _tables(folder: Path, fresh: Path) -> Iterator[Difference]:
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for table in TABLES:
            file = f"{table}.parquet"
            if not (folder / file).is_file():
                yield Difference(file, "", "", "missing", "a table")
                continue
            if sha256(folder / file) == sha256(fresh / file):
                continue
            try:
                yield from _rows(con, table, folder / file, fresh / file)
            except duckdb.Error as problem:
                yield Difference(file, "", "", f"cannot be read ({type(problem).__name__})", "a table")


def _rows(con: duckdb.DuckDBPyConnection, table: str, folder: Path, fresh: Path) -> Iterator[Difference]:
    """Yield the rows and cells of one table that differ, :data:`CAP` at most, then how many more there are."""
    old, new = (_columns(con, path) for path in (folder, fresh))
    for column in sorted(set(old) ^ set(new)):
        yield Difference(f"{table}.parquet", "", column, "a column" if column in old else "no column", "the other")
    shared = [name(column) for column in old if column in new]
    keys = [key for key in KEYS[table] if key in shared]
    con.execute(_differ(table, shared, keys, folder, fresh))
    rows = con.execute(f"SELECT * FROM differences ORDER BY ALL LIMIT {CAP}").fetchall()
    for key, column, before, after, figure in rows:
        yield Difference(
            f"{table}.parquet", key, column, _short(before), _short(after), f"{FIGURE_OF[table]} {figure}".strip()
        )
    (total,) = con.execute("SELECT count(*) FROM differences").fetchall()[0]
    if total > len(rows):
        yield Difference(f"{table}.parquet", "", "", f"{total - len(rows)} more differences", "none")


def _columns(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    rows = con.execute("SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(?))", [str(path)]).fetchall()
    return [column for (column,) in rows]


def _differ(table: str, shared: Sequence[str], keys: Sequence[str], folder: Path, fresh: Path) -> str:
    def either(columns: Sequence[str]) -> str:
        return "concat_ws(' ', " + ", ".join(f"coalesce(f.{c}, n.{c})::VARCHAR" for c in columns) + ")"

    figures = [column for column in FIGURES[table] if column in shared]
    figure = either(figures)
    cells = "".join(
        f"\nUNION ALL SELECT key, '{column}', coalesce(f.{column}::VARCHAR, '(nothing)'), "
        f"coalesce(n.{column}::VARCHAR, '(nothing)'), {figure} FROM joined "
        f"WHERE NOT missing AND NOT added AND f.{column} IS DISTINCT FROM n.{column}"
        for column in shared
        if column not in keys
    )
    text = read_sql("fulfil_analytics.audit", "differ.sql")
    marks = {
        "keys": ", ".join(keys),
        "all": ", ".join(shared),
        "key": either(keys),
        "same": " AND ".join(f"f.{key} IS NOT DISTINCT FROM n.{key}" for key in keys),
        "figure_row": figure,
        "cells": cells,
    }
    for mark, body in marks.items():
        text = text.replace(f"/*{mark}*/", body)
    return fill(text, {"folder": str(folder), "fresh": str(fresh)})


def _bytes(folder: Path, fresh: Path, told: set[str]) -> Iterator[Difference]:
    """Yield the files that no table told of and whose bytes differ; of text files the first line that does."""
    for path in sorted(fresh.iterdir()):
        own = folder / path.name
        if path.suffix == ".parquet" or path.name in {"run.json", "manifest.json", *told}:
            continue
        if told and (path.name == SUMS or path.suffix == ".zip"):
            continue  # they say again what was told already
        if not own.is_file():
            yield Difference(path.name, "", "", "missing", "a file")
        elif sha256(own) != sha256(path):
            yield Difference(
                path.name, _first_line(own, path), "", f"SHA-256 {sha256(own)[:16]}", f"SHA-256 {sha256(path)[:16]}"
            )


def _first_line(own: Path, fresh: Path) -> str:
    with own.open("rb") as one, fresh.open("rb") as two:
        for number, (here, there) in enumerate(zip(one, two, strict=False), start=1):
            if here != there:
                return f"line {number}"
    return "its end"
