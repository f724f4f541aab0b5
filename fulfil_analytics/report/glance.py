"""The first screen: five questions with their answers, and a card a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfil_analytics.report.change import Change, named_parts, part_name
from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.period import Measured
from fulfil_analytics.report.view import View
from fulfil_analytics.report.words import NONE, Words, listed

WORST_FIRST = ("breach", "watch", "ok", "too_few", None)
SOON_SECONDS = 24 * 3600
OWN_STAGES = ("on_time_dispatch", "on_time_delivery")
"""What the first answer tells, and the change is explained of."""
MOST_RULES = 4
"""Rules named with their parcels; the others are told as one number."""

Item = dict[str, Any]


def glance(
    view: View, measured: Measured, changes: Sequence[Change], head: Row, urgent: Row, titles: Mapping[str, str]
) -> list[Item]:
    """Return the five answers: ``kind`` (ok, watch, breach or quiet), ``question``, ``answer``, ``href``.

    Parameters
    ----------
    changes : sequence of Change
        How the rates on time moved.
    head : dict
        Row of ``queries/headline.sql``.
    urgent : dict
        Row of ``queries/urgent.sql``.
    titles : mapping
        :func:`rule_titles`.
    """
    words = view.words
    judged = [row for row in measured.now if row["mode"] == "effective" and row["slice"] == "{}"]
    return [
        _on_time(words, judged, head),
        _limits(words, judged),
        _worse(words, changes, _fallen(words, judged, measured)),
        _today(words, urgent),
        _fake(words, head, titles),
    ]


def _item(words: Words, key: str, kind: str, answer: str, href: str) -> Item:
    return {"kind": kind, "question": words(f"glance.{key}"), "answer": answer, "href": href}


def _on_time(words: Words, judged: Sequence[Row], head: Row) -> Item:
    own = [row for row in judged if row["metric"].startswith("on_time_") and row["rate"] is not None]
    stages = [row for row in own if row["metric"] in OWN_STAGES]
    if not stages:
        key = "glance.nothing_judged" if head["orders"] else "glance.no_orders"
        return _item(words, "on_time", "quiet", words(key), "#rates")
    told = [
        words(
            "glance.rate",
            metric=words.term("metric", row["metric"]),
            rate=words.percent(row["rate"]),
            part=words.count(row["numerator"]),
            whole=words.count(row["denominator"]),
        )
        + (words("glance.not_judged", n=words.count(row["pending"])) if row["pending"] else "")
        for row in stages
    ]
    answer = words.sentence(told)
    if head["left_unknown"]:
        answer = words.run_on([answer, words("glance.left_unknown", n=words.count(head["left_unknown"]))])
    return _item(words, "on_time", _worst(stages), answer, "#rates")


def _limits(words: Words, judged: Sequence[Row]) -> Item:
    limited = [row for row in judged if row["status"] is not None]
    broken = [row for row in limited if row["status"] == "breach"]
    if broken:
        told = words.join([_past(words, row) for row in broken])
        answer = words("glance.broken", n=len(broken), of=len(limited), which=told)
        return _item(words, "limits", "breach", answer, "#rates")
    tight = [row for row in limited if row["status"] in ("ok", "watch") and row["headroom"] is not None]
    if not tight:
        return _item(words, "limits", "quiet", words("glance.no_limit"), "#rates")
    nearest = min(tight, key=lambda row: (row["headroom"], row["metric"]))
    below = [row for row in tight if row["status"] == "watch"]
    able = [row for row in limited if row["status"] != "too_few"]
    answer = words(
        "glance.kept" if len(able) == len(limited) else "glance.kept_of",
        n=len(able),
        **({} if len(able) == len(limited) else {"of": len(limited)}),
        metric=words.term("metric", nearest["metric"]),
        room=words.count(nearest["headroom"]),
    )
    if below:
        which = words.join([words.term("metric", row["metric"]) for row in below])
        answer = words.run_on([answer, words("glance.below_target", which=which)])
    return _item(words, "limits", "watch" if below else "ok", answer, "#rates")


def _past(words: Words, row: Row) -> str:
    limit = row["enforce"] if row["enforce"] is not None else row["target"]
    metric = words.term("metric", row["metric"])
    return words("glance.past", metric=metric, rate=words.percent(row["rate"]), limit=words.limit(limit))


def _fallen(words: Words, judged: Sequence[Row], measured: Measured) -> list[str]:
    """Return the metrics that got worse; those of the stages on time are told with their parts."""
    told = []
    for row in judged:
        before = measured.earlier(row["metric"])
        moves = moved(words, row, before, measured.better.get(row["metric"], "higher"))
        if before is not None and moves and moves["kind"] == "bad" and row["metric"] not in OWN_STAGES:
            rates = {"rate": words.percent(row["rate"]), "before": words.percent(before["rate"])}
            told.append(words("glance.metric_from", metric=words.term("metric", row["metric"]), **rates))
    return told


def _worse(words: Words, changes: Sequence[Change], fallen: Sequence[str]) -> Item:
    further = [words("glance.metric_worse", which=words.join(list(fallen)))] if fallen else []
    compared = [change for change in changes if change.points is not None]
    if not compared:
        answer = words.run_on(further or [words("glance.no_before")])
        return _item(words, "worse", "watch" if further else "quiet", answer, "#change")
    worst = min(compared, key=lambda change: change.points or 0)
    fall = worst.points or 0
    if fall > -0.0005:
        answer = words.run_on(further or [words("glance.nothing_worse")])
        return _item(words, "worse", "watch" if further else "ok", answer, "#change")
    answer = words("glance.fell", stage=words.term("stage", worst.stage), points=words.points(-fall))
    blamed = [row for row in named_parts(worst) if row["effect"] < 0]
    if blamed:
        answer = words.run_on([answer, words("glance.mostly", part=part_name(words, blamed[0]))])
    interval = worst.interval
    sure = interval is not None and interval[1] < 0
    if not sure:
        answer = words.run_on([answer, words("glance.may_be_chance")])
    answer = words.run_on([answer, *further])
    return _item(words, "worse", "breach" if sure else "watch", answer, "#change")


def _today(words: Words, urgent: Row) -> Item:
    told = [
        words(f"glance.urgent_{name}", **{name: words.count(urgent[name])})
        for name in ("overdue", "soon")
        if urgent[name]
    ]
    if not told:
        told = [words("glance.nothing_urgent")]
    if urgent["next_due_at"] is not None:
        due = words.moment(urgent["next_due_at"])
        told.append(words("glance.next", order=urgent["next_order"], due=due, zone=words.zone))
    answer = words.run_on(told)
    if not urgent["soon"] and not urgent["overdue"]:
        return _item(words, "today", "ok", answer, "#open")
    return _item(words, "today", "breach" if urgent["overdue"] else "watch", answer, "#open")


def rule_titles(words: Words, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return rule id to its title, where the manifest has it."""
    found = {}
    for rule in manifest.get("rules", []):
        text = rule.get("title")
        text = text.get(words.lang) if isinstance(text, Mapping) else text
        if text:
            found[rule["rule_id"]] = str(text)
    return found


