"""Runs commands in children that can be killed: the libraries are imported once, before any thread, then it forks.

Reads one JSON object a line on stdin: ``words`` (the command), ``kill`` (seconds until SIGKILL, or null), ``limit``
(bytes that a file may have, or null), ``writes`` (the folder that the command writes into: the clock starts when it has
begun to; or null). Answers with one on stdout: ``status`` (of the command; -9 when it was killed), ``seconds`` (by that
clock), ``said`` (what it printed).
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path


def warm() -> None:
    """Import what a command imports, here and at its first use, without starting a thread."""
    import duckdb  # noqa: F401
    import pandera.polars  # noqa: F401
    import polars  # noqa: F401
    import pyarrow  # noqa: F401
    import rich.table  # noqa: F401

    import fulfil_analytics.audit.kept
    import fulfil_analytics.audit.run
    import fulfil_analytics.cli.main
    import fulfil_analytics.policy
    import fulfil_analytics.report.outputs
    import fulfil_analytics.report.pack
    import fulfil_analytics.sla
    import fulfil_analytics.sources
    import fulfil_analytics.store
    import fulfil_analytics.store.remove  # noqa: F401


def child(words: list[str], said: int, limit: int | None) -> None:
    """Run the command and leave; never returns."""
    from fulfil_analytics.cli.main import run

    os.setpgrp()
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    status = 0
    text = io.StringIO()
    with redirect_stdout(text), redirect_stderr(text):
        sys.argv = ["fulfil", *words]
        try:
            run()
        except SystemExit as end:
            status = int(end.code or 0)
    os.write(said, text.getvalue().encode())
    os._exit(status)


def trial(words: list[str], kill: float | None, limit: int | None, writes: str | None) -> dict[str, object]:
    """Run the command in a child; kill it after a time."""
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = os.fork()
        if process == 0:
            child(words, said.fileno(), limit)
        status = None
        while status is None:
            if writes is not None:
                if any(Path(writes).glob(f".fulfil-{process}-*")):
                    writes = None
                else:
                    began = time.monotonic()
            done, code = os.waitpid(process, os.WNOHANG)
            if done:
                status = os.waitstatus_to_exitcode(code)
            elif kill is not None and time.monotonic() - began >= kill:
                os.kill(process, signal.SIGKILL)
                status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            else:
                time.sleep(0.002)
        said.seek(0)
        return {"status": status, "seconds": time.monotonic() - began, "said": said.read().decode()}


def main() -> None:
    """Answer until stdin ends."""
    warm()
    tell("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        tell(json.dumps(trial(asked["words"], asked["kill"], asked["limit"], asked["writes"])))


def tell(line: str) -> None:
    """Write a line on stdout."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
