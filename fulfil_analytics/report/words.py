"""Everything the reports say, in the reader's language; and how numbers and times are written.

The texts stand in ``i18n/<lang>.toml``; both files have the same keys. A word of a closed vocabulary (a stage, an
outcome, a severity) is looked up with :meth:`Words.term`; what the vocabulary does not know, such as the reason code of
somebody's own rule, is shown as it is.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

from fulfil_analytics.errors import UsageError, suggest

Lang = Literal["en", "zh"]

NONE = "–"
"""What stands where nothing is known."""
NOISE = 1e-9
"""A share so near to none or to all is none or all: the end of an interval carries the noise of its arithmetic."""


@cache
def texts(lang: str) -> dict[str, str]:
    """Return all texts of a language: dotted key to text.

    Raises
    ------
    UsageError
        There is no such language.
    """
    if lang not in get_args(Lang):
        raise UsageError(f"unknown language {lang!r}", remedy=suggest(lang, get_args(Lang)))
    source = files("fulfil_analytics.report").joinpath(f"i18n/{lang}.toml").read_text(encoding="utf-8")
    return {f"{table}.{key}": text for table, entries in tomllib.loads(source).items() for key, text in entries.items()}


@cache
def _policies(lang: str) -> dict[str, str]:
    """Return what the shipped policies say, English to the language; empty where that is English."""
    file = files("fulfil_analytics.report").joinpath(f"i18n/policies-{lang}.toml")
    if not file.is_file():
        return {}
    said: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))["said"]
    return said


class _Counted(str):
    """What fills a hole, and chooses between the forms for one and for many."""

    __slots__ = ()

    def __new__(cls, value: object) -> Self:
        return super().__new__(cls, value)

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        if not bar:
            return super().__format__(spec)
        return one if self == "1" else many


class Words:
    """The texts of one language, and the time zone in which times are shown.

    Parameters
    ----------
    lang : {"en", "zh"}
        The reader's language.
    zone : str
        IANA time zone in which times are shown; inside, times are UTC.
    """

    def __init__(self, lang: Lang, zone: str = "UTC") -> None:
        self.lang = lang
        self.zone = zone
        self._texts = texts(lang)
        self._zone = ZoneInfo(zone)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key`, its ``{holes}`` filled; ``{n:order|orders}`` is the form for one or for many."""
        text = self._texts[key]
        if "|" in text:
            return text.format(**{name: _Counted(value) for name, value in values.items()})
        return text.format(**values)

    def term(self, vocabulary: str, word: object) -> str:
        """Return a word of a vocabulary in the reader's language, or the word itself when it has no translation."""
        return NONE if word is None else self._texts.get(f"{vocabulary}.{word}", str(word))

    def policy(self, text: object) -> str:
        """Return a title or a note of a policy in the reader's language; of one that is not shipped, as it is."""
        return _policies(self.lang).get(str(text), str(text))

    def count(self, value: float | None) -> str:
        """Return a whole number with thousands separators."""
        return NONE if value is None else f"{int(value):,}"

    def percent(self, value: float | None, digits: int = 1) -> str:
        """Return a share as per cent; never rounded up to 100 % or down to 0 % when it is not."""
        if value is None:
            return NONE
        step = 10.0**-digits
        shown = value * 100
        if NOISE < value < 1 - NOISE:
            shown = min(max(shown, step), 100 - step)
        return f"{shown:.{digits}f}%"

    def limit(self, value: float | None) -> str:
        """Return a limit as people write it: ``4%``, ``2.5%``."""
        return NONE if value is None else f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"

    def points(self, share: float, *, signed: bool = False) -> str:
        """Return a difference of shares in percentage points: 0.0123 is ``1.2``."""
        text = f"{share * 100:+.1f}" if signed else f"{share * 100:.1f}"
        return text.replace("-", "−")

    def number(self, value: float | None) -> str:
        """Return a measured number with one decimal."""
        return NONE if value is None else f"{value:,.1f}"

    def sentence(self, parts: list[str]) -> str:
        """Return the parts as sentences."""
        stop = self("unit.sentence")
        return self.run_on([part + stop for part in parts])

    def run_on(self, sentences: list[str]) -> str:
        """Return whole sentences one after the other; Chinese sets no blank between them."""
        return ("" if self.lang == "zh" else " ").join(sentences)

    def local(self, moment: dt.datetime) -> dt.datetime:
        """Return a UTC moment as local wall time."""
        return moment.replace(tzinfo=dt.UTC).astimezone(self._zone)

    def moment(self, moment: dt.datetime | None) -> str:
        """Return a UTC moment as local wall time, to the minute, to the second where it has seconds."""
        if moment is None:
            return NONE
        local = self.local(moment)
        return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")

    def day(self, moment: dt.datetime | None) -> str:
        """Return the local day of a UTC moment."""
        return NONE if moment is None else self.local(moment).strftime("%Y-%m-%d")

    def span(self, seconds: float | None) -> str:
        """Return a length of time in the two units that matter: ``3 d 4 h``, ``5 h 10 min``, ``12 min``."""
        if seconds is None:
            return NONE
        sign = "−" if seconds < 0 else ""
        minutes = int(abs(seconds) // 60)
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days:
            return sign + self("unit.days_hours", days=days, hours=hours)
        if hours:
            return sign + self("unit.hours_minutes", hours=hours, minutes=rest)
        return sign + self("unit.minutes", minutes=rest)

    def join(self, parts: list[str]) -> str:
        """Return the parts as one list in a sentence."""
        return self("unit.comma").join(parts)


def listed(text: str | None) -> list[str]:
    """Return the texts of a JSON column that holds a list; what is no list stands for itself."""
    try:
        value = json.loads(text or "[]")
    except ValueError:
        value = text
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def listed_json(text: str | None) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; what is none gives no object."""
    try:
        value = json.loads(text or "[]")
    except ValueError:
        return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parsed(text: str | None) -> dict[str, Any]:
    """Return the object of a JSON column; what is no object stands for itself below ``text``."""
    if not text:
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return value if isinstance(value, dict) else {"text": value}
