"""What notes and labels hold, told by kind: the macros ``fa_content`` and ``fa_exposes``, from ``content.toml``.

Only the kinds leave this room (``link,whatsapp``); the text they were found in is neither stored nor shown.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics import toml
from fulfil_analytics.errors import CarrierError, FormatError
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sql import fill, literal, read_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FILE = Path(__file__).resolve().parent / "content.toml"
_EMAIL = r"[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,24}"


def install_content(con: DuckDBPyConnection) -> None:
    """Make the macros of ``content.sql`` and ``fa_content(n, place, buyer_phone)``, after those of privacy.sql.

    ``fa_content`` gives the kinds found in the text `n` (as ``fa_content_form`` makes it), comma separated, blank when
    there are none. `place` is ``note`` or ``label``; a label without text is null, as nobody knows what it bears.

    Raises
    ------
    FormatError
        ``content.toml`` holds a pattern that no engine reads.
    """
    data = _content()
    hosts = "|".join(re.escape(host) for host in sorted({*data["platform_hosts"], *_carrier_hosts()}))
    forms, words = data["phone"]["forms"], data["phone"]["words"]
    con.execute(
        fill(
            read_sql("fulfil_analytics.sources", "content.sql"),
            {
                "email": _EMAIL,
                "own_links": rf"(?:^|[^a-z0-9.@_-])(?:[a-z0-9-]+\.)*(?:{hosts})(?:[/?:#]\S*|[\s,;!?)。，]|\.?$|\.\s)",
                "harmless": _any(data["harmless"]),
                "phone_forms": _any(forms),
                "phone_words": rf"{_any(words)}[ :.#-]*(\(?\+?[0-9][0-9 ().-]{{6,16}}[0-9])(?:[^0-9]|$)",
                "sender": rf"(?m)^\s*{_any(data['sender'])}\b?[ :].*$",
                "invitation": _any(data["invitation"]),
            },
        )
    )
    con.execute(_content_macro(data["kinds"]))


@cache
def _content() -> dict[str, Any]:
    document = toml.read(_FILE, FormatError)
    for kind, said in document.data["kinds"].items():
        for pattern in said["patterns"]:
            try:
                re.compile(pattern)
            except re.error as problem:
                raise FormatError(
                    f"a pattern of {kind} cannot be read: {problem.msg}",
                    file=document.file,
                    line=document.line_of("kinds", kind),
                    remedy="Mend the pattern",
                ) from None
    return document.data


@cache
def _carrier_hosts() -> tuple[str, ...]:
    """Return the hosts of all carriers' own tracking links."""
    files = sorted((rules_folder() / "carriers").glob("*.toml"))
    return tuple(host for file in files for host in toml.read(file, CarrierError).data.get("tracking_hosts", ()))


def _any(patterns: list[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _content_macro(kinds: dict[str, Any]) -> str:
    found = [
        "CASE WHEN place IN ('note', 'label') AND fa_has_link(n) THEN 'link' END",
        "CASE WHEN place IN ('note', 'label') AND fa_has_email(fa_contact_text(n, place)) THEN 'email' END",
        "CASE WHEN place IN ('note', 'label') AND fa_foreign_phone(fa_contact_text(n, place), buyer_phone)"
        " THEN 'phone' END",
        *(
            f"CASE WHEN place IN {literal(said['in'])} AND regexp_matches(n, {literal(_any(said['patterns']))})"
            f" THEN {literal(kind)} END"
            for kind, said in kinds.items()
        ),
    ]
    return (
        "CREATE OR REPLACE TEMP MACRO fa_content(n, place, buyer_phone) AS "
        "CASE WHEN n IS NULL THEN CASE WHEN place <> 'label' THEN '' END "
        f"ELSE concat_ws(',', {', '.join(found)}) END"
    )
