"""A bar where a person looks, nothing anywhere else."""

from __future__ import annotations

from typing import Any

import pytest

from fulfil_analytics.api import progress
from fulfil_analytics.audit import run as audit_run
from fulfil_analytics.audit.intake import LOADING, LOOKING


def test_nothing_is_shown_where_nobody_looks(capfd: pytest.CaptureFixture[str]) -> None:
    for wanted in (None, False):
        with progress.progress(wanted) as tell:
            tell("loading")
    assert capfd.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_on_stderr(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.progress(True) as tell:
        for step in progress.STEPS:
            tell(step)
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "running rules" in shown.err or "done" in shown.err


def test_a_notebook_gets_a_bar_that_goes_when_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython import display

    shown: list[str] = []

    class Handle:
        def update(self, thing: Any) -> None:
            shown.append(thing.data)

    def show(thing: Any, display_id: bool) -> Handle:
        shown.append(thing.data)
        return Handle()

    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr(display, "display", show)
    with progress.progress(None) as tell:
        tell("loading")
        tell("loading <b>.csv")
        tell("done")
    assert 'value="0"' in shown[0]
    assert 'value="1"' in shown[2]
    assert "&lt;b&gt;" in shown[2]
    assert f'value="{len(progress.STEPS) - 1}"' in shown[3]
    assert shown[-1] == ""


def test_the_steps_are_those_of_a_run() -> None:
    source = (*audit_run.run_audit.__code__.co_consts, LOOKING, LOADING)
    assert set(progress.STEPS) <= {text for text in source if isinstance(text, str)}
