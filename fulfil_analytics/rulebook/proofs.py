"""What exports can prove: the platform's kinds of false shipment and the rules that speak of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fulfil_analytics.errors import RuleError, suggest
from fulfil_analytics.rulebook.header import Name, Text, Words
from fulfil_analytics.rulebook.tables import tables
from fulfil_analytics.toml import Document, read

Column = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Need(_Part):
    """Something that a rule reads: there when one of the columns holds a value."""

    title: Words
    any_of: Annotated[tuple[Column, ...], Field(min_length=1)]


class Way(_Part):
    """A rule that speaks of a kind, and how far its word reaches."""

    rule: Name
    shows: Literal["prove", "suggest"]
    needs: tuple[Name, ...]


class Kind(_Part):
    """A kind of false shipment, as the platform names it."""

    id: Name
    title: Words
    outside: Words
    way: Annotated[tuple[Way, ...], Field(min_length=1)]


class Proofs(_Part):
    """A file of kinds."""

    id: Name
    source: Text
    confidence: Text
    need: dict[Name, Need]
    kind: Annotated[tuple[Kind, ...], Field(min_length=1)]


def load_proofs(folders: Sequence[Path]) -> list[Proofs]:
    """Return the files of the ``proofs`` folder of each rules folder.

    Raises
    ------
    RuleError
        A file that is not one of kinds, names an unknown need or column, or a second file of one id.
    """
    found: dict[str, Proofs] = {}
    for folder in folders:
        for path in sorted((folder / "proofs").glob("*.toml")):
            document = read(path, RuleError, f"proofs/{path.name}")
            one = _typed(document)
            if one.id in found or one.id != path.stem:
                raise RuleError(
                    f"the id {one.id} is not the file's name, or is taken",
                    file=document.file,
                    line=document.line_of("id"),
                    column="id",
                    remedy="Give the file and its id one name that no other has",
                )
            _check(one, document)
            found[one.id] = one
    return list(found.values())


def _check(proofs: Proofs, document: Document) -> None:
    for name, need in proofs.need.items():
        for column in need.any_of:
            table, _, field = column.partition(".")
            if field not in tables().get(table, {}):
                raise RuleError(
                    f"there is no column {column}",
                    file=document.file,
                    line=document.line_of("need", name),
                    remedy=suggest(field, tables().get(table, tables())),
                )
    for number, kind in enumerate(proofs.kind):
        for way in kind.way:
            for name in way.needs:
                if name not in proofs.need:
                    raise RuleError(
                        f"there is no need {name}",
                        file=document.file,
                        line=document.line_of("kind", number),
                        remedy=suggest(name, proofs.need),
                    )


def _typed(document: Document) -> Proofs:
    try:
        return Proofs.model_validate(document.data)
    except ValidationError as problems:
        first = problems.errors(include_url=False, include_input=False)[0]
        raise RuleError(
            first["msg"],
            file=document.file,
            line=document.line_of(*first["loc"]),
            column=".".join(str(part) for part in first["loc"]),
            remedy="See rules/proofs/README.md for what such a file says",
        ) from None
