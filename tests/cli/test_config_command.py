"""fulfil.toml: begun with ``fulfil init``, found upwards, shown with its origins; completion and suggestions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from test_commands import PLANTED, fulfil

from fulfil_analytics.cli import complete
from fulfil_analytics.cli.main import app
from fulfil_analytics.config import Config, find_config, read_config, written
from fulfil_analytics.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_init_writes_what_config_reads_back(folder: Path) -> None:
    words = ("--policy", "tiktok-us", "--inputs", "exports", "--db", "s.duckdb", "--out", "audit", "--lang", "zh")
    said = fulfil("init", *words, "--shop", 'Haupt "A"=main/*', "--time-zone", "Asia/Bangkok")
    assert (said.returncode, said.stderr) == (0, "")
    found = find_config()
    assert (found.policy, found.lang, found.time_zone) == ("tiktok-us", "zh", "Asia/Bangkok")
    assert (found.inputs, found.db, found.out) == ((str(folder / "exports"),), folder / "s.duckdb", folder / "audit")
    assert found.shop_of("main/x.csv") == 'Haupt "A"'
    assert found.shop_of("x.csv", folder / "main" / "x.csv") == 'Haupt "A"', "the shop's own folder is the input"
    assert found.shop_of("x.csv", folder.parent / "main" / "x.csv") is None
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    assert find_config(deep).policy == "tiktok-us"
    assert fulfil("init", "--policy", "generic").returncode == 2
    assert find_config().policy == "tiktok-us"


def test_a_refused_init_leaves_no_file(folder: Path) -> None:
    for words in (("--policy", "tiktok-uss"), ("--time-zone", "Mars/Base"), ("--shop", "nothing"), ("--lang", "fr")):
        assert fulfil("init", *words).returncode == 2
        assert not (folder / "fulfil.toml").exists()


def test_every_setting_of_the_template_is_one(tmp_path: Path) -> None:
    text = written(policy="generic", lang="en", time_zone="UTC", inputs=["a"], db="b", out="c", shops={"s": "x/*"})
    plain = "\n".join(
        line.removeprefix("# ") if re.match(r"# (\w+ = |\[parameters|grace_hours)", line) else line
        for line in text.splitlines()
    )
    (tmp_path / "fulfil.toml").write_text(plain, encoding="utf-8")
    found = read_config(tmp_path / "fulfil.toml")
    assert found.parameters == {"stale_tracking": {"grace_hours": 36}}
    assert found.pii == "hash"
    assert found.key_file is not None
    assert found.places == tmp_path / "TH.txt"
    assert found.rules == (tmp_path / "my_rules",)


def test_config_shows_origins(folder: Path) -> None:
    assert "fulfil init" in fulfil("config").stdout
    (folder / "fulfil.toml").write_text('lang = "zh"\n[parameters.late_rts]\nx = 1\n', encoding="utf-8")
    shown = {row["setting"]: row for row in json.loads(fulfil("config", "--json").stdout)["settings"]}
    assert shown["lang"]["origin"].endswith("fulfil.toml:1")
    assert shown["parameters.late_rts.x"]["origin"].endswith("fulfil.toml:2")
    assert (shown["privacy.pii"]["value"], shown["privacy.pii"]["origin"]) == ("hash", "default")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('\npolcy = "x"', 2, "Did you mean policy"),
        ("policy = 3", 1, "a text in quotes"),
        ('[paths]\ninputs = "x"', 2, "a list of texts"),
        ("[paths]\ninput = ['x']", 2, "Did you mean paths.inputs"),
        ('[privacy]\npii = "hsh"', 2, "Did you mean hash"),
        ('time_zone = "Mars/Base"', 1, "unknown time zone"),
        ("[shops]\na = 3", 2, "pattern"),
        ("parameters = { late_rts = 3 }", 1, "a rule"),
        ("rules = [3]", 1, "a list of texts"),
        ('lang = "fr"', 1, "Known: en, zh"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "fulfil.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        read_config(file)
    assert caught.value.line == line


def test_audit_without_input_reads_what_the_file_names(folder: Path) -> None:
    assert "no INPUT is named" in fulfil("audit").stderr
    (folder / "fulfil.toml").write_text(
        f'policy = "tiktok-us"\ntime_zone = "UTC"\n[paths]\ninputs = [{json.dumps(str(PLANTED))}]\ndb = "s.duckdb"\n',
        encoding="utf-8",
    )
    said = fulfil("load", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["rows"]["loaded"] > 300
    again = fulfil("load", "--json")
    assert json.loads(again.stdout)["loaded"] == []
    from fulfil_analytics.store import open_store

    with open_store(folder / "s.duckdb") as store:
        assert store.rows("SELECT DISTINCT time_zone FROM source_files WHERE kind = 'orders'") == [("UTC",)]


def test_completion_offers_names_and_never_complains(folder: Path) -> None:
    assert complete.policies("tiktok-u") == ["tiktok-uk", "tiktok-us"]
    assert "late_dispatch" in complete.rules("late_")
    assert complete.dimensions("ware") == ["warehouse"]
    assert complete.words("en", "zh")("z") == ["zh"]
    (folder / "fulfil.toml").write_text("rules = 3", encoding="utf-8")
    assert complete.rules("late_d") == ["late_delivery", "late_dispatch"]


def test_the_shell_is_offered_completion(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in {
        "_FULFIL_COMPLETE": "complete_bash",
        "COMP_WORDS": "fulfil policies show tiktok-u",
        "COMP_CWORD": "3",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        app(prog_name="fulfil", complete_var="_FULFIL_COMPLETE")
    assert capsys.readouterr().out.split() == ["tiktok-uk", "tiktok-us"]


def every_command() -> list[tuple[str, ...]]:
    import typer

    def walk(command: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            return [path]
        return [path, *(found for name, one in inner.items() for found in walk(one, (*path, name)))]

    return walk(typer.main.get_command(app), ())


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_help_has_an_example_that_names_the_command(path: tuple[str, ...]) -> None:
    text = " ".join(fulfil(*path, "--help").stdout.split())
    assert f"Example: fulfil {' '.join(path)}".strip() in text


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("rules", "shwo"), "show"),
        (("rules", "show", "late_dispach"), "late_dispatch"),
        (("policies", "show", "tiktok-uss"), "tiktok-us"),
        (("rates", str(PLANTED), "--by", "warehouze"), "warehouse"),
        (("audit", str(PLANTED), "--only", "late_dispach"), "late_dispatch"),
        (("audit", str(PLANTED), "--fail-on", "hihg"), "high"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_the_nearest_word(words: tuple[str, ...], near: str) -> None:
    said = fulfil(*words)
    assert said.returncode == 2
    assert "Did you mean" in said.stderr
    assert near in said.stderr
    assert said.stderr.count("\n") == 1


def test_defaults_are_a_config_of_their_own() -> None:
    assert Config().shops == {}
