"""Format files: what an export looks like, as data (``sources/formats/*.toml``).

A file whose name starts with ``_`` is a base that others extend; it is never matched itself. A column whose name starts
with ``_`` is a helper: it is read but is no column of the table (``_location`` fills blank city, state, ... columns).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fulfil_analytics import toml
from fulfil_analytics.errors import FormatError, suggest
from fulfil_analytics.sources.folding import fold

FOLDER = Path(__file__).resolve().parent / "formats"

Container = Literal["csv", "xlsx", "parquet", "json", "jsonl"]
Kind = Literal["orders", "tracking", "labels", "products", "inventory", "warehouses", "returns", "sla_windows"]
ColumnType = Literal[
    "identifier",
    "waybill",
    "code",
    "text",
    "struck",
    "word",
    "integer",
    "money",
    "grams",
    "kilograms",
    "time",
    "epoch",
    "boolean",
    "country",
    "currency",
    "decimal",
    "name",
    "phone",
    "street",
    "location",
    "content",
]
PERSONAL = ("name", "phone", "street")
"""Column types whose values are personal and are never kept as they are (unless ``--pii keep``)."""


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_many)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class ColumnSpec(_Part):
    """How one canonical column is found in a file and read.

    Attributes
    ----------
    headers : tuple of str
        Spellings of the header (CSV, XLSX, Parquet), best first; matched without case and outer or doubled blanks.
    path : tuple of str
        ``"@1 $.id"``: level and JSON path; of several, the first non-null.
    type : ColumnType
        How the cell is read.
    required : bool
        The file is refused when the column is absent, a row when its cell is blank or cannot be read.
    join : bool
        Several headers are joined in order with a blank instead of taking the first that is not blank.
    day_end : bool
        A date without a time means the last second of that local day (ends of windows are inclusive).
    words : tuple of str
        Vocabularies of a ``word`` or ``boolean`` column, looked up in this order; a spelling may hold ``*`` for any
        text (``"*was delivered*"``). Of several raw columns the first whose cell is a known spelling counts.
    """

    headers: Texts = ()
    path: Texts = ()
    type: ColumnType
    required: bool = False
    join: bool = False
    day_end: bool = False
    words: Texts = ()


class Identify(_Part):
    """What tells this format from the others.

    Attributes
    ----------
    requires : tuple of str
        Canonical columns without which the format does not fit.
    marks : tuple of str
        Raw headers that tell this layout from its siblings: most marks wins, then most known headers.
    description : str
        Canonical column whose cell tells a row of column descriptions below the header from data; blank: there is none.
    """

    requires: Texts = ()
    marks: Texts = ()
    description: str = ""


class Json(_Part):
    """JSON only: the nested lists that are unnested; the element of step k is level ``@k``, ``@0`` is the document."""

    records: Texts = ()


class Time(_Part):
    """How local times are written in this format.

    Attributes
    ----------
    formats : tuple of str
        ``strptime`` formats. ISO 8601, Excel serials and epoch numbers are always understood.
    order : str
        ``day-first`` or ``month-first`` where the layout settles it; blank: decided from the cells of each file.
    zone : str
        IANA zone of times without offset where the format settles it; blank: the caller's zone.
    """

    formats: Texts = ()
    order: Literal["", "day-first", "month-first"] = ""
    zone: str = ""


class Format(_Part):
    """One export layout. See the module's text and ``docs/architecture.md``.

    Attributes
    ----------
    id : str
        The file's name without its ending.
    title : str
        What a user calls such a file.
    kind, table : str
        Kind of input, and the table its rows go to.
    container : tuple of str
        Containers it comes in.
    market : str
        ISO 3166 country where the layout tells it, else blank.
    source, confidence : str
        Where the facts are from, and their grade.
    sheets : tuple of str
        Preferred sheets of a workbook.
    unread : tuple of str
        Headers that are known and not read; they are not reported as unknown.
    """

    id: str
    title: str
    kind: Kind
    table: str
    container: tuple[Container, ...]
    market: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    source: str = ""
    confidence: Literal["A", "B", "C", "unverified"]
    sheets: Texts = ()
    unread: Texts = ()
    identify: Identify = Identify()
    json_: Json = Field(default=Json(), alias="json")
    time: Time = Time()
    columns: dict[str, ColumnSpec]
    words: dict[str, dict[str, Texts]] = {}

    @cached_property
    def spellings(self) -> frozenset[str]:
        """Return the headers that the layout knows, read or not, in the form of :func:`folding.fold`."""
        return frozenset(map(fold, [*self.unread, *(one for spec in self.columns.values() for one in spec.headers)]))

    def vocabulary(self, column: str) -> list[tuple[str, str]]:
        """Return ``(spelling, normal form)`` pairs of a word column; the first of equal spellings counts."""
        return [
            (spelling, normal)
            for name in self.columns[column].words
            for normal, spellings in self.words[name].items()
            for spelling in (normal, *spellings)
        ]


@dataclass(frozen=True)
class Formats:
    """All formats that can be matched, by id."""

    by_id: Mapping[str, Format]

    def __iter__(self) -> Iterator[Format]:
        return iter(self.by_id.values())

    def of(self, *containers: str) -> list[Format]:
        """Return the formats that come in one of `containers`."""
        return [item for item in self if set(containers) & set(item.container)]

    def __getitem__(self, name: str) -> Format:
        try:
            return self.by_id[name]
        except KeyError:
            raise FormatError(f"no export format named {name}", remedy=suggest(name, self.by_id)) from None


def load_formats(extra: Sequence[Path] = ()) -> Formats:
    """Read the shipped formats and those of `extra` (files or folders).

    Returns
    -------
    Formats
        Sorted by id.

    Raises
    ------
    FormatError
        A file that does not say what a format file must say, or an id that stands twice.
    """
    documents: dict[str, toml.Document] = {}
    for path in _files([FOLDER, *extra]):
        document = toml.read(path, FormatError)
        if path.stem in documents:
            raise FormatError(
                f"a format named {path.stem} exists already", file=path.name, remedy="Give the file another name"
            )
        documents[path.stem] = document
    merged = {stem: _extended(stem, documents, ()) for stem in documents if not stem.startswith("_")}
    formats = {stem: _typed(stem, data, documents[stem]) for stem, data in sorted(merged.items())}
    for stem, item in formats.items():
        _check(item, documents[stem])
    return Formats(formats)


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.glob("*.toml") if not path.name.startswith("."))
        elif place.is_file():
            yield place
        else:
            raise FormatError(
                "no such file or folder", file=str(place), remedy="Name a format file or a folder of them"
            )


def _extended(stem: str, documents: Mapping[str, toml.Document], seen: tuple[str, ...]) -> dict[str, Any]:
    document = documents[stem]
    child = dict(document.data)
    bases = child.pop("extends", ())
    merged: dict[str, Any] = {}
    for base in (bases,) if isinstance(bases, str) else bases:
        at = document.line_of("extends")
        if base not in documents:
            what = f"extends {base}, which is no format file"
            raise FormatError(what, file=document.file, line=at, remedy=suggest(base, documents))
        if base in (*seen, stem):
            what = f"extends itself by way of {base}"
            raise FormatError(what, file=document.file, line=at, remedy="Take one extends out")
        merged = _merge(merged, _extended(base, documents, (*seen, stem)), ())
    return _merge(merged, child, ())


def _merge(base: Mapping[str, Any], child: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Unite tables key by key; aliases and spellings are united (the child's first), all else is the child's."""
    merged = dict(base)
    for key, value in child.items():
        old = merged.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            merged[key] = _merge(old, value, (*path, key))
        elif old is not None and _is_united(path, key):
            merged[key] = list(dict.fromkeys([*_listed(value), *_listed(old)]))
        else:
            merged[key] = value
    return merged