def _fake(words: Words, head: Row, titles: Mapping[str, str]) -> Item:
    if not head["suspect_parcels"]:
        return _item(words, "fake", "ok", words("glance.none_suspect"), "#findings")
    told = [
        words("glance.of_rule", rule=titles.get(rule["rule_id"], rule["rule_id"]), n=words.count(rule["n"]))
        for rule in head["suspect_rules"][:MOST_RULES]
    ]
    others = sum(rule["n"] for rule in head["suspect_rules"][MOST_RULES:])
    if others:
        told.append(words("glance.of_others", n=words.count(others)))
    answer = words(
        "glance.suspect", n=words.count(head["suspect_parcels"]), rules=words("glance.of_rule_and").join(told)
    )
    return _item(words, "fake", "breach", answer, "#findings")


def _worst(found: Sequence[Row]) -> str:
    kind = min((WORST_FIRST.index(row["status"]) for row in found), default=4)
    return {"breach": "breach", "watch": "watch", "ok": "ok"}.get(str(WORST_FIRST[kind]), "quiet")


def cards(words: Words, measured: Measured) -> list[Item]:
    """Return a card a metric: rate, limit, headroom, change, interval, how final it is, what it leads to."""
    shown = [row for row in measured.now if row["mode"] == "effective" and row["slice"] == "{}"]
    return [
        _card(words, row, measured.earlier(row["metric"]), measured.better.get(row["metric"], "higher"))
        for row in sorted(shown, key=lambda row: row["status"] is None)
    ]


