"""Made-up people, and a search for them through every byte that a run writes."""

from __future__ import annotations

import base64
import contextlib
import gzip
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

NAME = "Zelda Quibblethorpe"
STREET = "4711 Wombatsnout Lane"
EMAIL = "zelda.q@quibblemail.example"
PHONES = ("(+1)213-555-0142", "213-555-0142", "+12135550142")
CONTACT = f"call {PHONES[0]} or {PHONES[1]} or {EMAIL}"
EVERYTHING = f"{NAME}, {STREET}, {CONTACT}"

TRACES = re.compile(r"quibble|wombatsnout|zelda|213[^0-9a-z]{0,3}555[^0-9a-z]{0,3}0142".encode("ascii"), re.IGNORECASE)
"""What is left of a canary, in UTF-8. A phone is looked for in all its spellings."""
WORDS = (b"quibble", b"wombatsnout", b"zelda")
PHONE = re.compile(rb"213[^0-9a-z]{0,3}555[^0-9a-z]{0,3}0142")
"""The same in two, of small letters: `TRACES` itself costs a hundred times as much on megabytes without a find."""


def holds(text: bytes) -> bool:
    """Tell whether anything of a canary stands in `text`."""
    small = text.lower()
    return any(word in small for word in WORDS) or PHONE.search(small) is not None


def traces(folder: Path) -> dict[str, set[str]]:
    """Return what is found of the canaries below `folder`: file to the words around each find."""
    found: dict[str, set[str]] = {}
    seen: set[int] = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        texts = [name.encode()]
        if path.is_file() and path.stat().st_ino not in seen:  # else another name of what was searched already
            seen.add(path.stat().st_ino)
            texts += contents(path)
        for text in texts:
            if not holds(text):
                continue
            for hit in TRACES.finditer(text):
                found.setdefault(name, set()).add(
                    text[max(0, hit.start() - 40) : hit.end() + 10].decode("utf-8", "replace")
                )
    return found


def contents(path: Path) -> Iterator[bytes]:
    """Yield all that a file holds: its bytes, and what is compressed in it."""
    raw = path.read_bytes()
    yield raw
    if raw[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif raw[:4] == b"PAR1":
        with duckdb.connect() as con:
            yield from _cells(con, f"SELECT * FROM read_parquet('{path}')")
    elif raw[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as con:
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall():
                yield from _cells(con, f'SELECT * FROM "{table}"')
    for packed in re.findall(rb"H4sI[A-Za-z0-9+/]{40,}={0,2}", raw):
        yield gzip.decompress(base64.b64decode(packed))


def _cells(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[bytes]:
    result = con.execute(query)
    yield "\n".join(column[0] for column in result.description).encode()
    while rows := result.fetchmany(1000):
        yield "\n".join(map(repr, rows)).encode()


@contextlib.contextmanager
def catching(folder: Path, caught: Path) -> Iterator[None]:
    """Give each file that is made below `folder` a second name in `caught`: one that is removed again stays there."""
    done = threading.Event()
    caught.mkdir()

    def watch() -> None:
        seen: set[int] = set()
        while not done.wait(0.05):
            for file in files(str(folder)):
                if file.inode() not in seen:  # as the folder tells it: the many that are known cost no look at each
                    with contextlib.suppress(OSError):
                        os.link(file.path, caught / f"{len(seen)}-{file.name}")
                        seen.add(file.inode())

    def files(below: str) -> Iterator[os.DirEntry[str]]:
        with contextlib.suppress(OSError), os.scandir(below) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    yield entry
                elif entry.path != str(caught):
                    yield from files(entry.path)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
