"""The macros and lookups that the canonical SELECT stands on."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics import toml
from fulfil_analytics.errors import FormatError
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.privacy import install as install_privacy
from fulfil_analytics.reference.placeholders import placeholders, routed
from fulfil_analytics.sources.content import install_content
from fulfil_analytics.sources.folding import fold
from fulfil_analytics.sql import fill, read_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BLANKS = " \t\r\n\u00a0\u3000\u200b\ufeff"


@cache
def _countries() -> dict[str, Any]:
    return toml.read(Path(__file__).resolve().parent / "countries.toml", FormatError).data


def currency_of(market: str) -> str:
    """Return the currency of a market, blank when not known."""
    return str(_countries()["currencies"].get(market, ""))


def is_whole(currency: str) -> bool:
    """Return whether amounts of a currency are written without a fraction."""
    return currency in _countries()["whole"]["currencies"]


def prepare(con: DuckDBPyConnection) -> None:
    """Make the macros in a connection that has none; personal values give nothing until :func:`install` says more."""
    if _installed(con) is None:
        install(con, Privacy("drop", b""))


def install(con: DuckDBPyConnection, privacy: Privacy) -> None:
    """Make the macros of ``macros.sql`` and ``privacy.sql`` in `con`, with the lookups they use; times become UTC.

    All of it is temporary: it belongs to the connection, nothing is written to a store.
    """
    # What is there already, as a digest that does not give the key away.
    sign = hashlib.sha256(b"fulfil" + privacy.mode.encode() + privacy.key).hexdigest()
    there = _installed(con)
    if there == sign:
        return
    install_privacy(con, privacy)
    if there is None:
        _install_macros(con)
    con.execute("SET VARIABLE fa_installed = $1", [sign])


def _installed(con: DuckDBPyConnection) -> str | None:
    (row,) = con.execute("SELECT getvariable('fa_installed')").fetchall()
    found: str | None = row[0]
    return found


def _install_macros(con: DuckDBPyConnection) -> None:
    data = _countries()
    names = {fold(code): code for code in data["codes"].split()}
    names |= {fold(name): code for code, listed in data["names"].items() for name in listed}
    names = dict(
        sorted(names.items(), key=lambda entry: entry[1] not in data["currencies"])
    )  # a map is searched from its start
    markets = Counter(data["currencies"].values())
    lookups = {
        "fa_countries": names,
        "fa_currency_signs": {sign.upper(): code for code, signs in data["signs"].items() for sign in signs},
        "fa_market_currencies": dict(data["currencies"]),
        "fa_currency_markets": {code: market for market, code in data["currencies"].items() if markets[code] == 1},
    }
    for name, lookup in lookups.items():
        con.execute(f"SET VARIABLE {name} = map($1::VARCHAR[], $2::VARCHAR[])", [list(lookup), list(lookup.values())])
    con.execute("SET VARIABLE fa_whole_currencies = $1::VARCHAR[]", [data["whole"]["currencies"]])
    con.execute("SET TimeZone = 'UTC'")
    con.execute(
        fill(
            read_sql("fulfil_analytics.sources", "macros.sql"),
            {"blanks": _BLANKS, "dummy_words": placeholders().words, "routed": routed()},
        )
    )
    install_content(con)
