"""The two ways to an audit: make one from exports, or open the one that a store holds."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from fulfil_analytics.api.audited import Audit
    from fulfil_analytics.audit.intake import Given
    from fulfil_analytics.sources import FrameSource

    Input = str | os.PathLike[str] | FrameSource


def audit(  # noqa: PLR0913 - the arguments of the command of the same name
    *inputs: Input | Sequence[Input],
    policy: str | os.PathLike[str] | None = None,
    as_of: str | dt.date | None = None,
    db: str | os.PathLike[str] | None = None,
    rules: Iterable[str | os.PathLike[str]] = (),
    only: Iterable[str] = (),
    lang: Literal["en", "zh"] | None = None,
    pii: Literal["hash", "drop", "keep"] | None = None,
    dates: Literal["day-first", "month-first"] | None = None,
    places: str | os.PathLike[str] | None = None,
    memory: str | None = None,
    progress: bool | None = None,
) -> Audit:
    """Audit exports: load them, judge by the policy, run the rules.

    The nearest ``fulfil.toml`` at or above the working folder is read as on the command line; arguments win over it.

    Parameters
    ----------
    *inputs : str, path, FrameSource, or lists of them
        Files, folders, globs, and tables from :func:`load_orders` and :func:`load_tracking`. What a file is gets
        decided by its content. None at all: what ``fulfil.toml`` names, or what the store `db` holds already.
    policy : str or path, optional
        Policy id, or a policy file. By default the market the orders themselves show.
    as_of : str, date or datetime, optional
        The moment the audit speaks for; a day means its last second, local time of the policy. By default the latest
        time seen in the inputs.
    db : path, optional
        Store (a DuckDB file) to load into and keep; by default a temporary one that goes with the last object that
        looks at it.
    rules : iterable of path
        Folders of own rules, beside the shipped ones.
    only : iterable of str
        Rules to run; all by default.
    lang : {"en", "zh"}
        Language of messages, tables and reports.
    pii : {"hash", "drop", "keep"}
        What becomes of names, phones and streets on the way in; ``hash`` by default.
    dates : {"day-first", "month-first"}, optional
        Order of day and month where a file does not settle it.
    places : path, optional
        GeoNames postal file for countries outside the US.
    memory : str, optional
        Upper limit of the database's memory, e.g. ``"1GB"``.
    progress : bool, optional
        ``False`` shows no bar. By default there is one in a notebook and on a terminal.

    Returns
    -------
    Audit
        Shows itself in a notebook.

    Raises
    ------
    FulfilError
        An input, policy, rule or store that cannot be used: one line with place and remedy.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> audit = fa.audit("data/sample/planted", policy="tiktok-us")
    >>> audit.orders.height
    300
    >>> fa.audit("data/sample/planted", policy="tiktok-uss")
    Traceback (most recent call last):
        ...
    fulfil_analytics.errors.UsageError: --policy: no policy named tiktok-uss. Did you mean tiktok-us? ...
    """
    from fulfil_analytics.api import progress as bars
    from fulfil_analytics.api.audited import Audit
    from fulfil_analytics.api.lens import StoreFile
    from fulfil_analytics.audit.options import from_config
    from fulfil_analytics.audit.run import run_audit
    from fulfil_analytics.config import find_config

    config = find_config()
    given = list(_flat(inputs)) or list(config.inputs if db is None else ())
    with bars.progress(progress) as tell:
        options = from_config(
            config,
            policy=_text(policy),
            as_of=as_of.isoformat() if isinstance(as_of, dt.date) else as_of,
            db=None if db is None else Path(db),
            rules=tuple(Path(folder) for folder in rules),
            only=(only,) if isinstance(only, str) else tuple(only),
            lang=lang,
            pii=pii,
            dates=dates,
            places=None if places is None else Path(places),
            memory=memory,
            progress=tell,
        )
        folder = None
        path = options.db
        if path is None:
            folder = Path(tempfile.mkdtemp(prefix=f"fulfil-{os.getpid()}-", dir=options.temp))
            path = folder / "store.duckdb"
        StoreFile.release(path)
        try:
            with run_audit(given, from_config(config, base=options, db=path)) as run:
                timings, places_of_inputs = run.timings, run.inputs
        except BaseException:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
    store = StoreFile(path, folder)
    store.inputs = places_of_inputs
    return Audit.of_store(store, timings)


def open(db: str | os.PathLike[str]) -> Audit:  # noqa: A001 - fa.open reads as it should
    """Open the audit that a store holds, as ``fulfil audit --db FILE`` or :func:`audit` left it. Nothing is written.

    Parameters
    ----------
    db : path
        The store.

    Returns
    -------
    Audit
        Of what the store held when it was last audited; exports loaded since then are in no finding, and the audit
        says so when it is shown.

    Raises
    ------
    StoreError
        There is no such file, it is no store, or it holds no finished audit.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> fa.open("nowhere.duckdb")
    Traceback (most recent call last):
        ...
    fulfil_analytics.errors.StoreError: nowhere.duckdb: there is no store of this name. ...
    """
    from fulfil_analytics.api.audited import Audit
    from fulfil_analytics.api.lens import StoreFile
    from fulfil_analytics.errors import StoreError

    path = Path(db)
    if not path.is_file():
        raise StoreError(
            "there is no store of this name",
            file=str(db),
            remedy="Make one with: fulfil audit INPUT --db FILE, or fa.audit(..., db=FILE)",
        )
    return Audit.of_store(StoreFile(path))


def _flat(inputs: Sequence[Any]) -> Iterator[Given]:
    from fulfil_analytics.sources import FrameSource

    for item in inputs:
        if isinstance(item, FrameSource):
            yield item
        elif isinstance(item, str | os.PathLike):
            yield os.fspath(item)
        elif isinstance(item, Iterable) and not hasattr(item, "columns"):
            yield from _flat(list(item))
        else:
            from fulfil_analytics.errors import UsageError

            raise UsageError(
                f"a {type(item).__name__} is no input",
                remedy="Wrap a table: fa.load_orders(table) or fa.load_tracking(table)",
            )


def _text(value: str | os.PathLike[str] | None) -> str | None:
    return None if value is None else os.fspath(value)
