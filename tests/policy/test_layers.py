"""A shop's own policy file laid over its market's."""

from __future__ import annotations

import typing

import pytest

from fulfil_analytics.errors import PolicyError
from fulfil_analytics.policy import load_policies, load_policy
from fulfil_analytics.policy.model import CancelReason, Tier
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.schemas.words import CANCEL_REASON

OWN = """
id = "my-shop"
title = "My shop"
base = "tiktok-us"
[source.MAIL]
title = "Mail of our account manager"
read = "2026-11"
[capacity]
orders_a_day = 40
per = "shop"
sources = ["MAIL"]
confidence = "sure"
[[line]]
id = "dispatch-scan"
amount = 5
sources = ["MAIL"]
"""


@pytest.fixture
def write(tmp_path):
    def make(text, file="my-shop.toml"):
        path = tmp_path / file
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_only_what_the_upper_file_names_differs(write):
    base = load_policy(rules_folder() / "policies" / "tiktok-us.toml")
    own = load_policy(write(OWN))
    changed = [(old, new) for old, new in zip(base.lines, own.lines, strict=True) if old != new]
    assert [(old.id, old.amount, new.amount, new.sources) for old, new in changed] == [
        ("dispatch-scan", 2, 5, ["MAIL"])
    ]
    assert own.zone == base.zone
    assert own.versions == base.versions
    assert own.metrics == base.metrics
    assert own.capacity is not None
    assert base.capacity is None
    assert own.sha256 != base.sha256


def test_a_shops_own_policy_is_chosen_by_name_only(write):
    assert load_policy(write(OWN)).markets == []
    assert load_policy(write(OWN.replace('base = "', 'markets = ["US"]\nbase = "'))).markets == ["US"]


def test_new_parts_are_added_and_metrics_are_told_apart_by_their_first_day(write):
    extra = """
[[line]]
id = "dispatch-vip"
stage = "dispatch"
versions = ["2026-01-26"]
select = { service_level = ["vip"] }
stop = ["dispatched_at"]
amount = 1
unit = "business_day"
calendar = "us-federal"
sources = ["MAIL"]
confidence = "sure"
[[metric]]
id = "late_dispatch_rate"
from = 2026-03-02
target = 0.02
"""
    base, own = load_policy(rules_folder() / "policies" / "tiktok-us.toml"), load_policy(write(OWN + extra))
    assert len(own.lines) == len(base.lines) + 1
    lates = [(m.from_day is not None, m.target, m.enforce) for m in own.metrics if m.id == "late_dispatch_rate"]
    assert lates == [(False, 0.04, 0.04), (True, 0.02, 0.10)]


@pytest.mark.parametrize(
    ("wrong", "file", "line", "says"),
    [
        (OWN.replace('"tiktok-us"', '"tiktok-uss"'), "my-shop.toml", 4, "Did you mean tiktok-us"),
        (OWN.replace("amount = 5", "amuont = 5"), "my-shop.toml", 15, "amuont"),
        (OWN + 'calendar = "nowhere"\n', "my-shop.toml", 17, "us-federal"),
        (OWN.replace('sources = ["MAIL"]\nconf', 'sources = ["MIAL"]\nconf'), "my-shop.toml", 11, "MAIL"),
    ],
)
def test_a_slip_is_shown_where_it_stands(write, wrong, file, line, says):
    with pytest.raises(PolicyError, match=says) as caught:
        load_policy(write(wrong))
    assert caught.value.file == file
    assert abs((caught.value.line or 0) - line) <= 1, caught.value.line


def test_a_slip_that_the_base_makes_is_shown_in_the_base(write):
    good = (rules_folder() / "policies" / "tiktok-us.toml").read_text(encoding="utf-8")
    write(
        good.replace('id = "tiktok-us"', 'id = "mine"').replace('calendar = "us-federal"', 'calendar = "us"', 1),
        "mine.toml",
    )
    with pytest.raises(PolicyError, match="unknown calendar") as caught:
        load_policy(write(OWN.replace("tiktok-us", "mine")))
    assert caught.value.file == "mine.toml"


def test_a_policy_laid_over_a_laid_one_is_refused(write):
    write(OWN.replace("my-shop", "lower"), "lower.toml")
    with pytest.raises(PolicyError, match="itself"):
        load_policy(write(OWN.replace("tiktok-us", "lower")))


def test_reasons_are_those_of_the_exports():
    assert typing.get_args(CancelReason) == CANCEL_REASON


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('counts = "late"\namong = "placed"', "needs a 'stage'"),
        ('counts = "valid_tracking"\naxis = "given"', "mixed"),
        ('counts = "cancelled"\namong = "judged"', "by their creation"),
        ('counts = "cancelled"\namong = "placed"\ncancelled_for = ["lateness"]', "not allowed|should be"),
    ],
)
def test_a_metric_that_cannot_be_meant_is_refused(write, text, says):
    words = "".join(f'{key} = "m"\n' for key in ("id", "title", "numerator", "denominator"))
    head = f'\n[[metric]]\n{words}better = "lower"\nsources = []\nconfidence = "sure"\n'
    with pytest.raises(PolicyError, match=says):
        load_policy(write(OWN + head + text + "\n"))


def test_tiers_of_the_shipped_policies_leave_no_gap_that_is_a_slip():
    for policy in load_policies([rules_folder() / "policies"]).values():
        for metric in policy.metrics:
            for tier in metric.tiers:
                assert tier.sources, (policy.id, metric.id)
                assert (tier.points, tier.cap, tier.charge_cents) != (None, None, None), (policy.id, metric.id)
                assert metric.enforce is not None
                assert (tier.above or 0) >= metric.enforce - 1e-9, (policy.id, metric.id)


@pytest.mark.parametrize(
    ("rate", "count", "holds"),
    [(0.1, 30, True), (0.0999, 30, False), (0.3, 30, False), (0.2999, 30, True), (0.2, 29, False)],
)
def test_the_edges_of_a_tier(rate, count, holds):
    assert Tier(above=0.1, below=0.3, count_at_least=30).holds(rate, count) is holds
    assert not Tier(above=0.1, at_least=False).holds(0.1, 1)
    assert Tier(below=0.1, at_most=True).holds(0.1, 1)
