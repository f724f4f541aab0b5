"""Safe pieces of SQL text: literals, names, and the templates of ``.sql`` files.

Values reach SQL only through :func:`literal`, identifiers only through :func:`name`; both are portable between
DuckDB and Spark (single quotes doubled, backslash refused in literals).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Value = str | int | float | bool | dt.datetime | dt.date | None | list[str] | list[int] | tuple[str, ...]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_HOLE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_MADE = re.compile(r"CREATE OR REPLACE (?:TEMP )?TABLE (\w+) AS\b")


def literal(value: Value) -> str:
    """Return `value` as a SQL literal.

    Examples
    --------
    >>> literal("O'Neil"), literal(24), literal(None), literal(["a", "b"])
    ("'O''Neil'", '24', 'NULL', "('a', 'b')")
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'" if isinstance(value, dt.datetime) else f"DATE '{value}'"
    if isinstance(value, list | tuple):
        return "(" + ", ".join(literal(item) for item in value) + ")" if value else "(NULL)"
    if "\0" in value:
        raise ValueError("a NUL character cannot stand in SQL text")
    return "'" + value.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """Return `identifier` unchanged when it is a plain SQL name, else raise ``ValueError``."""
    if not _NAME.match(identifier):
        raise ValueError(f"not a plain SQL name: {identifier!r}")
    return identifier


def quoted(identifier: str) -> str:
    """Return any identifier in DuckDB's double quotes (headers of foreign files; never portable SQL)."""
    if "\0" in identifier:
        raise ValueError("a NUL character cannot stand in SQL text")
    return '"' + identifier.replace('"', '""') + '"'


def fill(template: str, values: Mapping[str, Value]) -> str:
    """Fill the ``{holes}`` of a SQL template with literals.

    Raises
    ------
    KeyError
        A hole without a value.

    Examples
    --------
    >>> fill("select * from t where h > {hours}", {"hours": 24})
    'select * from t where h > 24'
    """
    return _HOLE.sub(lambda match: literal(values[match[1]]), template)


def holes(template: str) -> set[str]:
    """Return the names of the ``{holes}`` of a template."""
    return set(_HOLE.findall(template))


@cache
def read_sql(package: str, file: str) -> str:
    """Return the text of a ``.sql`` file that stands inside `package` (dotted name)."""
    return files(package).joinpath(file).read_text(encoding="utf-8")


Given = Mapping[str, "str | pa.Table"]
"""Table to what stands in its place: rows that are known from elsewhere, or another SELECT."""


def run_script(con: duckdb.DuckDBPyConnection, script: str, given: Given | None = None) -> None:
    """Run the statements of a ``.sql`` file, holes filled; each ends with ``;`` at the end of a line.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Where to run them.
    script : str
        The statements.
    given : mapping, optional
        Tables that ``CREATE OR REPLACE [TEMP] TABLE ... AS`` of the script would derive and that are taken as they
        stand here: a part of the data cannot know what only the whole of it tells.
    """
    for statement in script.split(";\n"):
        if not statement.strip():
            continue
        made = _MADE.search(statement) if given else None
        if given and made and made[1] in given:
            put_table(con, made[1], given[made[1]])
        else:
            con.execute(statement)


def made_by(script: str, table: str) -> str:
    """Return the one statement of a script that makes `table`."""
    (found,) = (part for part in script.split(";\n") if (made := _MADE.search(part)) and made[1] == table)
    return found.strip().removesuffix(";")


def put_table(con: duckdb.DuckDBPyConnection, table: str, rows: str | pa.Table) -> None:
    """Write `rows` (Arrow, or a SELECT) as temporary table `table`."""
    if isinstance(rows, str):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name(table)} AS {rows}")
        return
    con.register("given_rows", rows)
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name(table)} AS SELECT * FROM given_rows")
    finally:
        con.unregister("given_rows")
