"""Verdicts: kept with author and time, found again after a re-run, and no finding goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from fulfil_analytics.audit.reviews import review, reviews
from fulfil_analytics.errors import UsageError
from fulfil_analytics.store import Store, open_store

AT = dt.datetime(2026, 11, 20, 9, 30)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store() as store:
        for finding_id in ("F1", "F2"):
            store.con.execute(
                "INSERT INTO findings BY NAME SELECT ? AS finding_id, 'late_rts' AS rule_id, 'O1' AS order_id, "
                "'late' AS message, 'low' AS severity",
                [finding_id],
            )
        yield store


def verdicts(store: Store) -> dict[str, str | None]:
    return dict(store.rows("SELECT finding_id, verdict FROM findings ORDER BY finding_id"))


def test_a_verdict_is_kept_and_the_finding_stays(store: Store) -> None:
    (judged,) = review(store, ["F1"], "excused", reason="buyer moved", author="Ada", at=AT)
    assert judged == {"finding_id": "F1", "rule_id": "late_rts", "order_id": "O1", "message": "late"}
    assert verdicts(store) == {"F1": "excused", "F2": None}
    (kept,) = reviews(store)
    assert kept["raised"]
    assert (kept["author"], kept["reviewed_at"], kept["reason"]) == ("Ada", AT, "buyer moved")


def test_the_latest_verdict_counts_and_the_earlier_one_stays(store: Store) -> None:
    review(store, ["F1"], "excused", reason="a", author="Ada", at=AT)
    review(store, ["F1"], "upheld", reason="b", author="Ben", at=AT + dt.timedelta(hours=1))
    assert verdicts(store)["F1"] == "upheld"
    assert [row["verdict"] for row in reviews(store)] == ["excused", "upheld"]


def test_a_finding_that_is_no_longer_raised_keeps_its_verdict(store: Store) -> None:
    review(store, ["F1"], "upheld", reason="a", author="Ada", at=AT)
    store.con.execute("DELETE FROM findings")
    assert [(row["finding_id"], row["raised"]) for row in reviews(store)] == [("F1", False)]


def test_an_unknown_finding_judges_none_of_those_named(store: Store) -> None:
    with pytest.raises(UsageError, match=r"no finding F9.*nearest are F1, F2"):
        review(store, ["F1", "F9"], "upheld", reason="a", author="Ada", at=AT)
    assert reviews(store) == []
    assert verdicts(store)["F1"] is None


@pytest.mark.parametrize(("reason", "author", "option"), [(" ", "Ada", "--reason"), ("a", "\n", "--author")])
def test_a_verdict_says_why_and_who(store: Store, reason: str, author: str, option: str) -> None:
    with pytest.raises(UsageError, match=option):
        review(store, ["F1"], "upheld", reason=reason, author=author, at=AT)


def test_a_reason_keeps_no_phone_number_or_address_of_mail(store: Store) -> None:
    review(store, ["F1"], "upheld", reason="called 213-555-0100, wrote a.b@example.org", author="Ada", at=AT)
    assert reviews(store)[0]["reason"] == "called […], wrote […]"
