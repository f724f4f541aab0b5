"""What does not fit into memory holds no person either: its files are searched while an audit writes them."""

from __future__ import annotations

import contextlib
import csv
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import canaries
import pyarrow
import pytest

from fulfil_analytics.audit.options import Options, Pii
from fulfil_analytics.audit.run import run_audit, run_load
from fulfil_analytics.sample import generate

ORDERS, MEMORY = 4_000, "80MB"
"""So many that the limit, which leaves one thread on any machine, does not hold them, and yet the audit ends."""
PEOPLE = {
    "Recipient": f"{canaries.NAME} {{}}",
    "Phone #": canaries.PHONES[0],
    "Address Line 1": f"{{}} {canaries.STREET}",
    "Buyer Username": "zelda.quibble{}",
    "recipient": f"{canaries.NAME} {{}}",
    "phone": canaries.PHONES[0],
    "address": f"{{}} {canaries.STREET}",
}
"""Column to the person in it; every row has one of its own."""
ZSTD = b"\x28\xb5\x2f\xfd"
ORDER = re.compile(rb"5764[0-9]{8}")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spilled")
    generate(folder, orders=ORDERS, seed=3)
    people = 0
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        for place, person in [(head.index(name), person) for name, person in PEOPLE.items() if name in head]:
            for number, row in enumerate(rows):
                row[place] = person.format(number)
                people += 1
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    assert people > 4 * ORDERS
    return folder


class Watched:
    """What was seen in the temporary files.

    Attributes
    ----------
    size : int
        Most bytes of such files that were there at once.
    people : set of str
        Names of files in which a person was found.
    orders : bool
        Whether a number that orders have, and everybody may read, was found.
    """

    def __init__(self) -> None:
        self.size, self.people, self.orders = 0, set[str](), False

    def look(self, folder: Path) -> None:
        """Search the files as they are now."""
        size = 0
        for path in folder.rglob("*.tmp"):
            with contextlib.suppress(FileNotFoundError):
                text = path.read_bytes()
                size += len(text)
                for part in (text, *unpacked(text)):
                    if person(part):
                        self.people.add(path.name)
                    self.orders = self.orders or ORDER.search(part) is not None
        self.size = max(self.size, size)


def person(text: bytes) -> bool:
    """Tell whether a person stands in `text`; no word is so short that it comes about in what is encrypted."""
    small = text.lower()
    return b"quibble" in small or b"wombatsnout" in small or canaries.PHONE.search(small) is not None


def unpacked(text: bytes) -> Iterator[bytes]:
    """Yield what is compressed in a temporary file: blocks that begin with a frame of Zstandard."""
    at = text.find(ZSTD)
    while at >= 0:
        with contextlib.suppress(OSError), pyarrow.input_stream(pyarrow.py_buffer(text)[at:], "zstd") as stream:
            yield stream.read(1 << 18)
        at = text.find(ZSTD, at + 4)


@contextlib.contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    """Search the temporary files below `folder` over and over."""
    done, watched = threading.Event(), Watched()

    def watch() -> None:
        while not done.wait(0.1):
            watched.look(folder)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield watched
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("mode", ["hash", "keep"])
def test_no_temporary_file_of_an_audit_that_spills_holds_a_person(exports: Path, tmp_path: Path, mode: Pii) -> None:
    """The process that reads exports encrypts all that it puts aside: memory that is free holds what stood there."""
    temp, db = folder(tmp_path / "temp"), tmp_path / "shop.duckdb"
    options = Options(policy="tiktok-us", pii=mode, db=db, memory=MEMORY, temp=temp, only=("late_dispatch",))
    with watching(temp) as watched, run_audit([str(exports)], options) as run:
        assert run.store.one("SELECT count(*) FROM orders") > 0.9 * ORDERS
    assert watched.size > 1_000_000, "nothing was put aside: the test proves nothing"
    assert watched.people == set()
    assert not watched.orders, "what is encrypted can be read"


def test_nor_does_one_of_a_later_process(exports: Path, tmp_path: Path) -> None:
    """What it puts aside can be read, as the store can."""
    temp, db = folder(tmp_path / "temp"), tmp_path / "shop.duckdb"
    run_load([str(exports)], Options(policy="tiktok-us", db=db))
    words = [
        "audit",
        "--db",
        db,
        "--policy",
        "tiktok-us",
        "--memory",
        MEMORY,
        "--temp",
        temp,
        "--only",
        "late_dispatch",
    ]
    with watching(temp) as watched:
        subprocess.run([sys.executable, "-m", "fulfil_analytics", *words, "--quiet"], check=True, cwd=tmp_path)
    assert watched.size > 1_000_000, "nothing was put aside: the test proves nothing"
    assert watched.people == set()
    assert watched.orders, "what is not encrypted can be read"


@pytest.mark.parametrize("mode", ["hash", "keep"])
def test_nor_does_one_of_an_audit_whose_exports_another_process_reads(exports: Path, tmp_path: Path, mode: Pii) -> None:
    """That one encrypts, and takes with it what it held. What the audit puts aside can be read, as the store can, but
    with ``keep``: then the store holds people."""
    temp = folder(tmp_path / "temp")
    code = (
        "from pathlib import Path; from fulfil_analytics.audit import apart; apart.MEMORY_OF_EXPORTS = 1_000\n"
        "from fulfil_analytics.audit.options import Options; from fulfil_analytics.audit.run import run_audit\n"
        f"options = Options(policy='tiktok-us', pii={mode!r}, db=Path('shop.duckdb'), memory={MEMORY!r}, "
        f"temp=Path({str(temp)!r}), only=('late_dispatch',))\n"
        f"with run_audit([{str(exports)!r}], options) as run:\n"
        f"    assert run.store.encrypted == {mode == 'keep'}\n"
    )
    with watching(temp) as watched:
        subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    assert watched.size > 1_000_000, "nothing was put aside: the test proves nothing"
    assert watched.people == set()
    assert watched.orders == (mode == "hash"), "what is not encrypted can be read"


def folder(path: Path) -> Path:
    """Make a folder."""
    path.mkdir()
    return path