def _is_united(path: tuple[str, ...], key: str) -> bool:
    return path[:1] == ("words",) or (path[:1] == ("columns",) and key == "headers") or (not path and key == "unread")


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _typed(stem: str, data: dict[str, Any], document: toml.Document) -> Format:
    if data.get("id") != stem:
        raise FormatError(
            "id is not the file's name", file=document.file, line=document.line_of("id"), remedy=f'Write id = "{stem}"'
        )
    try:
        return Format.model_validate(data)
    except ValidationError as problem:
        first = problem.errors(include_input=False)[0]
        where = [part for part in first["loc"] if isinstance(part, str)]
        raise FormatError(
            first["msg"],
            file=document.file,
            line=document.line_of(*where),
            column=".".join(where),
            remedy="See an existing file of the same kind for what may stand here",
        ) from None


def _check(item: Format, document: toml.Document) -> None:
    """Refuse columns and normal forms that the table does not have."""
    from fulfil_analytics.schemas import LOADED, columns

    def refuse(what: str, remedy: str, *where: str) -> None:
        raise FormatError(
            what, file=document.file, line=document.line_of(*where), column=".".join(where), remedy=remedy
        )

    if item.table not in LOADED:
        refuse(f"no table {item.table}", suggest(item.table, LOADED), "table")
    known = [column.name for column in columns(LOADED[item.table])]
    for name, spec in item.columns.items():
        where = ("columns", name)
        if not name.startswith("_") and name not in known:
            refuse(f"table {item.table} has no column {name}", suggest(name, known), *where)
        if (spec.type == "word") != bool(spec.words) and spec.type != "boolean":
            refuse("a word column, and only that, names its words", "Write type and words together", *where)
        for words in spec.words:
            if words not in item.words:
                refuse(f"no vocabulary {words}", suggest(words, item.words), *where, "words")
            allowed = _allowed(item.table, name)
            for normal in item.words[words]:
                if allowed and normal not in allowed:
                    refuse(f"{normal} is no normal form of {name}", suggest(normal, allowed), "words", words, normal)
    for name in (*item.identify.requires, *filter(None, [item.identify.description])):
        if name not in item.columns:
            refuse(f"no column {name} in this format", suggest(name, item.columns), "identify")


def _allowed(table: str, column: str) -> list[str]:
    """Return the closed vocabulary of a column of a table model, empty when it is open."""
    from fulfil_analytics.schemas import LOADED

    spec = LOADED[table].to_schema().columns.get(column)
    for check in spec.checks if spec else ():
        if check.name == "isin":
            return [str(value) for value in check.statistics["allowed_values"]]
    return []
