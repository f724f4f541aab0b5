"""A policy as a page to read: versions, lines, windows and limits, each with its sources and how sure they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fulfil_analytics.policy.model import LAST_SECOND, Calendar, Line, Metric, Policy, Tier, Version, Window


def policy_page(policy: Policy) -> str:
    """Return `policy` as Markdown."""
    parts = [
        f"# {policy.title}",
        f"`{policy.id}` · markets: {policy.market or 'chosen by name only'} · zone: {policy.zone} · "
        f"seller's holiday mode: {policy.holiday_reading}",
        *(f"- {note}" for note in policy.notes),
    ]
    for version in policy.versions:
        parts += ["", f"## {version.title}", _span(version), ""]
        rows = [_line_row(line) for line in policy.lines_of(version.id)]
        parts += _table(("line", "stage", "for", "deadline", "stopped by", "sources"), rows)
    if policy.calendars:
        parts += ["", "## Calendars", ""]
        parts += _table(
            ("calendar", "rests on", "sources"), [_calendar_row(*item) for item in policy.calendars.items()]
        )
    if policy.windows:
        parts += ["", "## Notices", ""]
        parts += _table(("notice", "orders created", "change", "sources"), [_window_row(w) for w in policy.windows])
    if policy.metrics:
        parts += ["", "## Limits", ""]
        heads = ("metric", "counts", "of", "period", "target", "not enforced while", "sources")
        parts += _table(heads, [_metric_row(metric) for metric in policy.metrics])
        penalties = [_tier_row(metric, tier) for metric in policy.metrics for tier in metric.tiers]
        if penalties:
            parts += ["", "## What follows", ""]
            parts += _table(("metric", "range", "consequence", "sources"), penalties)
    parts += ["", "## Sources", ""]
    for key, source in policy.sources.items():
        dated = f", dated {source.dated}" if source.dated else ""
        parts.append(f"- **{key}** {source.title}{dated}, read {source.read} {source.address}".rstrip())
    return "\n".join(parts) + "\n"


def duration(line: Line) -> str:
    """Return how long a line gives, in words."""
    if line.fixed_at is not None:
        return f"at {line.fixed_at:%Y-%m-%d %H:%M:%S}"
    if line.amount is None or line.unit is None:
        return "as the platform says"
    text = _units(line.amount, line.unit)
    if line.handling:
        text = f"handling time + {text}" if line.amount else "handling time"
    if line.cutoff is not None and line.amount_after_cutoff is not None:
        text += f"; {_units(line.amount_after_cutoff, line.unit)} from {line.cutoff:%H:%M} on and on rest days"
    if line.is_exact and line.unit != "hour":
        text += ", to the second"
    if line.unit == "hour" and not line.is_exact:
        text += ", to the end of that day"
    return text if line.due_time == LAST_SECOND else f"{text}, {line.due_time:%H:%M:%S}"


_DAY_0 = {
    "next_business_day": "an order of a rest day counts as one of the next business day",
    "counts": "a business day on which it starts is the first",
}


def _limits(line: Line) -> Iterator[str]:
    """Yield what else a line says of its deadline."""
    if line.day_0 in _DAY_0:
        yield _DAY_0[line.day_0]
    if line.handling_default is not None:
        yield f"handling time {line.handling_default} days where the order names none"
    if line.handling_min is not None:
        yield f"handling time at least {line.handling_min} days"
    if line.handling_max is not None:
        yield f"handling time at most {line.handling_max} days"
    if line.extension_cap is not None and line.unit is not None:
        yield f"windows give no more than {_units(line.extension_cap, line.unit)}"
    if line.grace_minutes:
        yield f"{_units(line.grace_minutes, 'minute')} of grace"
    if not line.assessed:
        yield "not assessed"


def _units(amount: int, unit: str) -> str:
    return f"{amount} {unit.replace('_', ' ')}{'' if amount == 1 else 's'}"


def _basis(sources: Sequence[str], confidence: str, note: str) -> str:
    return f"{' '.join(sources)} ({confidence}){': ' + note if note else ''}"


def _span(version: Version) -> str:
    until = f"to {version.until_day}" if version.until_day else "on"
    basis = _basis(version.sources, version.confidence, version.note)
    return f"Orders created from {version.from_day} {until} · {basis}"


def _line_row(line: Line) -> tuple[str, ...]:
    chosen = "; ".join(f"{key}: {', '.join(map(str, values))}" for key, values in line.select.items())
    return (
        f"`{line.id}`",
        line.stage,
        chosen or "all other orders",
        "; ".join([f"{duration(line)} after {_start(line)}", *_limits(line)]),
        " or ".join(line.stop),
        _basis(line.sources, line.confidence, line.note),
    )


def _start(line: Line) -> str:
    if line.after is not None:
        return f"the {line.after} deadline"
    return line.start if line.start_else is None else f"{line.start}, else {line.start_else}"


def _window_row(window: Window) -> tuple[str, ...]:
    change = (
        f"due {window.fixed_at}"
        if window.action == "fixed"
        else f"{window.action} {_units(window.amount or 0, window.unit or '')}"
    )
    who = "for all" if window.automatic else "where opted in"
    if window.opt_in_until is not None:
        who += f" until {window.opt_in_until}"
    for word, places in (("to", window.states), ("from", window.warehouse_states)):
        who += f", orders {word} {', '.join(places)}" if places else ""
    basis = _basis(window.sources, window.confidence, window.note)
    return (window.title, f"{window.from_at} to {window.to_at}", f"{change}, {who}", basis)


def _calendar_row(name: str, calendar: Calendar) -> tuple[str, ...]:
    rest = ", ".join(calendar.rest_weekdays) or "no weekday"
    if calendar.holidays:
        observed = "with" if calendar.observed else "without"
        rest += f"; holidays of {calendar.holidays}, {observed} substitute days"
    for word, days in (("also", calendar.add), ("but works on", calendar.remove)):
        rest += f"; {word} {', '.join(map(str, days))}" if days else ""
    return (f"`{name}`", rest, _basis(calendar.sources, calendar.confidence, calendar.note))


def _metric_row(metric: Metric) -> tuple[str, ...]:
    signs = ("above", "below") if metric.strict else ("at least", "at most")
    sign = signs[metric.better == "lower"]
    limits = (f"{sign} {value:.1%}" if value is not None else "–" for value in metric.limits())
    span = f" from {metric.from_day}" if metric.from_day else ""
    span += f" until {metric.until_day}" if metric.until_day else ""
    title = f"`{metric.id}` {metric.title}{span}"
    left_out = f"; left out: {', '.join(metric.exclusions)}" if metric.exclusions else ""
    basis = _basis(metric.sources, metric.confidence, metric.note)
    return (title, metric.numerator, metric.denominator + left_out, _period(metric), *limits, basis)


def _period(metric: Metric) -> str:
    if metric.window_days is None:
        return "–"
    starts = "" if metric.window_starts == "rolling" else f" from {metric.window_starts}"
    lag = f", looked at {metric.lag_days} days later" if metric.lag_days else ""
    return f"{metric.window_days} days{starts} by {metric.axis} time{lag}"


def _tier_row(metric: Metric, tier: Tier) -> tuple[str, ...]:
    low = None if tier.above is None else f"{'from' if tier.at_least else 'above'} {tier.above:.1%}"
    high = None if tier.below is None else f"{'to' if tier.at_most else 'below'} {tier.below:.1%}"
    count = f"{tier.count_at_least} orders or more" if tier.count_at_least else None
    effects = (
        f"{tier.points} points" + (f" for {tier.points_days} days" if tier.points_days else "")
        if tier.points
        else None,
        f"at most {tier.cap:.0%} of the usual orders a day" if tier.cap is not None else None,
        f"{tier.charge_cents / 100:.2f} {tier.currency} an order" if tier.charge_cents else None,
        _share(tier) if tier.charge_share is not None else None,
        f"for {tier.days} days" if tier.days else None,
    )
    where = " ".join(part for part in (low, high, count) if part)
    confidence = tier.confidence or metric.confidence
    basis = _basis(tier.sources or metric.sources, confidence, tier.note)
    return (f"`{metric.id}`", where or "always", ", ".join(part for part in effects if part) or "–", basis)


def _share(tier: Tier) -> str:
    least = f", at least {tier.charge_min_cents / 100:.2f}" if tier.charge_min_cents else ""
    most = f", at most {tier.charge_max_cents / 100:.2f}" if tier.charge_max_cents is not None else ""
    return f"{tier.charge_share:.1%} of an order's amount{least}{most} {tier.currency}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    cells = [" | ".join(cell.replace("|", "/") for cell in row) for row in rows]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {row} |" for row in cells)]
