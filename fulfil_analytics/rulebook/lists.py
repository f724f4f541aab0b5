"""Lists of terms that rules look up (``rules/lists/*.toml``), as table ``listed_terms``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fulfil_analytics.errors import RuleError
from fulfil_analytics.toml import Document, read

if TYPE_CHECKING:
    import duckdb

Text = Annotated[str, Field(min_length=2)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Part):
    """Terms of one kind, and the words beside which they mean something else."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    terms: Annotated[tuple[Text, ...], Field(min_length=1)]
    exceptions: tuple[Text, ...] = ()
    note: str = ""


class TermList(_Part):
    """A list file."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    source: str
    confidence: str
    entry: tuple[Entry, ...]


def install_lists(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Create table ``listed_terms`` (list, kind, term, exception) from the ``lists`` folder of each rules folder.

    A term with several exceptions has a row for each; one without has null. Terms and exceptions are in the form of
    ``fa_place``. Needs that macro in `con`.

    Raises
    ------
    RuleError
        A file that is not a list, or a second list of one id.
    """
    rows = [
        (one.id, entry.kind, term, exception)
        for one in _lists(folders)
        for entry in one.entry
        for term in entry.terms
        for exception in entry.exceptions or (None,)
    ]
    con.execute("CREATE OR REPLACE TABLE listed_terms (list VARCHAR, kind VARCHAR, term VARCHAR, exception VARCHAR)")
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    con.execute(
        "INSERT INTO listed_terms SELECT DISTINCT l, k, fa_place(t), fa_place(e) "
        "FROM (SELECT unnest($1::VARCHAR[]) AS l, unnest($2::VARCHAR[]) AS k, "
        "unnest($3::VARCHAR[]) AS t, unnest($4::VARCHAR[]) AS e) ORDER BY ALL",
        columns,
    )


def lists_sha256(folders: Sequence[Path]) -> str:
    """Return the SHA-256 over all list files: same lists, same hash."""
    digest = hashlib.sha256()
    for path in _paths(folders):
        digest.update(f"{path.stem} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _paths(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        place = folder / "lists"
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.name.startswith(".") or path.name == "README.md":
                continue
            if path.suffix != ".toml":
                raise RuleError(
                    "stands in a folder of lists but is not a list",
                    file=f"lists/{path.name}",
                    remedy="Only .toml files and README.md belong here; move it elsewhere",
                )
            yield path


def _lists(folders: Sequence[Path]) -> Iterator[TermList]:
    seen: set[str] = set()
    for path in _paths(folders):
        document = read(path, RuleError, f"lists/{path.name}")
        one = _typed(document)
        if one.id in seen or one.id != path.stem:
            what = f"a second list is called {one.id}" if one.id in seen else f"the id {one.id} is not the file's name"
            raise RuleError(
                what,
                file=document.file,
                line=document.line_of("id"),
                column="id",
                remedy="Give the file and its id one name that no other list has",
            )
        seen.add(one.id)
        yield one


def _typed(document: Document) -> TermList:
    try:
        return TermList.model_validate(document.data)
    except ValidationError as problems:
        first = problems.errors(include_url=False, include_input=False)[0]
        raise RuleError(
            first["msg"],
            file=document.file,
            line=document.line_of(*first["loc"]),
            column=".".join(str(part) for part in first["loc"]),
            remedy="See rules/lists/README.md for what a list says",
        ) from None
