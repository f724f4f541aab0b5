"""Bad policy files: one line that names file, line, key and what is allowed."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.errors import PolicyError
from fulfil_analytics.policy import choose_policy, load_policies, load_policy, policy_page
from fulfil_analytics.resources import rules_folder

GOOD = """\
id = "made-up"
title = "Made up"
platform = "made_up"
markets = ["US"]
zone = "America/New_York"

[source.X]
title = "A page"
read = "2026-11"

[calendar.week]
rest_weekdays = ["sat", "sun"]
holidays = "US"
sources = ["X"]
confidence = "sure"

[[version]]
id = "first"
title = "First"
from = 2025-01-01
until = 2025-12-31
sources = ["X"]
confidence = "sure"

[[version]]
id = "second"
title = "Second"
from = 2026-01-01
sources = ["X"]
confidence = "sure"

[[line]]
id = "dispatch"
stage = "dispatch"
versions = ["first", "second"]
stop = ["dispatched_at"]
amount = 2
unit = "business_day"
calendar = "week"
sources = ["X"]
confidence = "likely"

[[window]]
id = "sale"
title = "Sale"
reason = "campaign"
from = 2026-11-20
to = 2026-11-30
action = "add"
amount = 1
unit = "business_day"
sources = ["X"]
confidence = "sure"
"""


@pytest.fixture
def write(tmp_path):
    def make(text, name="made-up.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_the_good_file_is_good(write):
    policy = load_policy(write(GOOD))
    assert policy.stages() == ["dispatch"]
    assert policy.market == "US"
    assert policy.for_market("US")
    assert not policy.for_market("GB")
    assert len(policy.sha256) == 64
    assert policy.file == "made-up.toml"


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "says"),
    [
        ('zone = "America', 'zome = "America', 5, "zome", "unknown key"),
        ('zone = "America/New_York"', 'zone = "America/Atlantis"', 5, "zone", "unknown time zone"),
        ('holidays = "US"', 'holidays = "XX"', 13, "calendar.week.holidays", "unknown holiday set"),
        ('holidays = "US"', 'holidays = "US-QQ"', 13, "calendar.week.holidays", "unknown holiday set"),
        ('holidays = "US"', 'holliday = "US"', 13, "calendar.week.holliday", "Known: add, confidence, holidays"),
        ('["sat", "sun"]', '["sat", "sunday"]', 12, "calendar.week.rest_weekdays.1", "Did you mean sun?"),
        ("from = 2026-01-01", "from = 2025-12-31", 28, "version.1.from", "before version 'first' ends"),
        ("until = 2025-12-31", "until = 2024-12-31", 21, "version.0.until", "ends before it starts"),
        ('id = "second"', 'id = "first"', 26, "version.1.id", "there twice"),
        ('"first", "second"', '"first", "third"', 35, "line.0.versions", "unknown version 'third'"),
        ('stage = "dispatch"', 'stage = "dispatched"', 34, "line.0.stage", "Did you mean dispatch?"),
        ('["dispatched_at"]', '["despatched_at"]', 36, "line.0.stop.0", "Did you mean dispatched_at?"),
        ('calendar = "week"', 'calendar = "weak"', 39, "line.0.calendar", "Did you mean week?"),
        ('calendar = "week"\n', "", 32, "line.0", "business days need a 'calendar'"),
        ('unit = "business_day"\ncalendar', 'unit = "day"\ncalendar', 38, "line.0.unit", "Known: business_day"),
        ("amount = 2", "amount = -2", 37, "line.0.amount", "greater than or equal to 0"),
        ("amount = 2", "amount = 0", 37, "line.0.amount", "0 business days"),
        ('amount = 2\nunit = "business_day"', "amount = 2", 32, "line.0", "belong together"),
        ('calendar = "week"\n', 'calendar = "week"\ncutoff = 14:00:00\n', 32, "line.0", "belong together"),
        ('unit = "business_day"\ncalendar', 'unit = "hour"\nhandling = true\ncalendar', 38, "line.0.unit", "day rules"),
        ('confidence = "likely"', 'confidence = "rumour"', 41, "line.0.confidence", "sure"),
        ('["X"]\nconfidence = "likely"', '["Y"]\nconfidence = "likely"', 40, "line.0.sources", "unknown source 'Y'"),
        ("to = 2026-11-30", "to = 2026-11-19", 48, "window.0.to", "ends before it starts"),
        ('action = "add"', 'action = "fixed"', 49, "window.0.action", "needs 'fixed_at'"),
        ('action = "add"\namount = 1', 'action = "add"', 49, "window.0.action", "needs 'amount' and 'unit'"),
        ('reason = "campaign"', "", 43, "window.0.reason", "is missing"),
        ('title = "Made up"', 'title = "Made up', 2, None, "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(write, old, new, line, column, says):
    assert old in GOOD
    with pytest.raises(PolicyError) as caught:
        load_policy(write(GOOD.replace(old, new, 1)))
    error = caught.value
    assert (error.file, error.line, error.column) == ("made-up.toml", line, column)
    assert says in str(error)
    assert error.remedy
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("keys", "below", "column", "says"),
    [
        ('after = "rts"', 0, "line.0.after", "no deadline of stage 'rts'"),
        ('day_0 = "next"', 0, "line.0.day_0", "Known: counts, next_business_day, order_day"),
        ('handling = true\nday_0 = "counts"', 1, "line.0.day_0", "exclude each other"),
        ('rounding = "exact"\ndue_time = 18:00:00', 1, "line.0.due_time", "end_of_day"),
        ('rounding = "exact"\nextension_cap = 3', 1, "line.0.extension_cap", "whole days"),
        ('start_else = "created_at"', 0, "line.0.start_else", "is 'start' again"),
        ('select = { origin = ["overseas"] }', 0, "line.0.select", "Known: cross_border, domestic, overseas_warehouse"),
        ('select = { order_type = ["preorder"] }', 0, "line.0.select", "Did you mean pre_order?"),
        ('select = { categories = ["Food"] }', 0, "line.0.select.categories", "Did you mean category?"),
    ],
)
def test_what_is_wrong_with_a_line(write, keys, below, column, says):
    """Keys added below line 39; the error names the line `below` the first of them."""
    with pytest.raises(PolicyError) as caught:
        load_policy(write(GOOD.replace('calendar = "week"\n', f'calendar = "week"\n{keys}\n', 1)))
    assert (caught.value.file, caught.value.line, caught.value.column) == ("made-up.toml", 40 + below, column)
    assert says in str(caught.value)


def test_a_version_supersedes_only_an_earlier_one(write):
    text = GOOD.replace("from = 2026-01-01", 'from = 2026-01-01\nsupersedes = "frist"')
    with pytest.raises(PolicyError, match=r"made-up\.toml:29.*no earlier version 'frist'.*Did you mean first\?"):
        load_policy(write(text))


METRIC = """
[[metric]]
id = "late_dispatch_rate"
title = "Late"
stage = "dispatch"
numerator = "late"
denominator = "all"
counts = "late"
better = "lower"
sources = ["X"]
confidence = "sure"
{more}
"""


@pytest.mark.parametrize(
    ("more", "column", "says"),
    [
        ('calendar = "weak"', "metric.0.calendar", "Did you mean week?"),
        ('open_orders = "ignored"', "metric.0.open_orders", "Known: counted, late, left_out"),
        ('entity = "parcel"', "metric.0.entity", "Known: order, package, unit"),
        ("[[metric.tier]]\ncharge_share = 0.1", "metric.0.tier", "currency"),
        ("[[metric.tier]]\npoints_days = 90", "metric.0.tier", "'points_days' without 'points'"),
        ("[[metric.tier]]\nabove = 0.3\nbelow = 0.1", "metric.0.tier", "ends before it starts"),
        ("[[metric.tier]]\nlimit = 3", "metric.0.tier.0.limit", "Known: above"),
    ],
)
def test_what_is_wrong_with_a_metric(write, more, column, says):
    with pytest.raises(PolicyError) as caught:
        load_policy(write(GOOD + METRIC.format(more=more)))
    assert caught.value.column == column
    assert caught.value.line is not None
    assert caught.value.line > GOOD.count("\n")
    assert says in str(caught.value)


def test_selectors_are_a_closed_list(write):
    text = GOOD.replace(
        'unit = "business_day"\ncalendar', 'select = { buyer_key = ["x"] }\nunit = "business_day"\ncalendar'
    )
    with pytest.raises(PolicyError, match=r"made-up\.toml:38.*warehouse"):
        load_policy(write(text))


def test_two_lines_for_the_same_orders_are_refused(write):
    line = GOOD[GOOD.index("[[line]]") : GOOD.index("[[window]]")]
    with pytest.raises(PolicyError, match="'dispatch' and 'other' govern the same orders in version 'first'"):
        load_policy(write(GOOD + line.replace('id = "dispatch"', 'id = "other"')))
    preferred = line.replace('id = "dispatch"', 'id = "other"\npriority = 1')
    assert len(load_policy(write(GOOD + preferred)).lines) == 2


def test_two_files_with_one_id_are_refused_and_both_named(write, tmp_path):
    write(GOOD, "a.toml")
    write(GOOD, "b.toml")
    with pytest.raises(PolicyError, match=r"b\.toml.*made-up.*a\.toml"):
        load_policies([tmp_path])


def test_the_policy_of_a_clear_market_is_chosen(write, tmp_path):
    write(GOOD, "us.toml")
    write(GOOD.replace('"made-up"', '"europe"').replace('["US"]', '["ES", "IE"]'), "eu.toml")
    policies = load_policies([tmp_path])
    assert list(policies) == ["europe", "made-up"]
    assert choose_policy(policies, {"US": 80, "GB": 20}).id == "made-up"
    assert choose_policy(policies, {"ES": 50, "IE": 50}).id == "europe"


@pytest.mark.parametrize("markets", [{}, {"US": 79, "GB": 21}, {"GB": 100}, {"US": 50, "ES": 50}])
def test_an_unclear_market_lists_the_known_policies(write, tmp_path, markets):
    write(GOOD, "us.toml")
    with pytest.raises(PolicyError, match=r"no clear market.*--policy.*made-up"):
        choose_policy(load_policies([tmp_path]), markets)


def test_two_policies_for_one_market_are_not_chosen_between(write, tmp_path):
    write(GOOD, "a.toml")
    write(GOOD.replace('"made-up"', '"mine"'), "b.toml")
    with pytest.raises(PolicyError, match="made-up, mine"):
        choose_policy(load_policies([tmp_path]), {"US": 5})


SHIPPED = sorted((rules_folder() / "policies").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_file_loads_is_named_after_its_id_and_makes_a_page(path):
    policy = load_policy(path)
    assert policy.id == path.stem
    page = policy_page(policy)
    for line in policy.lines:
        assert line.sources, line.id
        assert f"`{line.id}`" in page
    cited = {
        key for part in [*policy.versions, *policy.lines, *policy.windows, *policy.metrics] for key in part.sources
    }
    cited |= {key for calendar in policy.calendars.values() for key in calendar.sources}
    cited |= {key for metric in policy.metrics for tier in metric.tiers for key in tier.sources}
    named = path.read_text(encoding="utf-8")
    for key in policy.sources:
        assert key in cited or f"({key}" in named or f"# {key}" in named, f"source {key} is not used"


def test_a_page_says_below_where_the_limit_itself_misses_and_shows_a_relaxed_limit_as_it_holds():
    pages = {path.stem: policy_page(load_policy(path)) for path in SHIPPED if path.stem in ("tiktok-th", "tiktok-us")}
    assert "| below 4.0% | below 10.0% |" in pages["tiktok-th"]
    assert "| above 90.0% |" in pages["tiktok-th"]
    assert "| at most 4.0% | at most 10.0% |" in pages["tiktok-us"]
    border = load_policy(rules_folder() / "policies" / "tiktok-cross-border.toml")
    assert "| below 42.4% | below 46.0% |" in policy_page(border)


def test_a_plain_date_to_be_ready_by_is_all_of_that_day(write):
    fixed = GOOD.replace('action = "add"\namount = 1\nunit = "business_day"', 'action = "fixed"\nfixed_at = 2026-12-02')
    assert load_policy(write(fixed)).windows[0].fixed_at == dt.datetime(2026, 12, 2, 23, 59, 59)


def test_the_shipped_policies_load_together():
    assert "tiktok-us" in load_policies([rules_folder() / "policies"])
