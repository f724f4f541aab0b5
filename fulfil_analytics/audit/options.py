"""What an audit is asked to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fulfil_analytics.config import Config
from fulfil_analytics.errors import UsageError

Language = Literal["en", "zh"]
Pii = Literal["hash", "drop", "keep"]


def silent(step: str) -> None:
    """Take no notice of progress."""


def nothing() -> None:
    """Do nothing meanwhile."""


@dataclass(frozen=True)
class Options:
    """Options of one audit; each has the meaning of the command-line option of the same name.

    Attributes
    ----------
    policy : str, optional
        Policy id; by default `config`, else the market the orders show.
    as_of : str, optional
        ISO date or time; a date means its last second in the policy's zone, a time without offset is in that zone. By
        default the latest time seen in the inputs.
    db : Path, optional
        Store to load into; by default a temporary one.
    rules : tuple of Path
        Folders of own rules, after the shipped ones.
    only : tuple of str
        Rule ids to run; empty means all.
    pii : {"hash", "drop", "keep"}
        What becomes of personal data on the way in.
    lang : {"en", "zh"}
        Language of messages and report.
    dates : {"day-first", "month-first"}, optional
        Order of day and month where a file does not settle it.
    places : Path, optional
        GeoNames postal file for countries outside the US.
    memory : str, optional
        DuckDB's memory limit.
    temp : Path, optional
        Folder for temporary files; by default beside the store.
    full : bool
        Derive every order anew, even where the store knows most of them.
    config : Config
        What ``fulfil.toml`` says.
    progress : callable
        Told of each step as it begins.
    meanwhile : callable
        Called once the files are loaded: what it starts runs beside the database, which then has the work.
    """

    policy: str | None = None
    as_of: str | None = None
    db: Path | None = None
    rules: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    pii: Pii = "hash"
    lang: Language = "en"
    dates: Literal["day-first", "month-first"] | None = None
    places: Path | None = None
    memory: str | None = None
    temp: Path | None = None
    full: bool = False
    config: Config = field(default_factory=Config)
    progress: Callable[[str], None] = silent
    meanwhile: Callable[[], None] = nothing


def from_config(config: Config, base: Options | None = None, **given: Any) -> Options:
    """Return options from what was given (None: not given), then ``fulfil.toml``, then the defaults.

    Parameters
    ----------
    base : Options, optional
        Options to change, instead.
    """
    said = {name: value for name, value in given.items() if value is not None}
    if base is not None:
        return replace(base, **said)
    names = ("lang", "pii", "db", "places", "temp")
    usual = {name: getattr(config, name) for name in names if getattr(config, name) is not None}
    return Options(**{**usual, **said, "config": config})


def moment(text: str, zone: str) -> dt.datetime:
    """Return the moment `text` names, in UTC without zone.

    Examples
    --------
    >>> moment("2026-11-16", "America/Los_Angeles")
    datetime.datetime(2026, 11, 17, 7, 59, 59)
    >>> moment("2026-11-16T08:00Z", "America/Los_Angeles")
    datetime.datetime(2026, 11, 16, 8, 0)
    """
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "this is not a moment in time",
            column="--as-of",
            remedy="Write it like 2026-11-16 or 2026-11-16T09:30 or ...Z",
        ) from None
    if len(text) <= len("2026-11-16"):
        when = when.replace(hour=23, minute=59, second=59)
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(zone))
    return when.astimezone(dt.UTC).replace(tzinfo=None)
