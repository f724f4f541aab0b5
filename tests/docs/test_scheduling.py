"""The recipes of ``docs/scheduling.md``, run as they are printed there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fulfil_analytics.sample import generate

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "scheduling.md").read_text(encoding="utf-8")
MONDAY = "2026-11-16 07:05"


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language, in the page's order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.M | re.S)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder as the page supposes it, `fulfil`, a clock that stands on a Monday, a `curl` that keeps its input."""
    generate(tmp_path / "exports", orders=60, seed=7)
    (tmp_path / "fulfil.toml").write_text('policy = "tiktok-us"\n', encoding="utf-8")
    shims = tmp_path / "shims"
    shims.mkdir()
    for name, body in {
        "fulfil": f'exec "{sys.executable}" -m fulfil_analytics "$@"',
        # `date -d '8 days ago'` counts from the Monday that the test sets
        "date": f'shift; exec {shutil.which("date")} -d "$TODAY ${{1/yesterday/1 day ago}}" "$2"',
        "curl": 'cat >> "$POSTED"; echo >> "$POSTED"',
    }.items():
        (shims / name).write_text(f"#!/usr/bin/env bash\n{body}\n", encoding="utf-8")
        (shims / name).chmod(0o755)
    return tmp_path


def run(script: str, place: Path, today: str = MONDAY, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script in `place`; PYTHONPATH makes `fulfil` the code under test."""
    env = {
        **os.environ,
        "PATH": f"{place / 'shims'}:{os.environ['PATH']}",
        "PYTHONPATH": str(TOP),
        "TODAY": today,
        "POSTED": str(place / "posted"),
        **more,
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=place, env=env, check=False, capture_output=True, text=True
    )


def test_the_weekly_script_twice(place: Path) -> None:
    """Two Mondays: a folder a week, the second compared with the first, and a line that the chat takes."""
    script = blocks("bash")[0].replace("cd /srv/fulfil ", f"cd {place} ")
    assert str(place) in script
    for today in ("2026-11-09 07:05", MONDAY):
        done = run(script, place, today)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    weeks = sorted(folder.name for folder in (place / "audits").iterdir())
    assert weeks == ["2026-W45", "2026-W46"]
    line = json.loads((place / "audits" / "2026-W46" / "line.json").read_text(encoding="utf-8"))
    assert line["level"] == "breach"
    assert (place / "audits" / "2026-W46" / "week.html").stat().st_size > 100_000
    if shutil.which("jq"):
        chat = "week=2026-W46\nWEBHOOK=https://chat.example.com/hook\n" + blocks("bash")[1]
        done = run(chat, place)
        assert (done.returncode, done.stderr) == (0, "")
        posts = [json.loads(text) for text in re.split(r"\n(?=\{)", (place / "posted").read_text(encoding="utf-8"))]
        assert len(posts) == 5
        assert posts[0] == {"text": line["text"]}
        assert posts[2]["text"]["content"] == line["text"]


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_steps_of_the_workflow(place: Path) -> None:
    """What GitHub would run after the checkout, step by step."""
    workflow = yaml.safe_load(blocks("yaml")[0])
    steps = {step.get("name"): step for step in workflow["jobs"]["report"]["steps"]}
    done = run(steps["Report"]["run"], place, GITHUB_STEP_SUMMARY=str(place / "summary.md"))
    assert (done.returncode, done.stderr) == (0, "")
    kept = next(step["with"]["path"] for step in steps.values() if "upload-artifact" in step.get("uses", ""))
    assert [path for path in kept.split() if not (place / path).is_file()] == []
    told = json.loads((place / "line.json").read_text(encoding="utf-8"))["text"]
    assert (place / "summary.md").read_text(encoding="utf-8").strip() == told.strip()
    # without a webhook the step is silent, with one it posts
    tell = steps["Tell the team"]["run"]
    assert run(tell, place, WEBHOOK="").returncode == 0
    assert not (place / "posted").exists()
    assert run(tell, place, WEBHOOK="https://chat.example.com/hook").returncode == 0
    assert json.loads((place / "posted").read_text(encoding="utf-8"))["text"] == told


def test_cron_and_timer_mean_monday_at_seven() -> None:
    """The lines have the form that cron and systemd read."""
    minute, hour, day, month, weekday, user, command = blocks("cron")[0].splitlines()[-1].split()
    assert (minute, hour, day, month, weekday, user) == ("0", "7", "*", "*", "MON", "fulfil")
    service, timer = blocks("ini")
    assert f"ExecStart={command}" in service
    moment = re.search(r"^OnCalendar=(.*)$", timer, flags=re.M)
    assert moment is not None
    if shutil.which("systemd-analyze"):
        told = subprocess.run(["systemd-analyze", "calendar", moment[1]], check=False, capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
        assert "Normalized form: Mon *-*-* 07:00:00 America/Los_Angeles" in told.stdout
