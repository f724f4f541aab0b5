"""Only a format of high confidence may say "bad": every carrier file against its README, written a second time.

Numbers are drawn from each carrier's own patterns, whole and broken, and judged by an oracle that reads the TOML files
alone: regular expressions of Python, check digits of `test_checks`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fulfil_analytics.resources import rules_folder
from tests.reference.test_checks import FAMILIES

HIGH, PUBLISHED, UNPROVEN = {"A", "B+", "B"}, {"A", "B+", "B", "B-"}, {"sf", "evri"}
CARRIERS: dict[str, dict[str, Any]] = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in (rules_folder() / "carriers").glob("*.toml")
}
FORMS = [(carrier, form) for carrier, one in sorted(CARRIERS.items()) for form in one.get("format", [])]
Form = dict[str, Any]


def shape(form: Form, number: str) -> bool:
    return re.fullmatch(form["pattern"], number) is not None


def fits(form: Form, number: str) -> bool:
    if not shape(form, number) or "check" not in form:
        return shape(form, number)
    first, last = form["checked"]
    covered = number[first - 1 : last] if first > 0 else number[first : len(number) + last + 1]
    body = form.get("prepend", "") + covered[:-1]
    return FAMILIES[form["check"]][0](body) == covered[-1]


def whole(carrier: str) -> bool:
    """Return whether all forms of a carrier are known: by its word, else by the grades."""
    forms = CARRIERS[carrier].get("format", [])
    said = CARRIERS[carrier].get("complete")
    return bool(forms) and all(form["confidence"] in HIGH for form in forms) if said is None else bool(said)


def expected(carrier: str, number: str) -> str:
    own = CARRIERS[carrier].get("format", [])
    partners = CARRIERS[carrier].get("handover_to", [])
    forms = own + [form for partner in partners for form in CARRIERS[partner].get("format", [])]
    if any(form["confidence"] in PUBLISHED and fits(form, number) for form in forms):
        return "ok"
    for form in forms:
        unproven = form.get("check") in UNPROVEN
        if (unproven and shape(form, number)) or (form["confidence"] not in PUBLISHED and fits(form, number)):
            return "unknown"
    if any(form["confidence"] in HIGH and "check" in form and shape(form, number) for form in own):
        return "bad"
    return "bad" if all(whole(one) for one in (carrier, *partners)) else "unknown"


def broken(form: Form, number: str) -> list[str]:
    """Return `number`, with its check character (or last digit) every way, cut short, and with one too many."""
    at = form.get("checked", (1, len(number)))[1]
    at = at - 1 if at > 0 else len(number) + at
    turned = [number[:at] + sign + number[at + 1 :] for sign in "0123456789"]
    return [number, *turned, number[:-1], number + "7"]


def test_only_high_confidence_says_bad(judged: Callable[[list[tuple[str | None, str]]], list[Any]]) -> None:
    seen: Counter[tuple[str, str, str]] = Counter()

    @settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.tuples(*(st.from_regex(form["pattern"], fullmatch=True) for _, form in FORMS)))
    def holds(numbers: tuple[str, ...]) -> None:
        tried = [
            (carrier, form, number)
            for (carrier, form), drawn in zip(FORMS, numbers, strict=True)
            for number in broken(form, drawn)
        ]
        got = judged([(carrier, number) for carrier, _, number in tried])
        wrong = [
            (carrier, number, said[0])
            for (carrier, _, number), said in zip(tried, got, strict=True)
            if said[0] != expected(carrier, number)
        ]
        assert wrong == []
        for (carrier, form, _), said in zip(tried, got, strict=True):
            seen[carrier, form["id"], said[0]] += 1

    holds()
    cautious = {one for one in CARRIERS if not any(f["confidence"] in HIGH for f in CARRIERS[one].get("format", []))}
    assert len(cautious) > 10
    assert {one for one, _, said in seen if said == "bad"} & cautious == set()
    strict = [(one, form["id"]) for one, form in FORMS if form["confidence"] in HIGH and "check" in form]
    strict = [pair for pair in strict if dict_of(pair).get("check") not in UNPROVEN]
    assert [pair for pair in strict if not (seen[*pair, "ok"] and seen[*pair, "bad"])] == []
    assert {dict_of(pair)["check"] for pair in strict} == set(FAMILIES) - UNPROVEN - {"luhn"}, "luhn has no carrier yet"


def dict_of(pair: tuple[str, str]) -> Form:
    return next(form for carrier, form in FORMS if (carrier, form["id"]) == pair)


def test_what_no_format_knows_is_bad_only_where_all_forms_are_known(
    judged: Callable[[list[tuple[str | None, str]]], list[Any]],
) -> None:
    pairs: list[tuple[str | None, str]] = [(carrier, "QQ0QQ0QQ0QQ") for carrier in sorted(CARRIERS)]
    got = {carrier: said[0] for (carrier, _), said in zip(pairs, judged(pairs), strict=True)}
    assert got == {carrier: expected(str(carrier), number) for carrier, number in pairs}
    assert {"bad", "unknown"} <= set(got.values())
