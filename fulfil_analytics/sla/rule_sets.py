"""Rule sets to replay: a policy as it stands, or frozen as it stood on one day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fulfil_analytics.errors import PolicyError, UsageError, suggest
from fulfil_analytics.policy.calendar import FIRST_YEAR
from fulfil_analytics.policy.load import load_policy
from fulfil_analytics.policy.model import Policy

OPTION = "--policy"
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?\Z")


@dataclass(frozen=True)
class RuleSet:
    """A policy under the name it was asked for.

    Attributes
    ----------
    label : str
        As asked for, e.g. ``tiktok-us@2025-10``.
    policy : Policy
        Dated, or with a single version that holds for every order whenever it was created.
    named : str
        The id or file that `label` names, without the day.
    """

    label: str
    policy: Policy
    named: str = ""


def rule_sets(text: str, policies: Mapping[str, Policy]) -> list[RuleSet]:
    """Return the rule sets that a comma-separated list names.

    ``tiktok-us``, or a policy file of one's own, is the policy with all its versions, each for the orders of its days.
    ``tiktok-us@2025`` freezes the version of that id; else what follows the ``@`` is a day, or a month or year, which
    means its last day: then the version and the limits of that day hold for all orders.

    Raises
    ------
    UsageError
        Fewer than two rule sets, the same one twice, an unknown policy.
    PolicyError
        No version holds on that day.
    """
    names = [part.strip() for part in text.split(",")]
    sets = [_rule_set(name, policies) for name in names]
    if len(sets) < 2:
        raise UsageError(
            "a replay compares at least two rule sets",
            column=OPTION,
            remedy=f"Add another after a comma, e.g. {sets[0].policy.id},{names[0]}",
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is named twice", column=OPTION, remedy="Name each rule set once")
    return sets


def _rule_set(label: str, policies: Mapping[str, Policy]) -> RuleSet:
    named, at, when = (label, "", "") if label.endswith(".toml") else label.partition("@")
    if named.endswith(".toml"):
        policy = load_policy(Path(named))
    elif named in policies:
        policy = policies[named]
    else:
        raise UsageError(f"no policy named {named}", column=OPTION, remedy=suggest(named, policies))
    return RuleSet(label, frozen(policy, when) if at else policy, named)


def frozen(policy: Policy, when: str) -> Policy:
    """Return `policy` with the one version named `when`, or the one in force on that day, for orders of all times.

    Raises
    ------
    PolicyError
        There is no such version, or none holds on that day.
    """
    version = next((v for v in policy.versions if v.id == when), None)
    day = last_day(when) if version is None else version.until_day
    if version is None and day is not None:
        version = next(
            (v for v in policy.versions if v.from_day <= day and (v.until_day is None or day <= v.until_day)), None
        )
    if version is None:
        spans = ", ".join(f"{v.id} ({v.from_day} to {v.until_day or 'now'})" for v in policy.versions)
        raise PolicyError(
            f"{policy.id} has no version {when!r}", column=OPTION, remedy=f"Name a day or one of: {spans}"
        )
    always = version.model_copy(update={"from_day": dt.date(FIRST_YEAR, 1, 1), "until_day": None})
    names = dict.fromkeys(metric.id for metric in policy.metrics)
    metrics = [metric for name in names if (metric := policy.metric(name, day or dt.date.max)) is not None]
    return policy.model_copy(
        update={
            "versions": [always],
            "lines": [line.model_copy(update={"versions": [version.id]}) for line in policy.lines_of(version.id)],
            "metrics": [metric.model_copy(update={"from_day": None, "until_day": None}) for metric in metrics],
        }
    )


def last_day(text: str) -> dt.date | None:
    """Return the last day of a day, month or year in ISO form; ``None`` when it is none.

    Examples
    --------
    >>> last_day("2026-02"), last_day("2025"), last_day("2026-01-12"), last_day("spring")
    (datetime.date(2026, 2, 28), datetime.date(2025, 12, 31), datetime.date(2026, 1, 12), None)
    """
    found = _DATE.match(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 12)
    try:
        return dt.date(year, month, int(found[3] or calendar.monthrange(year, month)[1]))
    except (ValueError, calendar.IllegalMonthError):
        return None
