"""The pages of the policies are what the files say now, and the page of contradictions says what the files do."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from fulfil_analytics.policy import load_policies
from fulfil_analytics.policy.docs import policy_pages, write_policy_pages
from fulfil_analytics.resources import rules_folder

DOCS = Path(__file__).resolve().parents[2] / "docs"
AGAIN = "run: python -m fulfil_analytics.policy.docs docs/policies"


@pytest.fixture(scope="module")
def policies():
    return load_policies([rules_folder() / "policies"])


def test_the_pages_are_made_from_the_files_as_they_are_now(policies):
    pages = policy_pages(policies)
    assert set(pages) == {path.name for path in (DOCS / "policies").glob("*.md")} - {"contradictions.md"}, AGAIN
    for name, text in pages.items():
        assert (DOCS / "policies" / name).read_text(encoding="utf-8") == text, f"{name} is out of date; {AGAIN}"


def test_pages_can_be_written_anywhere(tmp_path, policies):
    written = write_policy_pages(tmp_path / "new" / "folder")
    assert {path.name for path in written} == {*(f"{name}.md" for name in policies), "README.md"}


def test_every_line_calendar_notice_and_metric_stands_with_source_and_confidence(policies):
    for name, text in policy_pages(policies).items():
        if name == "README.md":
            continue
        policy = policies[name.removesuffix(".md")]
        rows = [row for row in text.splitlines() if row.startswith("| ")]
        parts = [*policy.windows, *policy.metrics, *policy.calendars.values()]
        parts += [line for version in policy.versions for line in policy.lines_of(version.id)]
        for part in parts:
            basis = f"{' '.join(part.sources)} ({part.confidence})"
            assert any(basis in row for row in rows), (name, basis)
        widths = {text.count("|") for text in rows if "---" not in text}
        assert all(3 <= width <= 9 for width in widths)


@pytest.mark.parametrize("page", sorted([*DOCS.glob("policies/*.md"), DOCS / "metrics.md"]), ids=lambda path: path.stem)
def test_links_between_the_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+\.md)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).is_file(), target


def test_the_page_of_contradictions_has_all_thirteen():
    text = (DOCS / "policies" / "contradictions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == [str(n) for n in range(1, 14)]


def line_of(policy, line_id):
    return next(line for line in policy.lines if line.id == line_id)


def test_what_the_page_of_contradictions_says_of_the_files_is_so(policies):
    us, uk, th, vn = (policies[f"tiktok-{key}"] for key in ("us", "uk", "th", "vn"))
    indonesia, malaysia, abroad = (policies[f"tiktok-{key}"] for key in ("id", "my", "cross-border"))
    # 1
    limits = [us.metric("late_dispatch_rate", dt.date(2026, 3, day)).enforce for day in (1, 2)]
    assert limits == [0.04, 0.10]
    assert us.metric("on_time_dispatch", dt.date(2026, 3, 2)).confidence == "unverified"
    # 2
    stops = {version: line.stop for line in us.lines if line.stage == "dispatch" for version in line.versions}
    assert (stops["2025"], stops["2026-01-12"], stops["2026-01-26"]) == (
        ["rts_at"],
        ["dispatched_at"],
        ["dispatched_at"],
    )
    assert {tuple(line.stop) for line in uk.lines if line.stage == "dispatch"} == {("rts_at",)}
    # 3
    assert [calendar.rest_weekdays for calendar in vn.calendars.values()][0] == ["sun"]
    assert indonesia.calendars["id"].rest_weekdays == ["sat", "sun"]
    assert (th.calendars["th"].rest_weekdays, th.calendars["th"].confidence) == (["sat", "sun"], "unverified")
    assert malaysia.calendars["my-north"].rest_weekdays == ["fri", "sat"]
    assert all(line.calendar != "my-north" for line in malaysia.lines)
    # 4
    answers = {
        policy.id: {line.amount for line in policy.lines if line.stage == "cancellation_answer"}
        for policy in (us, th, indonesia, abroad)
    }
    assert answers == {"tiktok-us": {24}, "tiktok-th": {24}, "tiktok-id": {48}, "tiktok-cross-border": {48}}
    # 6
    days = {
        policy.id: policy.metric("seller_fault_cancellation_rate", dt.date(2026, 11, 1)).window_days
        for policy in (us, uk, th, indonesia, abroad)
    }
    assert days == {"tiktok-us": 30, "tiktok-uk": 30, "tiktok-th": 7, "tiktok-id": 7, "tiktok-cross-border": 7}
    # 7
    assert us.metric("late_dispatch_rate", dt.date(2026, 11, 1)).among == "stopped"
    # 10
    assert {policy.holiday_reading for name, policy in policies.items() if name.startswith("tiktok-")} == {"closed"}
    # 11
    cancel = line_of(us, "auto-cancel")
    assert (cancel.amount, cancel.unit, cancel.confidence, cancel.platform_due) == (
        7, "business_day", "unverified", "auto_cancel_rts_at",
    )  # fmt: skip
    # 13
    drops = [(line_of(abroad, f"dispatch-drop-off-{hours}").amount, hours) for hours in (120, 96)]
    assert drops == [(120, 120), (96, 96)]
    assert [str(version.from_day) for version in abroad.versions][:2] == ["2023-01-17", "2024-12-23"]
