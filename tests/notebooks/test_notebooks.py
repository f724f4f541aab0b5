"""Every notebook runs from a clean kernel, with no warning from our code and nothing fetched from a network."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ENGLISH = [file for file in NOTEBOOKS if file.stem.isascii()]
CHINESE = [file for file in NOTEBOOKS if not file.stem.isascii()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder beside the sample, so that a lesson finds what the one before it kept."""
    top = tmp_path_factory.mktemp("lessons")
    for name in ("data", "bench"):
        (top / name).symlink_to(ROOT / name)
    (top / "notebooks").mkdir()
    return top / "notebooks"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FULFIL_NOTEBOOK_ORDERS", "500")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONWARNINGS", "error:::fulfil_analytics")


def client(file: Path, folder: Path, **more: Any) -> NotebookClient:
    book = nbformat.read(file, as_version=4)
    return NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}, **more
    )


def check(ran: nbformat.NotebookNode) -> None:
    said = str([cell.get("outputs") for cell in ran.cells])
    assert "Traceback" not in said
    assert not re.search(r"<(?:script|link|img)[^>]{1,200}(?:src|href)=\\*['\"]https?:", said)
    assert len([cell for cell in ran.cells if cell.cell_type == "code" and cell.outputs]) >= 4


@pytest.mark.parametrize("file", ENGLISH, ids=lambda file: file.stem)
def test_runs_from_a_clean_kernel(file: Path, folder: Path) -> None:
    check(client(file, folder).execute())


def test_the_chinese_lessons_run(folder: Path) -> None:
    """One kernel for the four, emptied between them: what they run is the code that ran above, in another language."""
    store = folder / "sample.duckdb"
    if store.exists():  # the files are loaded already, as in the English lesson; what is said is said anew
        shutil.copy(store, folder / "sample-zh.duckdb")
    first = client(CHINESE[0], folder)
    with first.setup_kernel():
        for file in CHINESE:
            lesson = client(file, folder, km=first.km)
            lesson.kc = first.kc
            check(run(lesson))


def run(lesson: NotebookClient) -> nbformat.NotebookNode:
    """Run a lesson in a kernel that runs already."""
    lesson.reset_execution_trackers()
    lesson.nb.cells.append(nbformat.v4.new_code_cell("%reset -f"))
    for place, cell in enumerate(lesson.nb.cells):
        lesson.execute_cell(cell, place)
    return lesson.nb


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_is_committed_clean_and_teaches(file: Path) -> None:
    book = nbformat.read(file, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    text = [cell for cell in book.cells if cell.cell_type == "markdown"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert len(text) >= len(code) / 2
    assert "/tmp" not in str(book)


def test_the_chinese_lessons_run_the_same_code() -> None:
    assert [file.stem[:2] for file in CHINESE] == ["01", "02", "03", "04"]
    assert [file.stem[:2] for file in ENGLISH] == ["01", "02", "03", "04", "05", "06"]
    for chinese, english in zip(CHINESE, ENGLISH, strict=False):
        assert bare(chinese) == bare(english)


def bare(file: Path) -> list[str]:
    """Return the code of a notebook without what a language changes: comments, printed words, the language itself."""
    cells = []
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "code":
            text = re.sub(r"#.*|lang=\"zh\"(?:, )?|-zh(?=\.duckdb)|^print\(.*", "", cell.source, flags=re.MULTILINE)
            cells.append("".join(text.split()).replace("()", ""))
    return cells
