"""What changed and why, in sentences that are computed.

The change of a rate, whether it is more than chance, the parts that moved it most, and whose clock failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.view import View
from fulfil_analytics.report.words import Words

MOST = 3
"""Parts named in sentences; the chart shows more."""
FEWEST = 5
"""A part with fewer judged orders in both stretches is not named."""
LEAST = 0.0005
"""An effect smaller than this (a twentieth of a point) is not named."""
_Z = 1.959963984540054


@dataclass(frozen=True)
class Change:
    """How a share on time moved from the days before to the days now.

    Attributes
    ----------
    stage : str
        Which clock.
    now, before : tuple of (int, int)
        Orders on time, orders judged.
    still_open : int
        Orders of the days now that are not judged yet.
    parts : list of dict
        Rows of ``queries/change_parts.sql``, the largest effect first; those too small to name are left out.
    """

    stage: str
    now: tuple[int, int]
    before: tuple[int, int]
    still_open: int
    parts: list[Row]

    @property
    def points(self) -> float | None:
        """Return the change in shares (0.01 is one point); None when one of the two has no judged order."""
        if not self.now[1] or not self.before[1]:
            return None
        return self.now[0] / self.now[1] - self.before[0] / self.before[1]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the change (Newcombe's, from the two Wilson intervals)."""
        if self.points is None:
            return None
        one, two = wilson(*self.now), wilson(*self.before)
        here, there = self.now[0] / self.now[1], self.before[0] / self.before[1]
        low = self.points - sqrt((here - one[0]) ** 2 + (two[1] - there) ** 2)
        high = self.points + sqrt((one[1] - here) ** 2 + (there - two[0]) ** 2)
        return low, high


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval of a share.

    Examples
    --------
    >>> tuple(round(end, 4) for end in wilson(9, 10))
    (0.5958, 0.9821)
    """
    rate, square = part / whole, _Z * _Z
    middle = (rate + square / (2 * whole)) / (1 + square / whole)
    reach = _Z * sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def change(view: View, stage: str) -> Change:
    """Return how the share on time of a stage moved, and which parts moved it."""
    whole = view.one("change_whole", stage=stage)
    return Change(
        stage,
        (whole["on_time_now"], whole["judged_now"]),
        (whole["on_time_before"], whole["judged_before"]),
        whole["open_now"],
        [
            row
            for row in view.rows("change_parts", stage=stage)
            if max(row["judged_now"], row["judged_before"]) >= FEWEST and abs(row["effect"]) >= LEAST
        ],
    )


def sentences(words: Words, found: Change) -> list[str]:
    """Return the change in sentences: how much, whether more than chance, what moved it."""
    stage = words.term("stage", found.stage)
    if not found.now[1]:
        return [words("change.nothing_now", stage=stage, open=words.count(found.still_open))]
    said = []
    now, before = _rate(words, found.now), _rate(words, found.before)
    if found.points is None:
        said.append(words("change.nothing_before", stage=stage, now=now))
    else:
        kind = "same" if abs(found.points) < LEAST else "up" if found.points > 0 else "down"
        said.append(
            words(f"change.{kind}", stage=stage, now=now, before=before, points=_points(words, abs(found.points)))
        )
        said += _chance(words, found)
    if found.still_open:
        said.append(words("change.still_open", n=words.count(found.still_open)))
    if found.points is not None:
        said += [part_sentence(words, row) for row in named_parts(found)]
    return said


def named_parts(found: Change) -> list[Row]:
    """Return the parts to name: those that moved the rate the way it went come first, one a kind of part."""
    direction = 1 if (found.points or 0) >= 0 else -1
    chosen: list[Row] = []
    for row in [*(r for r in found.parts if r["effect"] * direction > 0), *found.parts]:
        if row not in chosen and all(row["part"] != other["part"] for other in chosen):
            chosen.append(row)
    return chosen[:MOST]


def _chance(words: Words, found: Change) -> list[str]:
    interval = found.interval
    if interval is None or abs(found.points or 0) < LEAST:
        return []
    key = "change.chance" if interval[0] <= 0 <= interval[1] else "change.more_than_chance"
    return [words(key, low=_points(words, interval[0], signed=True), high=_points(words, interval[1], signed=True))]


def part_sentence(words: Words, row: Row) -> str:
    """Return what one part did to the rate."""
    name = part_name(words, row)
    effect = _points(words, row["effect"], signed=True)
    now, before = (row["on_time_now"], row["judged_now"]), (row["on_time_before"], row["judged_before"])
    if not now[1] or not before[1]:
        key = "change.part_gone" if not now[1] else "change.part_new"
        return words(key, part=name, effect=effect, rate=_rate(words, now if now[1] else before))
    key = "change.part_rate" if abs(row["rate_effect"]) >= abs(row["mix_effect"]) else "change.part_mix"
    weights = (now[1] / row["all_judged_now"], before[1] / row["all_judged_before"])
    return words(
        key,
        part=name,
        effect=effect,
        now=_rate(words, now),
        before=_rate(words, before),
        share_now=words.percent(weights[0]),
        share_before=words.percent(weights[1]),
    )


def part_name(words: Words, row: Row) -> str:
    """Return a part by its kind and name: ``warehouse Dallas TX``."""
    value = row["value"]
    if value is None:
        value = words("chart.nothing_named")
    elif row["part"] in ("weekday", "order_type"):
        value = words.term(row["part"], value)
    return words("change.part", kind=words.term("dimension", row["part"]), name=value)


def cause_sentences(words: Words, rows: Sequence[Row]) -> list[str]:
    """Return whose clock failed, a sentence a stage (rows of ``queries/late_causes.sql``)."""
    said = []
    for stage in dict.fromkeys(row["stage"] for row in rows):
        own = [row for row in rows if row["stage"] == stage]
        parts = [
            words(
                "change.cause",
                n=words.count(row["orders"]),
                cause=words.term("cause", row["cause"] or "not_known"),
                who=words.term("answers", row["answers"] or "open"),
            )
            for row in own[:MOST]
        ]
        total = words.count(sum(row["orders"] for row in own))
        said.append(words("change.causes", stage=words.term("stage", stage), total=total, causes=words.join(parts)))
    return said


def _rate(words: Words, counts: tuple[int, int]) -> str:
    return (
        f"{words.percent(counts[0] / counts[1])} ({words.count(counts[0])} / {words.count(counts[1])})"
        if counts[1]
        else "–"
    )


def _points(words: Words, change: float, *, signed: bool = False) -> str:
    return words.points(change, signed=signed)
