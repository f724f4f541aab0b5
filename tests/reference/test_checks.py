"""Every check digit family against the rule written a second time, digit by digit, in plain Python."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfil_analytics.reference.checks import CHECKS, Span, check_sql

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gs1(body: str) -> str:
    total = 0
    for place, digit in enumerate(body[::-1]):
        total += int(digit) * (3 if place % 2 == 0 else 1)
    return str(-total % 10)


def letter_or_digit(char: str) -> int:
    return int(char) if char.isdigit() else (ord(char) - 3) % 10


def ups(body: str) -> str:
    odd = sum(letter_or_digit(char) for char in body[0::2])
    even = sum(letter_or_digit(char) for char in body[1::2])
    return str((10 - (odd + 2 * even) % 10) % 10)


def s10(body: str) -> str:
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {10: "0", 11: "5"}.get(check, str(check))


def mod7(body: str) -> str:
    return str(int(body) % 7)


def fedex12(body: str) -> str:
    return str(sum(int(d) * w for d, w in zip(body, (3, 1, 7) * 4, strict=False)) % 11 % 10)


def fedex34(body: str) -> str:
    return str(sum(int(d) * w for d, w in zip(body, (1, 7, 3) * 5, strict=False)) % 11 % 10)


def mod37_36(body: str) -> str:
    alphabet = DIGITS + LETTERS
    product = 36
    for char in body:
        product = (product + alphabet.index(char)) % 36 or 36
        product = product * 2 % 37
    return alphabet[(37 - product) % 36]


def luhn(body: str) -> str:
    total = 0
    for place, char in enumerate(body[::-1]):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str((10 - total % 10) % 10)


def sf(body: str) -> str:
    total = 0
    weight = 1
    for char in body[:2:-1]:
        product = int(char) * weight
        total += product // 10 + product % 10
        weight += 2
    return str((10 - total % 10) % 10)


def evri(body: str) -> str:
    return str(sum(letter_or_digit(char) * (2 if place % 2 == 0 else 1) for place, char in enumerate(body)) % 10)


FAMILIES: dict[str, tuple[Callable[[str], str], str, list[int]]] = {
    "gs1": (gs1, DIGITS, [15, 20, 22, 26]),
    "ups": (ups, DIGITS + LETTERS, [10, 16]),
    "s10": (s10, DIGITS, [9]),
    "mod7": (mod7, DIGITS, [10, 11]),
    "fedex12": (fedex12, DIGITS, [12]),
    "fedex34": (fedex34, DIGITS, [14]),
    "mod37_36": (mod37_36, DIGITS + LETTERS, [15, 28]),
    "luhn": (luhn, DIGITS, [12, 16]),
    "sf": (sf, DIGITS, [12, 13]),
    "evri": (evri, DIGITS + LETTERS, [16]),
}


def test_every_family_has_an_oracle() -> None:
    assert set(FAMILIES) == set(CHECKS)


@pytest.mark.parametrize(
    ("family", "length"), [(family, length) for family, (_, _, lengths) in FAMILIES.items() for length in lengths]
)
def test_exactly_one_check_character_is_right(family: str, length: int) -> None:
    oracle, alphabet, _ = FAMILIES[family]
    checks = DIGITS + LETTERS if family == "mod37_36" else DIGITS
    with duckdb.connect() as con:
        query = f"SELECT {check_sql(family, 'n', Span(-length, -1))} FROM (SELECT unnest(?) AS n)"

        # At least 200 numbers a family and length, ten at a time: planning the query costs more than running it.
        @settings(max_examples=20, deadline=None)
        @given(st.lists(st.text(alphabet, min_size=length - 1, max_size=length - 1), min_size=10, max_size=20))
        def holds(bodies: list[str]) -> None:
            numbers = [body + check for body in bodies for check in checks]
            expected = [(check == oracle(body),) for body in bodies for check in checks]
            assert con.execute(query, [numbers]).fetchall() == expected

        holds()


@pytest.mark.parametrize(
    ("family", "number", "prepend"),
    [
        ("gs1", "9202090339598352279018", ""),
        ("gs1", "71969010756003077385", "91"),
        ("gs1", "61299998820821171811", "92"),
        ("ups", "5R89390357567127", ""),
        ("ups", "11031500001879", "4"),
        ("ups", "10011354453707", "5"),
        ("s10", "123456785", ""),
        ("mod7", "3318810025", ""),
        ("fedex12", "986578788855", ""),
        ("fedex34", "00779017972697", ""),
        ("mod37_36", "008182709980000020033350276C", ""),
        ("luhn", "331426749957", ""),
    ],
)
def test_published_numbers_pass_and_their_neighbours_do_not(family: str, number: str, prepend: str) -> None:
    sql = check_sql(family, "n", Span(1, len(number)), prepend)
    neighbours = [number[:-1] + check for check in DIGITS if check != number[-1]]
    with duckdb.connect() as con:
        passed = con.execute(f"SELECT {sql} FROM (SELECT unnest(?) AS n)", [[number, *neighbours]]).fetchall()
    assert passed == [(True,), *[(False,)] * len(neighbours)]


def test_the_unpublished_families_are_not_trusted() -> None:
    assert {name for name, check in CHECKS.items() if not check.trusted} == {"sf", "evri"}


@pytest.mark.parametrize(
    ("span", "length"), [(Span(1, 9), 9), (Span(-22, -1), 22), (Span(1, -1), 0), (Span(0, 3), 0), (Span(5, 2), -2)]
)
def test_a_span_has_a_length_only_when_both_ends_count_from_one_side(span: Span, length: int) -> None:
    assert span.length == length
