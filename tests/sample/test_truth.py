"""What the truth file says, against a second reading of the same files that shares no code with the generator."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest
from sample_reading import World, normal, verdicts

from fulfil_analytics.sample import Truth, generate
from fulfil_analytics.sample.plant import PLANTS, USUAL

AS_OF = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
KINDS = {
    "combined",
    "split",
    "number_spelling",
    "neighbouring_postcode",
    "city_spelling",
    "postcode_plus_four",
    "pickup_point",
    "cancelled_before_collection",
    "platform_fulfilled",
    "sample",
    "replacement",
    "grace_not_over",
    "handover_number",
    "masked_recipient",
    "before_tracking",
    "same_digits_two_carriers",
    "repeated_digits",
    "scanned_twice",
    "bought_twice",
    "own_tracking_link",
}


@pytest.mark.parametrize("hours_later", [0, 8])
def test_the_planted_truth_is_what_an_independent_reading_finds(
    planted: Truth, planted_world: World, hours_later: int
) -> None:
    expected = {(found.rule_id, found.order_id) for found in planted.planted}
    assert verdicts(planted_world, AS_OF + dt.timedelta(hours=hours_later)) == expected


@pytest.mark.parametrize("hours_later", [0, 8])
def test_the_clean_sample_has_nothing_to_find(clean: Truth, clean_world: World, hours_later: int) -> None:
    assert verdicts(clean_world, AS_OF + dt.timedelta(hours=hours_later)) == set()
    assert clean.planted == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_seed_keeps_the_promise(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    truth = generate(tmp_path_factory.mktemp("seed"), orders=700, seed=seed)
    expected = {(found.rule_id, found.order_id) for found in truth.planted}
    assert verdicts(World(truth.folder), AS_OF) == expected


def test_every_usual_kind_is_planted_several_times(planted: Truth) -> None:
    per_rule = Counter(found.rule_id for found in planted.planted)
    assert set(per_rule) == USUAL
    assert min(per_rule.values()) >= 4


def test_both_folders_hold_every_look_alike_and_none_of_them_is_accused(planted: Truth, clean: Truth) -> None:
    assert set(planted.innocents) == set(clean.innocents) == KINDS
    accused = {found.order_id for found in planted.planted}
    assert accused.isdisjoint(order for orders in planted.innocents.values() for order in orders)


def test_the_truth_file_says_the_same_with_the_waybill_as_the_export_shows_it(
    planted: Truth, planted_world: World
) -> None:
    told = json.loads((planted.folder / "truth.json").read_text(encoding="utf-8"))
    assert [tuple(case.values()) for case in told["planted"]] == [tuple(found) for found in planted.planted]
    assert told["as_of"] == "2026-11-16T08:00:00Z"
    for case in told["planted"]:
        order = planted_world.orders[case["order_id"]]
        if case["waybill"] is not None:
            assert case["waybill"] in [normal(row["Tracking ID"]) for row in order.rows]


def test_the_look_alikes_are_what_they_are_called(clean: Truth, clean_world: World) -> None:
    def orders(kind: str) -> list[list[str]]:
        return [clean_world.orders[order_id].waybills for order_id in clean.innocents[kind]]

    def cells(kind: str, header: str) -> list[str]:
        return [clean_world.orders[order_id][header] for order_id in clean.innocents[kind]]

    assert Counter(str(waybills) for waybills in orders("combined")).most_common(1)[0][1] == 3
    assert all(len(waybills) == 2 for waybills in orders("split"))
    assert any(cell != normal(cell) for cell in cells("number_spelling", "Tracking ID"))
    assert set(cells("city_spelling", "City")) == {"St. Louis", "Ft. Worth", "NYC", "San José"}
    assert set(cells("cancelled_before_collection", "Order Status")) == {"Canceled"}
    assert all(cells("cancelled_before_collection", "Tracking ID"))
    assert set(cells("platform_fulfilled", "Fulfillment Type")) == {"Fulfillment by TikTok Shop"}
    assert {amount for kind in ("sample", "replacement") for amount in cells(kind, "Order Amount")} >= {"0"}
    assert set(cells("handover_number", "Shipping Provider Name")) == {"UPS SurePost", "FedEx SmartPost"}
    assert len(set(cells("masked_recipient", "Recipient"))) == 1 and "*" in cells("masked_recipient", "Recipient")[0]
    first, second = cells("same_digits_two_carriers", "Tracking ID")
    assert first == second and len(set(cells("same_digits_two_carriers", "Shipping Provider Name"))) == 2
    for order_id in clean.innocents["before_tracking"]:
        given = clean_world.orders[order_id].at("RTS Time")
        assert given is not None and given < clean_world.tracked_from


@pytest.mark.parametrize("kind", sorted(PLANTS))
def test_every_kind_can_be_planted_alone(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    truth = generate(tmp_path_factory.mktemp("kind"), orders=30, kinds={kind})
    rules = {found.rule_id for found in truth.planted}
    assert kind in rules
    assert kind in truth.rules
    exported = World(truth.folder).orders
    assert {found.order_id for found in truth.planted} <= set(exported)
