"""Places as tables: postal codes with city, state and coordinates; names of cities; states; how postal codes nest.

Nothing is shipped but names of states and nicknames of cities: postal codes come from an installed package, or from a
file that the user points to.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import InputError
from fulfil_analytics.resources import cache_folder, installed
from fulfil_analytics.sql import literal, read_sql
from fulfil_analytics.toml import parse

if TYPE_CHECKING:
    import duckdb

_PACKAGE = "fulfil_analytics.reference"


@dataclass(frozen=True)
class Region:
    """One file of ``reference/regions``: what is known of a country.

    Attributes
    ----------
    country : str
        ISO 3166 code.
    prefix_length : int, optional
        Leading characters of a postal code that name one area; None where that is not known.
    postal_source : str
        ``zipcodes`` (the package) or empty (a file of the user).
    regions : dict of str to str
        Code to name.
    remote : frozenset of str
        Codes off the main road network.
    aliases : dict of str to str
        Other name of a city or state to its name.
    one_level : bool
        Everybody writes the same level of states, so that two names are two states.
    """

    country: str
    prefix_length: int | None
    postal_source: str
    regions: dict[str, str]
    remote: frozenset[str]
    aliases: dict[str, str]
    one_level: bool


def read_regions() -> list[Region]:
    """Return every country file that comes with the package, sorted by country."""
    found = []
    for entry in sorted(files(_PACKAGE).joinpath("regions").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            data: dict[str, Any] = parse(entry.read_text(encoding="utf-8"), entry.name, InputError).data
            found.append(
                Region(
                    data["country"],
                    data.get("prefix_length"),
                    data.get("postal_source", ""),
                    data.get("regions", {}),
                    frozenset(data.get("remote", ())),
                    data.get("place_alias", {}),
                    data.get("one_level", False),
                )
            )
    return found


def install_places(con: duckdb.DuckDBPyConnection, countries: set[str], places_file: Path | None = None) -> None:
    """Create the tables of places and the macro ``fa_place``.

    ``places``, ``place_names``, ``place_alias``, ``regions`` and ``postal_levels`` always exist afterwards; for a
    country without a source of postal codes ``places`` and ``place_names`` hold no row.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Where to create them.
    countries : set of str
        ISO 3166 codes of the countries that the orders go to; others are not loaded.
    places_file : Path, optional
        A postal code file in the form of GeoNames: 12 tab-separated columns, no header. A country that an installed
        package covers is not read from it.

    Raises
    ------
    InputError
        The file is missing or not of that form.
    """
    con.execute(read_sql(_PACKAGE, "text.sql"))
    con.execute(read_sql(_PACKAGE, "places.sql"))
    regions = read_regions()
    _insert_regions(con, regions)
    packaged = {one.country for one in regions if one.postal_source == "zipcodes"} & countries
    for country in sorted(packaged):
        _insert_packaged(con, country)
    if places_file is not None:
        _insert_geonames(con, places_file, countries - packaged)


def _insert_regions(con: duckdb.DuckDBPyConnection, regions: list[Region]) -> None:
    levels = [(one.country, one.prefix_length) for one in regions if one.prefix_length is not None]
    states = [(one.country, code, text, code in one.remote) for one in regions for code, text in one.regions.items()]
    aliases = [(one.country, alias, place) for one in regions for alias, place in one.aliases.items()]
    con.executemany("INSERT INTO postal_levels VALUES (?, ?)", levels)
    con.execute("SET VARIABLE fa_place_words = ?::VARCHAR[]", [place_words()])
    con.execute("SET VARIABLE fa_one_level = ?::VARCHAR[]", [[one.country for one in regions if one.one_level]])
    con.execute("INSERT INTO regions SELECT unnest(?), unnest(?), unnest(?), unnest(?)", _columns(states))
    con.execute(
        "INSERT INTO place_alias SELECT country, fa_place(alias), fa_place(place) "
        "FROM (SELECT unnest(?) AS country, unnest(?) AS alias, unnest(?) AS place)",
        _columns(aliases),
    )


@cache
def place_words() -> list[str]:
    """Return the words that say what kind of place a name is, in the form of ``fa_place``."""
    text = files(_PACKAGE).joinpath("place_words.toml").read_text(encoding="utf-8")
    lists: dict[str, list[str]] = parse(text, "place_words.toml", InputError).data["words"]
    return sorted({word for words in lists.values() for word in words})


def _columns(rows: list[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _insert_packaged(con: duckdb.DuckDBPyConnection, country: str) -> None:
    """Insert the places of a package, through a cache: unpacking it costs two seconds, reading the cache none."""
    recipe = (
        read_sql(_PACKAGE, "places_zipcodes.sql") + read_sql(_PACKAGE, "text.sql") + read_sql(_PACKAGE, "places.sql")
    )
    stamp = hashlib.sha256(f"{installed('zipcodes')}\n{recipe}".encode()).hexdigest()[:16]
    files = {
        table: cache_folder() / f"{table}-{country.lower()}-{stamp}.parquet" for table in ("places", "place_names")
    }
    if _read_cache(con, files):
        return
    _insert_zipcodes(con, country)
    _write_cache(con, files, country)


def _read_cache(con: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> bool:
    import duckdb

    if not all(file.is_file() for file in files.values()):
        return False
    con.begin()
    try:
        for table, file in files.items():
            con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet({literal(str(file))})")
        con.commit()
    except duckdb.Error:  # a file of somebody else's making: the package is the truth
        con.rollback()
        return False
    return True


def _write_cache(con: duckdb.DuckDBPyConnection, files: Mapping[str, Path], country: str) -> None:
    import duckdb

    for table, file in files.items():
        fresh = file.with_suffix(f".{os.getpid()}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            query = f"SELECT * FROM {table} WHERE country = {literal(country)}"
            con.execute(f"COPY ({query}) TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd)")
            fresh.replace(file)
        except (OSError, duckdb.Error):  # a cache that cannot be written costs time, nothing else
            fresh.unlink(missing_ok=True)
            return


def _insert_zipcodes(con: duckdb.DuckDBPyConnection, country: str) -> None:
    import pyarrow as pa
    import zipcodes

    text, texts = pa.string(), pa.list_(pa.string())
    fields = {
        "zip_code": text,
        "city": text,
        "state": text,
        "lat": text,
        "long": text,
        "zip_code_type": text,
        "timezone": text,
    }
    lists = {"acceptable_cities": texts, "unacceptable_cities": texts}
    list_all: Any = zipcodes.list_all  # its stub leaves the return type open
    rows = pa.Table.from_pylist(list_all(), schema=pa.schema({**fields, **lists}.items()))
    con.register("zipcodes_rows", rows)
    try:
        con.execute(Template(read_sql(_PACKAGE, "places_zipcodes.sql")).substitute(country=literal(country)))
    finally:
        con.unregister("zipcodes_rows")


def _insert_geonames(con: duckdb.DuckDBPyConnection, file: Path, countries: set[str]) -> None:
    import duckdb

    remedy = "Give a postal code file of GeoNames: 12 tab-separated columns, no header, UTF-8"
    if not file.is_file():
        raise InputError("there is no such file of places", file=file.name, remedy=remedy)
    wanted = "[" + ", ".join(literal(one) for one in sorted(countries)) + "]::VARCHAR[]"
    statements = Template(read_sql(_PACKAGE, "places_geonames.sql")).substitute(
        file=literal(file.as_posix()), countries=wanted
    )
    try:
        con.execute(statements)
    except duckdb.InvalidInputException:
        # The engine's own message quotes the line it fell over.
        raise InputError("not a postal code file of GeoNames", file=file.name, remedy=remedy) from None
