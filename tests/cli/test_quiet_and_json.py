"""``--quiet`` and ``--json`` are there for every command, and do what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from test_commands import fulfil

from fulfil_analytics.cli.main import app


def commands(command: Any, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    inner = getattr(command, "commands", {})
    if not inner:
        return {words: command}
    return {name: one for key, each in inner.items() for name, one in commands(each, (*words, key)).items()}


ALL = commands(typer.main.get_command(app))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_can_be_quiet_and_machine_readable(words: tuple[str, ...]) -> None:
    options = {option for parameter in ALL[words].params for option in parameter.opts}
    assert {"--quiet", "--json"} <= options


def test_what_they_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    policy = tmp_path / "mine.toml"
    policy.write_text('id = "mine"\ntitle = "Mine"\nbase = "tiktok-us"\n', encoding="utf-8")
    asked: dict[tuple[object, ...], str] = {
        ("rules", "list"): "rules",
        ("rules", "show", "late_dispatch"): "page",
        ("rules", "new", "my_check"): "written",
        ("rules", "test", "my_rules"): "failed",
        ("policies", "list"): "policies",
        ("policies", "show", "tiktok-us"): "lines",
        ("policies", "check", policy): "policy",
        ("sample", "try", "--orders", "5"): "planted",
        ("init", "at"): "written",
        ("config",): "settings",
    }
    for words, key in asked.items():
        said = fulfil(*words, "--json")
        assert (said.returncode, said.stderr) == (0, ""), words
        assert key in json.loads(said.stdout), words
        for made in ("my_rules/my_check.sql", "at/fulfil.toml"):
            if key == "written":  # neither is written over
                (tmp_path / made).unlink(missing_ok=True)
        assert fulfil(*words, "--quiet") == (0, "", ""), words


def test_rules_are_listed_in_the_language_asked_for() -> None:
    said = fulfil("rules", "list", "--lang", "zh")
    assert "发货超时" in said.stdout
    assert fulfil("rules", "list", "--lang", "fr").returncode == 2
