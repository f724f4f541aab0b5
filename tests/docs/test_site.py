"""The documentation: made pages are current, the site builds strictly, links lead somewhere, nothing is fetched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from fulfil_analytics.cli.pages import commands_page, example
from fulfil_analytics.schemas.pages import tables_page
from fulfil_analytics.sources.pages import layouts_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.mark.parametrize(
    ("page", "made"),
    [("tables", tables_page), ("layouts", layouts_page), ("commands", commands_page)],
    ids=["tables", "layouts", "commands"],
)
def test_made_pages_are_current(page: str, made: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    text = (DOCS / "reference" / f"{page}.md").read_text(encoding="utf-8")
    assert text == made(), "run: make docs"  # type: ignore[operator]


class Links(HTMLParser):
    """What a page refers to: links a person follows, files a browser loads, and the anchors it has."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given or tag == "link" and given.get("rel") in ("canonical", "next", "prev"):
            self.followed.append(given["href"])
        else:
            self.loaded += [given[name] for name in ("src", "href", "poster", "data") if given.get(name)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-W", "error", "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    said = subprocess.run(
        words,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT), "https_proxy": "http://127.0.0.1:9"},
    )
    assert said.returncode == 0, said.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    read = {}
    for file in sorted(site.rglob("*.html")):
        links = Links()
        links.feed(file.read_text(encoding="utf-8"))
        read[file] = links
    return read


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, Links]) -> None:
    lost = []
    for file, links in pages.items():
        for link in links.followed:
            target, anchor = urldefrag(link)
            if re.match(r"[a-z]+:", target) or file.name == "404.html":
                continue
            found = (file.parent / unquote(target)).resolve() if target else file
            found = found / "index.html" if found.is_dir() else found
            if not found.is_relative_to(site) or not found.is_file():
                lost.append(f"{file.relative_to(site)}: {link}")
            elif anchor and found.suffix == ".html" and unquote(anchor) not in pages[found].anchors:
                lost.append(f"{file.relative_to(site)}: {link} (no such place)")
    assert not lost
    assert len(pages) > 60


def test_nothing_is_fetched_to_read_it(site: Path, pages: dict[Path, Links]) -> None:
    outside = [(file.name, what) for file, links in pages.items() for what in links.loaded if "//" in what]
    assert not outside
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import )['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8"))


def test_every_public_name_is_in_the_python_reference(site: Path) -> None:
    import fulfil_analytics as fa

    text = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in [*fa.__all__, "where", "what_if", "sql", "on_time", "coverage"]:
        if not name.startswith("_"):
            assert re.search(rf'id="[\w.]*\b{name}"', text), name


def test_troubleshooting_quotes_errors_that_exist() -> None:
    source = " ".join(
        " ".join(file.read_text(encoding="utf-8").split()) for file in (ROOT / "fulfil_analytics").rglob("*.py")
    )
    source = re.sub(r'" f?"', "", source)
    for said in re.findall(r"^\| `([^`]+)`", (DOCS / "troubleshooting.md").read_text(encoding="utf-8"), re.MULTILINE):
        assert said in source, said


@pytest.mark.parametrize("file", ["README.md", "README.zh-CN.md"])
def test_readme_shows_two_commands_first_and_only_files_that_are_there(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    first = "\n".join(text.splitlines()[:25])
    assert re.findall(r"make (\w+)", first) == ["demo", "test"]
    for link in re.findall(r"\]\(([^)#]+)", text):
        if "://" not in link:
            assert (ROOT / link).exists(), link
    known = set(re.findall(r"^## fulfil ([\w ]+)$", commands_page(), re.MULTILINE))
    for command in re.findall(r"fulfil ([a-z]+)\b", text):
        assert any(command == one.split()[0] for one in known), command


def test_the_settings_shown_are_those_that_init_writes() -> None:
    assert (DOCS / "reference" / "fulfil.toml").read_text(encoding="utf-8") == example(), "run: make docs"


def test_no_page_names_this_machine() -> None:
    for file in [*DOCS.rglob("*.md"), ROOT / "mkdocs.yml"]:
        assert not re.search(r"/(?:tmp|work|root|home)/", file.read_text(encoding="utf-8")), file
