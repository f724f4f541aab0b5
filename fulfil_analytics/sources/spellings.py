"""The SQL that looks a folded text up in a vocabulary of a format file."""

from __future__ import annotations

from fulfil_analytics.sources.folding import fold
from fulfil_analytics.sql import literal


def looked_up(text: str, pairs: list[tuple[str, str]]) -> list[str]:
    """Return the SQL of the lookups of `text`: whole spellings, then those with ``*``."""
    whole = {fold(spelling): normal for spelling, normal in reversed(pairs) if "*" not in spelling}
    parts = [(fold(spelling), normal) for spelling, normal in pairs if "*" in spelling]
    found = []
    if whole:
        # a map is searched from its start: normal forms and English first
        listed = sorted(whole.items(), key=lambda entry: (not entry[0].isascii(), entry[0] != entry[1]))
        entries = ", ".join(f"{literal(spelling)}: {literal(normal)}" for spelling, normal in listed)
        found.append(f"MAP {{{entries}}}[{text}]")
    if parts:
        cases = " ".join(f"WHEN {text} LIKE {_like(part)} ESCAPE '!' THEN {literal(normal)}" for part, normal in parts)
        found.append(f"CASE {cases} END")
    return found


def _like(spelling: str) -> str:
    for sign in "!%_":
        spelling = spelling.replace(sign, "!" + sign)
    return literal(spelling.replace("*", "%"))
