"""Builds the SELECT that makes rows of JSON documents, by the records and paths of a format file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fulfil_analytics.errors import FormatError
from fulfil_analytics.sources import json_paths
from fulfil_analytics.sources.formats import Format
from fulfil_analytics.sources.json_paths import Path
from fulfil_analytics.sql import literal, quoted

FAULT = "_fault"
"""SQL column with the reason why a line could not be read."""

_Key = tuple[str, int]
"""A column and the place of one of its paths."""
_MARK = "mark"


def columns_of(item: Format) -> dict[str, tuple[str, ...]]:
    """Return canonical column to SQL columns: one a path where each is weighed by itself, else one for them all."""
    names: dict[str, tuple[str, ...]] = {}
    for name, spec in item.columns.items():
        if spec.path:
            apart = spec.join or spec.type == "word"
            names[name] = tuple(f"{name}_{i}" for i in range(len(spec.path))) if apart else (name,)
    return names


def select(
    item: Format, documents: str, stem: str, *, lines: bool, limit: int | None = None, marks: Sequence[str] = ()
) -> str:
    """Return the SELECT of the rows.

    Parameters
    ----------
    item : Format
        The format.
    documents : str
        SELECT with one column ``j``: a JSON text a row, null for one that is none.
    stem : str
        The file's name without its suffix.
    lines : bool
        A row of `documents` is a line: one without records gives a row too, and the rows have the column `FAULT`.
    limit : int, optional
        Rows (and, of lines, documents) that are wanted.
    marks : sequence of str
        Paths that become columns ``mark_0``, ``mark_1``, ... of any type.

    Raises
    ------
    FormatError
        A path or a step that is none.
    """
    paths = _paths(item, marks)
    values: dict[_Key, str] = {}
    kept: list[str] = []
    steps = item.json_.records or ("$",)
    sql = f"{documents} LIMIT {limit}" if limit and lines else documents
    for level in range(len(steps) + 1):
        here = {key: path for key, path in paths.items() if path.level == level}
        wanted = list(dict.fromkeys(path.extracted for path in here.values() if path.extracted))
        values |= {key: _value(key, path, wanted, stem) for key, path in here.items()}
        own = {f"p{level}": "j IS NOT NULL"}
        if wanted:
            own[f"x{level}"] = f"json_extract_string(j, [{', '.join(map(literal, wanted))}])"
        below = [f"{_unnest(item, level, outer=lines or level > 0)} AS j"] if level < len(steps) else []
        sql = (
            f"SELECT {', '.join([*kept, *(f'{piece} AS {name}' for name, piece in own.items()), *below])} FROM ({sql})"
        )
        kept += own
    picked = [
        "row_number() OVER () AS source_line",
        *_picked(item, paths, values),
        *(f"{values[_MARK, i]} AS {_MARK}_{i}" for i in range(len(marks))),
    ]
    if lines:
        picked.append(f"CASE WHEN NOT p0 THEN 'bad_json' WHEN NOT p1 THEN 'no_record' END AS {FAULT}")
    end = f" LIMIT {limit}" if limit else ""
    return f"SELECT {', '.join(picked)} FROM (SELECT {', '.join(['*', *_scalars(kept)])} FROM ({sql})){end}"


def _paths(item: Format, marks: Sequence[str]) -> dict[_Key, Path]:
    named = [(name, spec.path) for name, spec in item.columns.items()]
    return {(name, i): _parsed(item, text) for name, texts in [*named, (_MARK, marks)] for i, text in enumerate(texts)}


def _parsed(item: Format, text: str) -> Path:
    file, levels = f"{item.id}.toml", max(1, len(item.json_.records))
    try:
        path = json_paths.parse(text)
    except ValueError:
        raise FormatError(
            f"{text!r} is not a path", file=file, column="path", remedy="Write it like '@1 $.id'"
        ) from None
    if max(path.level, path.guard or 0) > levels:
        raise FormatError(
            f"{text!r} names a level that [json] records does not open",
            file=file,
            column="path",
            remedy=f"Levels go from @0 to @{levels}",
        )
    return path


def _value(key: _Key, path: Path, wanted: Sequence[str], stem: str) -> str:
    """Return the SQL of a path's value: an entry of its level's list of texts, or what is made of one."""
    if path.extracted is None:
        return path.value("NULL", f"p{path.level}", stem)
    texts = "s" if path.kind == "plain" and key[0] != _MARK else "x"
    found = f"{texts}{path.level}[{wanted.index(path.extracted) + 1}]"
    return found if key[0] == _MARK else path.value(found, f"p{path.level}", stem)


def _scalars(kept: Sequence[str]) -> Iterator[str]:
    """Yield the lists of texts without objects and lists: one expression a level, for one a column is slow to plan."""
    for name in kept:
        if name.startswith("x"):
            yield f"list_transform({name}, lambda text: fa_json_scalar(text)) AS s{name[1:]}"


def _unnest(item: Format, level: int, *, outer: bool) -> str:
    """Return the SQL that makes a row of each element below `level`; `outer` keeps a row where there is none."""
    step = (item.json_.records or ("$",))[level]
    try:
        found = json_paths.step(step, "j")
    except ValueError:
        raise FormatError(
            f"{step!r} is not a step",
            file=f"{item.id}.toml",
            column="json.records",
            remedy="Write it like '$.events[*]'",
        ) from None
    return f"unnest(coalesce({found}, [NULL::JSON]))" if outer else f"unnest({found})"


def _picked(item: Format, paths: Mapping[_Key, Path], values: Mapping[_Key, str]) -> Iterator[str]:
    for name, sql_names in columns_of(item).items():
        keys = [(name, i) for i in range(len(item.columns[name].path))]
        parts = [_guarded(values[key], paths[key]) for key in keys]
        if len(sql_names) == len(parts):
            yield from (f"{part} AS {quoted(sql)}" for part, sql in zip(parts, sql_names, strict=True))
        else:
            yield f"coalesce({', '.join(parts)}) AS {quoted(sql_names[0])}"


def _guarded(value: str, path: Path) -> str:
    return value if path.guard is None else f"CASE WHEN NOT p{path.guard} THEN {value} END"
