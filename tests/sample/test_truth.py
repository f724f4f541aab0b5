"""What the truth file says, against a second reading of the same files that shares no code with the generator."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from sample_reading import World, normal, rows_of, verdicts

from fulfil_analytics.sample import Truth, generate
from fulfil_analytics.sample.plant import PLANTS, USUAL, abroad

READ = USUAL | {"late_dispatch"}
"""What the tests' own reading judges."""
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


def of_readable_rules(truth: Truth) -> set[tuple[str, str | None]]:
    return {(found.rule_id, found.order_id) for found in truth.planted if found.rule_id in READ}


@pytest.mark.parametrize("hours_later", [0, 8])
def test_the_planted_truth_is_what_an_independent_reading_finds(
    planted: Truth, planted_world: World, hours_later: int
) -> None:
    assert verdicts(planted_world, AS_OF + dt.timedelta(hours=hours_later)) == of_readable_rules(planted)


@pytest.mark.parametrize("hours_later", [0, 8])
def test_the_clean_sample_has_nothing_to_find(clean: Truth, clean_world: World, hours_later: int) -> None:
    assert verdicts(clean_world, AS_OF + dt.timedelta(hours=hours_later)) == set()
    assert clean.planted == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_seed_keeps_the_promise(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    truth = generate(tmp_path_factory.mktemp("seed"), orders=700, seed=seed)
    assert verdicts(World(truth.folder), AS_OF) == of_readable_rules(truth)


def test_every_usual_kind_is_planted_several_times(planted: Truth) -> None:
    per_rule = Counter(found.rule_id for found in planted.planted)
    follow = {"late_rts", "late_delivery", "status_conflict", "auto_cancel_risk"}
    assert set(per_rule) == USUAL | follow
    assert min(per_rule[rule] for rule in USUAL) >= 4


def test_both_folders_hold_every_look_alike_and_none_of_them_is_accused(planted: Truth, clean: Truth) -> None:
    assert set(planted.innocents) == set(clean.innocents) == KINDS
    accused = {found.order_id for found in planted.planted}
    assert accused.isdisjoint(order for orders in planted.innocents.values() for order in orders)


def test_the_truth_file_says_the_same_with_the_waybill_as_the_export_shows_it(
    planted: Truth, planted_world: World
) -> None:
    told = json.loads((planted.folder / "truth.json").read_text(encoding="utf-8"))
    assert [tuple(case.values()) for case in told["planted"]] == [tuple(found)[:4] for found in planted.planted]
    assert {case["why"] for case in told["planted"]} == USUAL
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


@pytest.mark.parametrize("kind", sorted(set(PLANTS) - {"truncated_export", "unmatched_tracking"}))
def test_every_kind_can_be_planted_alone(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    truth = generate(tmp_path_factory.mktemp("kind"), orders=30, kinds={kind})
    mine = [found for found in truth.planted if found.why in (kind, "batch")]
    assert kind in {found.rule_id for found in mine}
    assert mine == truth.planted
    exported = set(World(truth.folder).orders)
    api = truth.folder / "orders-api.csv"
    exported |= {row["order_id"] for row in rows_of(api)} if api.exists() else set()
    assert {found.order_id for found in truth.planted} <= exported


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("all"), orders=1200, seed=7, profile="all", weeks=8)


def test_the_whole_profile_plants_every_rule_and_every_look_alike(everything: Truth) -> None:
    assert {found.rule_id for found in everything.planted} == set(PLANTS) == set(everything.rules)
    assert set(everything.innocents) > KINDS
    assert len(everything.innocents) > 60
    accused = {found.order_id for found in everything.planted} - {None}
    look_alikes = {order for orders in everything.innocents.values() for order in orders}
    assert len(accused) > 100 and len(look_alikes) > 150 and accused.isdisjoint(look_alikes)


def test_files_and_stray_numbers_are_named_in_the_truth(everything: Truth) -> None:
    tracked = {row["tracking_number"] for row in rows_of(everything.folder / "tracking.csv")}
    strays = [found.waybill for found in everything.planted if found.rule_id == "unmatched_tracking"]
    assert strays and set(strays) <= tracked
    files = [found.file for found in everything.planted if found.rule_id == "truncated_export"]
    assert len(files) == 1 and (everything.folder / str(files[0])).exists()


@pytest.mark.parametrize("layout", ["th", "vn", "jp", "us-xlsx"])
def test_other_layouts_have_the_cases_that_any_market_can_have(layout: str, tmp_path: Path) -> None:
    truth = generate(tmp_path, orders=60, layout=layout, profile="all")
    assert {found.rule_id for found in truth.planted} == set(truth.rules) == abroad.RULES
