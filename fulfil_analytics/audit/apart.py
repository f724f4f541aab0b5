"""Exports that are read in a process of its own, where an audit may not fit into memory.

What such a process held is gone with it: its memory is free for the rest of the audit, and no cell of an export can
stand in what the rest puts aside, which so need not be encrypted (see :mod:`fulfil_analytics.store.spill`). To start a
process takes a second, which an audit that fits into memory does not spend.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from fulfil_analytics.audit.intake import Taken, take_in
from fulfil_analytics.audit.options import nothing, silent
from fulfil_analytics.errors import Broken, FulfilError, StoreError, disk_trouble, in_hand, memory_trouble, trace

if TYPE_CHECKING:
    from fulfil_analytics.audit.intake import Given
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.store import Lent, Store

MEMORY_OF_EXPORTS = 4
"""Bytes of memory that an audit may want for each byte of new exports before it puts anything aside."""
MEMORY_OF_STORE = 0.5
"""Likewise, for each byte that the store holds before; the next day's audit reads what is touched alone."""
_CODE = "import sys; sys.path[:] = sys.argv[1:]; from fulfil_analytics.audit.apart import serve; serve()"


def may_not_fit(store: Store, inputs: Sequence[Given]) -> bool:
    """Tell whether the exports behind `inputs` are better read in a process of its own.

    Raises
    ------
    UsageError, InputError
        An input that names nothing, or a folder that cannot be read.
    """
    from fulfil_analytics.sources import bytes_of
    from fulfil_analytics.store import exports_were_read

    named = [item for item in inputs if isinstance(item, str)]
    # a program that is packed into one file is no Python to start
    startable = bool(sys.executable) and not getattr(sys, "frozen", False)
    if not named or len(named) < len(inputs) or exports_were_read() or not startable:
        return False
    limit = store.one("SELECT try(parse_formatted_bytes(current_setting('memory_limit')))")
    wanted = MEMORY_OF_EXPORTS * bytes_of(named) + MEMORY_OF_STORE * store.path.stat().st_size
    return limit is not None and wanted > limit  # a limit in pebibytes is none


def take_in_apart(store: Store, inputs: Sequence[Given], options: Options, step: Callable[[str], None]) -> Taken:
    """Do as :func:`fulfil_analytics.audit.intake.take_in` in a process of its own, to which `store` is lent.

    Raises
    ------
    FulfilError
        As there; or the process was ended by the system. The store then holds the files that were loaded whole.
    Broken
        Something broke in the process.
    """
    with store.lent(options.memory) as lent:
        asked = (lent, list(inputs), replace(options, progress=silent, meanwhile=nothing))
        return _asked(asked, {"step": step, "progress": options.progress})


def _asked(asked: tuple[Any, ...], news: dict[str, Callable[[str], None]]) -> Taken:
    """Start the process, pass its news on, and return what it returns."""
    home = str(Path(__file__).parents[2])
    paths = [*dict.fromkeys(path for path in (*sys.path, home) if path)]
    # neither the working folder nor a script's own is searched for modules, as they may hold anything
    command = [sys.executable, "-P", "-c", _CODE, *paths]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:  # noqa: S603 (our own code)
        to, back = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
        try:
            with contextlib.suppress(BrokenPipeError):  # it has ended already: how, is told below
                pickle.dump((sys.getswitchinterval(), gc.get_threshold(), *asked), to)
                to.flush()
            for kind, what in _said(back):
                if kind == "taken":
                    return Taken(*what)
                if kind == "failed":
                    raise what
                news[kind](what)
        except BaseException:
            child.kill()
            raise
        with contextlib.suppress(BrokenPipeError):
            to.close()
        status = child.wait()
    raise StoreError(
        f"the process that read the exports was ended by the system (status {status})",
        column="--memory",
        remedy="Where the memory ran out, give the database less with --memory; files that were loaded stay loaded",
    )


def _said(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    with contextlib.suppress(EOFError, pickle.UnpicklingError):  # cut off in the middle of a word
        while True:
            yield pickle.load(stream)  # noqa: S301 (a pipe to a process of ours)


def serve() -> None:
    """Be the process: read what is asked from the standard input, and tell on the standard output what comes of it."""
    # what breaks in the telling itself may have an engine's words behind it, which may quote a row
    sys.excepthook = lambda kind, problem, at: sys.stderr.writelines(trace(problem))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that waits is interrupted as well, and ends this one
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything else prints does not come between
    turn = threading.Lock()  # files are loaded side by side, and each says so

    def tell(kind: str, what: Any) -> None:
        with turn:
            pickle.dump((kind, what), out)
            out.flush()

    interval, threshold, lent, inputs, options = pickle.load(sys.stdin.buffer)  # noqa: S301 (likewise)
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    try:
        tell("taken", tuple(_taken(lent, inputs, options, tell)))
    except FulfilError as problem:
        tell("failed", problem)
    except Exception as problem:
        tell("failed", _in_our_words(problem, lent))
    os._exit(0)


def _end_with_the_other() -> None:
    """End this process as soon as the one that waits for it is gone; it never says anything more."""
    os.read(0, 1)
    os._exit(1)


def _taken(lent: Lent, inputs: Sequence[str], options: Options, tell: Callable[[str, Any], None]) -> Taken:
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.resources import rules_folder

    def told(name: str) -> Callable[[str], None]:
        return lambda what: tell(name, what)

    options = replace(options, progress=told("progress"))
    with lent.open() as store:
        return take_in(store, inputs, options, told("step"), lambda: load_policies([rules_folder() / "policies"]))


def _in_our_words(problem: Exception, lent: Lent) -> Exception:
    """Return an error that is none of ours in words that quote nothing."""
    trouble = disk_trouble(problem)
    full = (trouble, "Make room, or give more with --memory") if trouble else memory_trouble(problem)
    if full is not None:
        return StoreError(
            f"the exports cannot be loaded: {full[0]}",
            file=str(lent.path) if trouble else in_hand(problem) or None,
            remedy=f"{full[1]}; files that were loaded stay loaded",
        )
    return Broken(type(problem).__name__, "".join(trace(problem)), in_hand(problem))
