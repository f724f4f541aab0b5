"""Waybill numbers: published numbers, and a check of each family written another way."""

from __future__ import annotations

import re

import pytest
from sample_reading import fedex_ok, gs1_ok, number_ok, ups_ok

from fulfil_analytics.sample.waybills import Numbers, fedex, gs1, s10, ups, wrong_check


@pytest.mark.parametrize(
    "number", ["9202090339598352279018", "9202090339598352366718", "9201990153540214710128", "9202090339598351457004"]
)
def test_numbers_seen_on_usps_parcels(number: str) -> None:
    assert gs1(number[:-1]) == number[-1]


def test_published_examples() -> None:
    assert ups("999AA1012345678") == "4"
    assert ups("5R8939035756712") == "7"
    assert s10("47312482") == "9"
    assert fedex("98657878885") == "5"


@pytest.mark.parametrize("kind", ["usps", "ups", "fedex", "fedex_ground"])
def test_numbers_are_valid_unlike_and_never_twice(kind: str) -> None:
    numbers = Numbers(20261116)
    made = [numbers.waybill(kind) for _ in range(5000)]
    assert len(set(made)) == 5000
    assert all(map(number_ok, made))
    assert not any(number.endswith("00") for number in made)
    assert len({number[-4:] for number in made[:200]}) > 150


@pytest.mark.parametrize("kind", ["usps", "ups"])
def test_a_wrong_check_digit_is_wrong(kind: str) -> None:
    numbers = Numbers(1)
    assert not any(number_ok(wrong_check(numbers.waybill(kind))) for _ in range(200))


def test_the_oracle_itself_refuses_every_other_last_digit() -> None:
    for good, check in (("9202090339598352279018", gs1_ok), ("1Z999AA10123456784", ups_ok), ("986578788855", fedex_ok)):
        assert [digit for digit in "0123456789" if check(good[:-1] + digit)] == [good[-1]]


def test_other_markets() -> None:
    numbers = Numbers(5)
    for kind, form in (
        ("flash_th", r"TH\d{11}A"),
        ("jt_eight", r"8\d{11}"),
        ("spx_vn", r"SPXVN\d{11}[0-9A-Z]"),
        ("s10_jp", r"[A-Z]{2}\d{9}JP"),
        ("yamato", r"\d{12}"),
    ):
        assert all(re.fullmatch(form, numbers.waybill(kind)) for _ in range(50))


def test_platform_ids_have_all_their_digits() -> None:
    numbers = Numbers(9)
    ids = [numbers.order_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert all(re.fullmatch(r"5764\d{13}[1-9]", number) for number in ids)
    assert re.fullmatch(r"1153\d{14}[1-9]", numbers.package_id())
