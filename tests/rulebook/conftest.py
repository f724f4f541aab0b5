from __future__ import annotations

import pytest

from fulfil_analytics.errors import RuleError
from fulfil_analytics.rulebook import load_rules, new_rule


@pytest.fixture
def good() -> str:
    return new_rule("my_rule")


@pytest.fixture
def load(tmp_path):
    """Write rule files into one folder of rules and load it."""

    def write_and_load(**files: str):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.sql").write_text(text, encoding="utf-8")
        return load_rules([folder])

    return write_and_load


@pytest.fixture
def refused(load):
    """Load one rule file that must be refused; return the error."""

    def refuse(text: str, name: str = "my_rule") -> RuleError:
        with pytest.raises(RuleError) as caught:
            load(**{name: text})
        return caught.value

    return refuse
