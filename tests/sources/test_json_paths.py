from __future__ import annotations

import pytest

from fulfil_analytics.sources import json_paths
from fulfil_analytics.sources.json_paths import Path, parse


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("@1 $.id", Path("plain", 1, "$.id")),
        ("@0 $", Path("plain", 0, "$")),
        ("@1 $.packages[*].id", Path("agreed", 1, "$.packages[*].id")),
        ("@2 '1'", Path("constant", 2, "1")),
        ("!@2 @1 $.state", Path("plain", 1, "$.state", guard=2)),
        ("stem [0-9]{15,20}", Path("stem", 0, "[0-9]{15,20}")),
        ("@1 $.a.list[level=L1].name", Path("filtered", 1, "$.a.list[level=L1].name")),
    ],
)
def test_path_is_parsed(text: str, path: Path) -> None:
    assert parse(text) == path


@pytest.mark.parametrize("text", ["", "$.id", "@1", "@1 id", "@x $.id", "@1 $.it's", "!@1", "stem", "@1 $.a $.b"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        parse(text)


@pytest.mark.parametrize("text", ["", "orders[*]", "$.a[*] | ", "$.a'); DROP TABLE x; --"])
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a step"):
        json_paths.step(text, "j")
