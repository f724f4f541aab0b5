"""Runs a command as a process of its own and says what it cost: wall, CPU, peak memory. Standard library only.

The peak of a child can never be less than that of the process which started it, so whoever calls this stays small:
nothing heavy is imported here or in ``run.py``.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup/memory")
MIB = 1024 * 1024


class CommandFailed(RuntimeError):
    """The command to measure did not succeed; its last words are the message."""


@dataclass(frozen=True)
class Cost:
    """What a run cost.

    Attributes
    ----------
    wall, cpu : float
        Seconds; CPU is user and system time of the process and of the processes it waited for.
    peak : float
        Largest resident set of one of these processes, MiB.
    """

    wall: float
    cpu: float
    peak: float


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each part."""
    return Cost(*(statistics.median(part) for part in zip(*((c.wall, c.cpu, c.peak) for c in costs), strict=True)))


def environment(bytecode: Path | None) -> dict[str, str]:
    """Return the environment of what is measured.

    Python keeps its bytecode in the folder `bytecode`, as an installed package has it beside its source, even where the
    environment of the benchmark asks for none to be written: compiling the source anew is no part of what a user pays.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept if bytecode is None else {**kept, "PYTHONPYCACHEPREFIX": str(bytecode)}


def measure(
    command: Sequence[str | Path], *, cage: str | None = None, cwd: Path | None = None, bytecode: Path | None = None
) -> Cost:
    """Run `command` to its end.

    Parameters
    ----------
    command : sequence
        Program and words.
    cage : str, optional
        Hard limit of its memory, e.g. ``"2G"``: beyond it the kernel kills the process.
    cwd : Path, optional
        Where to run.
    bytecode : Path, optional
        Where Python keeps its bytecode; see :func:`environment`.

    Raises
    ------
    CommandFailed
        It did not succeed.
    """
    with caged(cage) as prefix, tempfile.TemporaryFile() as words:
        start = time.perf_counter()
        child = subprocess.Popen(
            [*prefix, *map(str, command)],
            stdout=words,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment(bytecode),
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            words.seek(0)
            said = words.read().decode("utf-8", "replace")[-2000:]
            raise CommandFailed(f"{' '.join(map(str, command))}\nexit status {child.returncode}\n{said}")
    in_bytes = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * in_bytes / MIB)


def cage_kind() -> str | None:
    """Return what can hold a process in hard limits here: ``systemd``, ``cgroup``, or None."""
    with contextlib.suppress(OSError):
        state = subprocess.run(["systemctl", "is-system-running"], capture_output=True, text=True, check=False).stdout
        if state.strip() in {"running", "degraded"}:
            return "systemd"
    own = _own_cgroup()
    return "cgroup" if own is not None and os.access(own, os.W_OK) else None


@contextlib.contextmanager
def caged(limit: str | None) -> Iterator[list[str]]:
    """Give the words to put before a command so that it cannot hold more memory than `limit`.

    Raises
    ------
    CommandFailed
        Neither systemd nor a control group of our own can set a limit here.
    """
    if limit is None:
        yield []
        return
    kind = cage_kind()
    if kind == "systemd":
        user = [] if os.geteuid() == 0 else ["--user"]
        yield ["systemd-run", *user, "--scope", "--quiet", "-p", f"MemoryMax={limit}", "-p", "MemorySwapMax=0"]
        return
    own = _own_cgroup()
    if kind is None or own is None:
        raise CommandFailed("no hard limit can be set here: neither systemd nor a control group is at hand")
    cage = own / f"fulfil-bench-{os.getpid()}"
    cage.mkdir()
    try:
        (cage / "memory.limit_in_bytes").write_text(limit)
        yield ["sh", "-c", f'echo $$ > {cage}/cgroup.procs && exec "$@"', "sh"]
    finally:
        cage.rmdir()


def _own_cgroup() -> Path | None:
    """Return the memory control group (version 1) this process is in."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
            _, controllers, path = line.split(":", 2)
            if "memory" in controllers.split(","):
                return CGROUPS / path.lstrip("/")
    return None