def _card(words: Words, row: Row, before: Row | None, better: str) -> Item:
    notes = [_limit(words, row, better), _room(words, row)]
    if row["rate"] is not None:
        counts = f"{words.count(row['numerator'])} / {words.count(row['denominator'])}"
        notes.append(
            words("card.interval", counts=counts, low=words.percent(row["ci_low"]), high=words.percent(row["ci_high"]))
        )
    return {
        "name": words.term("metric", row["metric"]),
        "value": words.percent(row["rate"]),
        "status": words.term("status", row["status"]) if row["status"] else None,
        "kind": f"status-{row['status']}" if row["status"] else "",
        "change": moved(words, row, before, better),
        "notes": [note for note in notes if note],
        "sign": "" if row["rate"] is None or not row["provisional"] else "~",
        "open": provisional(words, row),
        "penalty": penalty(words, row),
    }


def _limit(words: Words, row: Row, better: str) -> str | None:
    limits = [row["target"], row["enforce"]]
    known = [f"{'≥' if better == 'higher' else '≤'} {words.limit(limit)}" for limit in limits if limit is not None]
    if not known:
        return words("card.no_limit")
    key = "card.limit" if len(set(known)) == 1 else "card.limits"
    return words(key, target=known[0], enforce=known[-1])


def _room(words: Words, row: Row) -> str | None:
    return None if row["headroom"] is None else words("card.headroom", n=words.count(row["headroom"]))


def moved(words: Words, row: Row, before: Row | None, better: str) -> Item | None:
    """Return how a rate moved against the stretch before: ``text``, and ``kind`` good, bad or same."""
    if before is None or before["rate"] is None or row["rate"] is None:
        return None
    points = row["rate"] - before["rate"]
    if abs(points) < 0.0005:
        return {"text": words("card.same"), "kind": "same", "arrow": "→"}
    good = (points > 0) == (better == "higher")
    text = words("card.moved", points=words.points(points, signed=True), before=words.percent(before["rate"]))
    return {"text": text, "kind": "good" if good else "bad", "arrow": "▲" if points > 0 else "▼"}


def provisional(words: Words, row: Row) -> str | None:
    """Return what a rate can still become, and why; None when it is final."""
    if not row["provisional"] or row["lowest"] is None:
        return None
    why = words.join([words.term("provisional", reason) for reason in listed(row["reasons"])])
    return words("card.provisional", low=words.percent(row["lowest"]), high=words.percent(row["highest"]), why=why)


def penalty(words: Words, row: Row) -> str | None:
    """Return what the platform does at this rate; None where nothing is published or nothing follows."""
    said = []
    if row["points"]:
        said.append(words("penalty.points", n=row["points"]))
    if row["cap_share"] is not None:
        said.append(
            words("penalty.cap", share=words.percent(row["cap_share"], 0), orders=words.count(row["order_cap"]))
        )
        if row["cap_days"]:
            said.append(words("penalty.days", n=row["cap_days"]))
    if row["charge_cents"]:
        said.append(words("penalty.charge", amount=f"{row['charge_cents'] / 100:,.2f} {row['currency'] or NONE}"))
    return words("penalty.says", what=words.join(said)) if said else None
