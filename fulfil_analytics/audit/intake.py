"""The front door: which files there are, what they are, whose policy they speak of; then loading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fulfil_analytics.audit.readers import Readers
from fulfil_analytics.errors import InputError, UnrecognisedFile, UsageError, at_work_on, suggest

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.privacy import Privacy
    from fulfil_analytics.sources import FrameSource, Recognised, Rows, SourceFile
    from fulfil_analytics.store import Loaded, Ready, Store, Turns

    Given = str | FrameSource
    """An input: what a user names, or a table in memory."""


FEW_ROWS = 20_000
"""Rows of all files together up to which they are read ahead, as they then fit into memory beside each other."""
_READ_AT_A_TIME = 2
_WAITING = 2
"""Files that may have been read and wait for an earlier one to be written, while the next are read."""


OTHER_SHEET = "another table of the workbook, of which one is read: save this sheet as a file of its own"

LOOKING, LOADING = "looking at the files", "loading"
"""The steps, as they are told."""


@dataclass(frozen=True)
class Intake:
    """What was found at the front door.

    Attributes
    ----------
    files : list of Recognised
        Files that a format recognises, in a fixed order.
    skipped : list of (str, str)
        Files and sheets passed over, and why: exports that cannot be used first, then what is none.
    """

    files: list[Recognised]
    skipped: list[tuple[str, str]]

    def markets(self, con: duckdb.DuckDBPyConnection) -> Counter[str]:
        """Return how many order rows each market has, in the files and in the store already."""
        from fulfil_analytics.sources import markets

        stored = con.execute("SELECT market, count(*) FROM order_lines WHERE market IS NOT NULL GROUP BY market")
        total = Counter(dict(stored.fetchall()))
        for item in self.files:
            if item.format.kind == "orders":
                total.update(markets(con, item))
        return total


def look(con: duckdb.DuckDBPyConnection, inputs: Sequence[Given], readers: Readers | None = None) -> Intake:
    """Find the files behind `inputs` and recognise each by its content; `readers` are used where they are given.

    Raises
    ------
    InputError
        A file named directly that cannot be used, or nothing usable at all. In a folder such a file is passed over,
        and every summary says so.

    No inputs at all are fine: then the store's own content is audited.
    """
    from fulfil_analytics.sources import FrameSource, discover, identify, load_formats
    from fulfil_analytics.store import exports_are_read

    if not inputs:
        return Intake([], [])
    exports_are_read()
    formats = load_formats()
    frames = [item for item in inputs if isinstance(item, FrameSource)]
    named = [item for item in inputs if not isinstance(item, FrameSource)]
    discovery = discover(named)
    unusable: list[tuple[str, str]] = []
    sheets: list[tuple[str, str]] = []
    foreign: list[tuple[str, str]] = []
    files: list[Recognised] = []
    sources = [*discovery.files, *frames]

    with _lent(con, readers) as lent, ThreadPoolExecutor(2) as pool:

        def what_is(source: SourceFile) -> Recognised | InputError:
            with lent.one() as own, at_work_on(source.shown):
                try:
                    return identify(own, source, formats)
                except InputError as problem:
                    return problem

        for source, found in zip(sources, pool.map(what_is, sources), strict=True):
            if not isinstance(found, InputError):
                files.append(found)
                sheets += [(f"{source.shown}, sheet {number}", OTHER_SHEET) for number in found.other_sheets]
            elif source.named_directly:
                raise found
            else:
                (foreign if isinstance(found, UnrecognisedFile) else unusable).append((source.shown, found.what))
    if not files:
        raise InputError(
            f"nothing usable among {len(discovery.files)} file(s)",
            file=", ".join(named),
            remedy="Export the orders from Seller Center as CSV or XLSX and name the folder that holds them",
        )
    return Intake(files, [*unusable, *sheets, *foreign, *discovery.passed_over])


class Taken(NamedTuple):
    """What came of the inputs, which are in the store now.

    Attributes
    ----------
    policy : Policy
        The policy of whom they speak.
    skipped : list of (str, str)
        Files passed over, and why.
    """

    policy: Policy
    skipped: list[tuple[str, str]]


def take_in(
    store: Store,
    inputs: Sequence[Given],
    options: Options,
    step: Callable[[str], None],
    policies: Callable[[], dict[str, Policy]],
) -> Taken:
    """Look at the files, choose the policy, load; `step` is told when loading begins.

    Raises
    ------
    FulfilError
        As for :func:`look` and :func:`choose`; or a file that cannot be loaded, or a store that cannot be written.
    """
    with Readers(store.con) as readers:
        intake = look(store.con, inputs, readers)
        with readers.one() as con:
            policy = choose(intake, con, policies(), options)
        step(LOADING)
        load_all(store, intake, policy, options, readers=readers)
    return Taken(policy, intake.skipped)


def _lent(con: duckdb.DuckDBPyConnection, readers: Readers | None) -> AbstractContextManager[Readers]:
    return Readers(con) if readers is None else nullcontext(readers)


def choose(intake: Intake, con: duckdb.DuckDBPyConnection, policies: dict[str, Policy], options: Options) -> Policy:
    """Return the policy that was named (an id, or a file of one's own), or that of the market the orders show."""
    from fulfil_analytics.policy import choose_policy, load_policy

    wanted = options.policy or options.config.policy
    if wanted is not None and wanted.endswith(".toml"):
        return load_policy(Path(wanted))
    if wanted is None:
        return choose_policy(policies, intake.markets(con))
    if wanted not in policies:
        raise UsageError(f"no policy named {wanted}", column="--policy", remedy=suggest(wanted, policies))
    return policies[wanted]


def load_all(
    store: Store,
    intake: Intake,
    policy: Policy,
    options: Options,
    privacy: Privacy | None = None,
    readers: Readers | None = None,
) -> list[Loaded]:
    """Load every recognised file into the store and settle what is current; `privacy` may be another machine's."""
    from fulfil_analytics.privacy import Privacy, load_key
    from fulfil_analytics.sources import open_rows
    from fulfil_analytics.store import Lane, PhoneNumbers, load_file, read_file, settle

    if privacy is None:
        privacy = Privacy(options.pii, load_key(options.config.key_file) if options.pii == "hash" else b"")
    phones = PhoneNumbers()
    names: dict[str, str] = {}

    def told(item: Recognised) -> Recognised:
        """Tell a file from another of the same name by its hash; both keep their rows."""
        shown = item.source.shown
        taken = names.get(shown) or store.one("SELECT sha256 FROM source_files WHERE source_file = ?", [shown])
        named = named_apart(item, taken)
        names[named.source.shown] = item.source.sha256
        return named

    @contextmanager
    def opened(item: Recognised) -> Iterator[tuple[duckdb.DuckDBPyConnection, Rows]]:
        with lent.one() as reader:
            shop = options.config.shop_of(item.source.shown, item.source.path)
            zone = options.config.time_zone or policy.zone
            order = options.dates or ""
            with open_rows(reader, item, zone=zone, shop=shop, privacy=privacy, date_order=order) as rows:
                yield reader, rows

    def ahead(item: Recognised) -> Ready:
        with at_work_on(item.source.shown), opened(item) as (reader, rows):
            return read_file(reader, rows)

    def load(item: Recognised, ready: Future[Ready]) -> Loaded:
        options.progress(f"loading {item.source.shown}")
        with at_work_on(item.source.shown):
            return load_file(store, item, ready.result, phones)

    def load_beside(turns: Turns, place: int, item: Recognised) -> Loaded:
        options.progress(f"loading {item.source.shown}")
        try:
            turns.begin(place)
            with at_work_on(item.source.shown), store.con.cursor() as own, opened(item) as rows:
                own.execute("SET TimeZone = 'UTC'")
                return load_file(store, item, rows, phones, Lane(own, turns, place))
        except BaseException:
            turns.fail(place)
            raise

    items = [told(item) for item in intake.files]
    # A file is read by one thread, as its rows are numbered; so two are. Of small files planning is nearly all
    # the cost: they are read ahead, and written one after the other.
    few = sum(item.rows for item in items) <= FEW_ROWS
    threads = _READ_AT_A_TIME if few else _READ_AT_A_TIME + _WAITING
    with _lent(store.con, readers) as lent, ThreadPoolExecutor(threads) as pool:
        if few:
            coming = [pool.submit(ahead, item) for item in items]
            done = [load(*pair) for pair in zip(items, coming, strict=True)]
        else:
            done = _in_turn(pool, load_beside, items)
    phones.close()
    settle(store)
    return done


def _in_turn(
    pool: ThreadPoolExecutor, load: Callable[[Turns, int, Recognised], Loaded], items: Sequence[Recognised]
) -> list[Loaded]:
    """Load the files in `pool`; the first that fails, in their order, is the one that is told of."""
    from fulfil_analytics.store import Loaded, Turns

    turns = Turns(_READ_AT_A_TIME)
    # the same bytes a second time are not read beside the first
    first = {item.source.sha256: place for place, item in reversed(list(enumerate(items)))}
    places = iter(range(len(items)))
    coming = {
        at: pool.submit(load, turns, next(places), item)
        for at, item in enumerate(items)
        if first[item.source.sha256] == at
    }
    try:
        done = {at: future.result() for at, future in coming.items()}
    except BaseException:
        turns.fail(-1)
        raise
    return [done.get(at) or Loaded(item.source.shown, item.format.kind, already=True) for at, item in enumerate(items)]


def named_apart(item: Recognised, taken: str | None) -> Recognised:
    """Return the file under a name that tells it from the one of hash `taken`, which has its name already."""
    source = item.source
    if taken is None or taken == source.sha256:
        return item
    return replace(item, source=replace(source, shown=f"{source.shown}#{source.sha256[:8]}"))
