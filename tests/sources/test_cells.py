"""Cells into values: dates, money, identifiers, words; against small oracles that share no code with the SQL."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read, write

from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.sources import lookups


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        lookups.install(con, Privacy("hash", b"k" * 32))
        yield con


def call(con, expression: str, *values: str | None) -> list[object]:
    rows = con.execute(f"SELECT {expression} FROM (SELECT unnest($1::VARCHAR[]) AS t)", [list(values)]).fetchall()
    return [row[0] for row in rows]


CENTS = "fa_cents(t, fa_amount_digits(fa_half_width(t)), fa_currency(t), '{}')"


@pytest.mark.parametrize(
    ("text", "cents", "currency"),
    [
        ("41", 4100, None),
        ("8.99", 899, None),
        ("-3.5", -350, None),
        ("(3.50)", -350, None),
        ("THB 199.00", 19900, "THB"),
        ("MXN 1,234.56", 123456, "MXN"),
        ("11,000 JPY", 1100000, "JPY"),
        ("0 JPY", 0, "JPY"),
        ("Rp1.234.567", 123456700, "IDR"),
        ("Rp120.000", 12000000, "IDR"),
        ("฿1,199.50", 119950, "THB"),
        ("120.000₫", 12000000, "VND"),
        ("1.234,56 €", 123456, "EUR"),
        ("1 234,5 €", 123450, "EUR"),
        ("-$3.10", -310, None),
        ("＄１２．５０", 1250, None),
        ("0.125", 13, None),
        ("1.234", 123, None),
        ("free", None, None),
        ("1.5E+5", None, None),
        ("1 or 2", None, None),
        ("1.23.4", None, None),
    ],
)
def test_money(con, text, cents, currency):
    assert call(con, CENTS.format("decimal"), text) == [cents]
    if cents is not None:
        assert call(con, "fa_currency(t)", text) == [currency]


@pytest.mark.parametrize(("point", "cents"), [("decimal", 123), ("thousands", 123400), ("unknown", None)])
def test_a_point_before_three_digits_means_what_the_market_says(con, point, cents):
    assert call(con, CENTS.format(point), "1.234") == [cents]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-(10**12), 10**12), st.sampled_from(["plain", "us", "eu", "code", "behind"])), max_size=20
    )
)
def test_money_as_people_write_it(con, amounts):
    def written(cents: int, style: str) -> str:
        whole, rest = divmod(abs(cents), 100)
        sign = "-" if cents < 0 else ""
        us = f"{whole:,}.{rest:02d}"
        eu = us.translate(str.maketrans(",.", ".,"))
        return {
            "plain": f"{sign}{whole}.{rest:02d}",
            "us": sign + us,
            "eu": f"{sign}{eu} €",
            "code": f"THB {sign}{us}",
            "behind": f"{sign}{us} MXN",
        }[style]

    texts = [written(*amount) for amount in amounts]
    assert call(con, CENTS.format("unknown"), *texts) == [cents for cents, _ in amounts]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.decimals("0", "999999", places=4), max_size=20))
def test_weights_are_rounded_to_the_gram(con, weights):
    expected = [int((weight * 1000).quantize(Decimal(1), ROUND_HALF_UP)) for weight in weights]
    assert call(con, "fa_weight(t, 'kg', 1000)", *map(str, weights)) == expected
    assert call(con, "fa_weight(t, 'kg', 1000)", *(f"{weight} KG".replace(".", ",") for weight in weights)) == expected


FUZZ = int(os.environ.get("FULFIL_FUZZ", "10"))
"""Examples of the test that feeds every macro with nonsense; each costs a query with all of them."""
MACROS = [
    CENTS.format("unknown"),
    "fa_currency(t)",
    "fa_integer(t)",
    "fa_weight(t, 'kg', 1000)",
    "fa_decimal(t)",
    "fa_identifier(t)",
    "fa_waybill(t)",
    "fa_damaged(t, TRUE)",
    "fa_sane_time(coalesce(fa_epoch(t), fa_plain_time(t, 'America/Los_Angeles')))",
    "fa_sane_time(fa_to_utc(try_strptime(t, ['%m/%d/%Y %H:%M', '%d.%m.%Y']), 'Asia/Bangkok'))",
    "fa_date_order(t)",
    "fa_location(t)",
    "fa_boolean(fa_fold(t))",
    "fa_country(t)",
    "fa_name_key(t)",
    "fa_phone_key(t)",
    "fa_street_key(t)",
    "fa_shape(fa_struck(t))",
]


@settings(max_examples=FUZZ, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("0123456789.,-+eE:/ TZ()"), max_size=30),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
            st.integers(-(10**40), 10**40).map(str),
            st.floats().map(str),
            st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 10**6)).map(
                "{0[0]}/{0[1]}/{0[2]} 1:00".format
            ),
        ),
        max_size=60,
    )
)
def test_no_cell_makes_the_query_fail(con, texts):
    rows = con.execute(
        f"SELECT {', '.join(MACROS)} FROM (SELECT fa_clean(unnest($1::VARCHAR[])) AS t)", [texts]
    ).fetchall()
    assert len(rows) == len(texts)


def test_the_short_ways_give_what_the_long_ones_gave(con):
    ends, cores = (
        ["", " ", "\t", "\n", "\r", "\u00a0", "\u3000", " \t", "\t "],
        ["a", "a b", "a\tb", "1\n2", "é", "9" * 18, "x-1"],
    )
    cells = [f"{left}{core}{right}" for left in ends for core in [*cores, ""] for right in ends]
    blanks = " \t\r\n\u00a0\u3000\u200b\ufeff"
    told = [
        (
            cell.strip(blanks)
            if not cell.isascii() or "\n" in cell or "\r" in cell
            else cell.replace("\t", " ").strip(" ")
        )
        or None
        for cell in cells
    ]
    assert call(con, "fa_clean(t)", *cells) == told

    bare = ["576461234567890123", "1Z999AA10123456784", "5764612345000000000", "12E4567", "TBA000000000000"]
    for bares, long in (
        ("fa_bare_identifier", "fa_no_name(t, fa_identifier(t))"),
        ("fa_bare_waybill", "fa_number(t, fa_waybill(t))"),
    ):
        short = [text for text, is_bare in zip(bare, call(con, f"{bares}(t)", *bare), strict=True) if is_bare]
        assert short
        assert call(con, long, *short) == short
        for zeros in ("TRUE", "FALSE"):
            assert call(con, f"fa_zeros(t, {zeros})", *short) == call(
                con, f"fa_damaged(fa_waybill(t), {zeros})", *short
            )

    times = ["2026-10-19T15:19:45Z", "2026-02-30T15:19:45Z", "2026-10-19Tab:19:45Z"]
    assert call(con, "fa_plain_time(t, 'Asia/Bangkok')", *times) == [datetime(2026, 10, 19, 15, 19, 45), None, None]
    names = ["Maple Testwell", "buyer.98_99", "O-Neil J", "J.. Doe", "José"]
    assert call(con, "fa_words(t)", *names) == ["maple testwell", "buyer 98 99", "o neil j", "j doe", "jose"]


def test_numbers_that_are_none(con):
    assert call(con, "fa_integer(t)", "1.5", "x", "1,20", "--1", "9" * 30) == [None] * 5
    assert call(con, "fa_integer(t)", "1", "2.0", "1,200", "-3") == [1, 2, 1200, -3]
    assert call(con, "fa_weight(t, 'kg', 1000)", "x", "1 lb", "1.2.3") == [None] * 3


# Identifiers ---------------------------------------------------------------------------------------------------------


def damaged(text: str, zeros: bool) -> bool:
    if re.fullmatch(r"\d(\.|,)\d+[eE]\+?\d{1,2}|\d+[eE]\+\d{1,2}|\d+[.,]0+", text):
        return True
    if not re.fullmatch(r"\d{16,}", text):
        return False
    return set(text[15:]) == {"0"} and len(text) - 15 >= (3 if zeros else 5)


numbers = st.one_of(
    st.from_regex(r"[0-9]{10,24}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{14}0{1,8}", fullmatch=True),
    st.from_regex(r"[0-9]\.[0-9]{1,14}E\+[0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{8,22}\.0{1,2}", fullmatch=True),
    st.from_regex(r"[A-Z]{0,2}[0-9]{4,12}E[0-9]{3,9}", fullmatch=True),
    st.sampled_from(["S8.12.345", "SPXTH0001", "1Z999AA10123456784", "JX12345"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers, max_size=20), st.booleans())
def test_damaged_identifiers(con, texts, zeros):
    found = call(con, f"fa_damaged(t, {zeros})", *texts)
    assert found == [damaged(text, zeros) for text in texts]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.from_regex(r"[A-Z0-9][A-Z0-9./+]{0,20}", fullmatch=True), st.integers(0, 5)), max_size=10))
def test_spellings_of_a_waybill_are_one(con, waybills):
    def spelled(text: str, style: int) -> str:
        return [
            text.lower(),
            " ".join(text),
            "-".join(text),
            "".join(chr(ord(sign) + 0xFEE0) for sign in text),
            f"\t{text}\n",
            text.replace("A", "A‑"),
        ][style]

    found = call(con, "fa_waybill(fa_clean(t))", *(spelled(*waybill) for waybill in waybills))
    assert found == [text for text, _ in waybills]


def test_identifier_guards_of_spreadsheets(con):
    texts = [
        "'576461234567890123",
        '="576461234567890123"',
        "5764612345\n67890123",
        "５７６４６１２３４５６７８９０１２３",
    ]
    assert set(call(con, "fa_identifier(t)", *texts)) == {"576461234567890123"}


def canonical(tmp_path, rows: list[str], header: str = "order_id,created_at,waybill,sku_id"):
    return write(tmp_path, "\n".join([header, *rows]) + "\n")


def test_zeros_by_chance_are_no_damage_but_a_column_full_of_them_is(tmp_path):
    fine = [f"57646123456789{i:04d},2026-01-05,,1" for i in range(1000, 1040)]
    one = canonical(tmp_path, ["576461234567890000,2026-01-05,,1", *fine])
    assert read(one).problems == []
    many = canonical(tmp_path, [f"5764612345{i:05d}000,2026-01-05,,1" for i in range(12)])
    assert {problem.split("|")[1] for _, problem in read(many).problems} == {"damaged_identifier"}
    lost = canonical(tmp_path, ["A-1,2026-01-05,9234690390470910000000,1", *fine])
    assert read(lost).rows[0]["damaged"] == "waybill"


def test_a_waybill_that_is_none_is_a_cell_of_its_own(tmp_path):
    found = read(canonical(tmp_path, ["A-1,2026-01-05,无单号,1", "A-2,2026-01-05,N/A,1"]))
    assert found.problems == [(2, "waybill|not_a_waybill|XXX")]
    assert [row["waybill"] for row in found.rows] == [None, "N/A"]


# Times ---------------------------------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
PLAIN = {
    "iso": "%Y-%m-%dT%H:%M:%S",
    "blank": "%Y-%m-%d %H:%M:%S",
    "slash": "%Y/%m/%d %H:%M:%S",
    "utc": "%Y-%m-%dT%H:%M:%SZ",
    "fraction": "%Y-%m-%d %H:%M:%S.000",
}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(moments, st.sampled_from([*PLAIN, "offset", "serial", "seconds", "millis"])), max_size=15))
def test_times_that_need_no_decision(con, times):
    bangkok = ZoneInfo("Asia/Bangkok")

    def written(moment: datetime, style: str) -> tuple[str, datetime]:
        aware = moment.replace(tzinfo=UTC)
        local = moment.replace(tzinfo=bangkok).astimezone(UTC).replace(tzinfo=None)
        if style == "offset":
            return (aware.astimezone(ZoneInfo("Asia/Kolkata")).isoformat(), moment)
        if style == "serial":
            days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
            return (f"{days:.6f}", local)
        if style == "seconds":
            return (str(max(10**9, int(aware.timestamp()))), max(moment, datetime(2001, 9, 9, 1, 46, 40)))
        if style == "millis":
            return (str(max(10**12, int(aware.timestamp()) * 1000)), max(moment, datetime(2001, 9, 9, 1, 46, 40)))
        return (moment.strftime(PLAIN[style]), moment if style == "utc" else local)

    pairs = [written(*time) for time in times]
    found = call(con, "fa_plain_time(t, 'Asia/Bangkok')", *(text for text, _ in pairs))
    assert found == [expected for _, expected in pairs]


@pytest.mark.parametrize(
    ("cells", "zone", "expected"),
    [
        (["09/08/2026 4:53:28 PM"], "America/Los_Angeles", "2026-09-08 23:53:28"),
        (["13/08/2026 16:53:28", "09/08/2026 16:53"], "Asia/Bangkok", "2026-08-09 09:53:00"),
        (["08/13/2026 16:53:28", "09/08/2026 16:53"], "UTC", "2026-09-08 16:53:00"),
        (["2026/8/9 6:05"], "UTC", "2026-08-09 06:05:00"),
        (["3/8/2026 2:30:00 AM"], "America/Los_Angeles", "2026-03-08 10:30:00"),
        (["11/1/2026 1:30:00 AM"], "America/Los_Angeles", "2026-11-01 09:30:00"),
        (["02/29/2028 12:00:00 AM"], "UTC", "2028-02-29 00:00:00"),
    ],
)
def test_the_order_of_day_and_month_is_the_files(tmp_path, cells, zone, expected):
    rows = read(canonical(tmp_path, [f"A-{i},{cell},," for i, cell in enumerate(cells)]), zone=zone).rows
    assert str(rows[-1]["created_at"]) == expected


@settings(max_examples=8, deadline=None)
@given(st.lists(moments, min_size=1, max_size=6), st.sampled_from(["day-first", "month-first"]))
def test_dates_of_one_file_are_read_one_way(tmp_path_factory, moments, order):
    form = "%d/%m/%Y %H:%M:%S" if order == "day-first" else "%m/%d/%Y %H:%M:%S"
    path = canonical(tmp_path_factory.mktemp("dates"), [f"A-{i},{m.strftime(form)},," for i, m in enumerate(moments)])
    if any(moment.day > 12 for moment in moments):
        assert read(path).recognised.date_order == order
        assert [row["created_at"] for row in read(path).rows] == moments
    else:
        with pytest.raises(InputError, match="--dates day-first or --dates month-first"):
            read(path)
        assert [row["created_at"] for row in read(path, date_order=order).rows] == moments


def test_dates_that_contradict_each_other_are_asked_about(tmp_path):
    path = canonical(tmp_path, ["A-1,13/01/2026 10:00,,", "A-2,01/13/2026 10:00,,"])
    with pytest.raises(InputError, match=r"orders\.csv:2: dates such as 03/04"):
        read(path)
    found = read(path, date_order="day-first")
    assert found.problems == [(3, "created_at|not_a_time|99/99/9999 99:99")]


@pytest.mark.parametrize(
    ("cell", "asked"), [("09/08/2026 4:53:28 PM", "day-first"), ("13/08/2026 16:53", "month-first")]
)
def test_a_word_for_other_files_is_not_held_against_one_that_tells(tmp_path, cell, asked):
    path = canonical(tmp_path, [f"A-1,{cell},,"])
    assert read(path, date_order=asked).rows == read(path).rows
    assert read(path).problems == []


def test_one_slip_among_many_dates_is_that_cells_trouble(tmp_path):
    found = read(
        canonical(tmp_path, [*(f"A-{i},01/{13 + i % 15}/2026 10:00,," for i in range(200)), "B-1,25/01/2026 10:00,,"])
    )
    assert found.recognised.date_order == "month-first"
    assert found.problems == [(202, "created_at|not_a_time|99/99/9999 99:99")]


@pytest.mark.parametrize(
    "cell", ["soon", "0001-01-01", "2026-02-30", "12/31/1999 10:00:00 PM", "01/01/2150 1:00:00 AM", "1e400"]
)
def test_what_is_no_time_is_said(tmp_path, cell):
    found = read(canonical(tmp_path, [f"A-1,{cell},,", "A-2,09/08/2026 4:53:28 PM,,"]))
    assert [problem.split("|")[:2] for _, problem in found.problems] == [["created_at", "not_a_time"]]


def test_options_that_are_none(tmp_path):
    path = canonical(tmp_path, ["A-1,2026-01-05,,"])
    with pytest.raises(UsageError, match="Write day-first or month-first"):
        read(path, date_order="dmy")
    with pytest.raises(UsageError, match="no time zone Mars/Base"):
        read(path, zone="Mars/Base")


# Words ---------------------------------------------------------------------------------------------------------------


WORDS = [
    ("order_status", " SHIPPED ", "shipped", None),
    ("order_status", "จัดส่งแล้ว", "shipped", None),
    ("order_status", "Đã hủy", "cancelled", None),
    ("order_status", "something new", "other", None),
    ("cancel_reason", "Out  of stock", "out_of_stock", None),
    ("cancel_reason", "Automatically cancelled due to untraceable tracking number", "untraceable", None),
    (
        "cancel_reason",
        "Automatically canceled as not delivered within 30 days of estimated time of delivery",
        "not_delivered",
        None,
    ),
    ("cancel_reason", "Order cancelled by system", "system", None),
    ("cancel_reason", "100% unhappy_with it", "other", None),
    ("cancelled_by", "BUYER", "buyer", None),
    ("cancelled_by", "A ghost", "other", None),
    ("fulfilled_by", "Fulfillment by TikTok Shop", "platform", None),
    ("fulfilled_by", "Fulfilled by Seller", "seller", None),
    ("fulfilled_by", "Fulfilled by magic", None, "fulfilled_by|unknown_word|Aaaaaaaaa aa aaaaa"),
    ("label_by", "Shipped by seller", "seller", None),
    ("label_by", "Shipped by TikTok Shop", "platform", None),
    ("is_sample", "Yes", True, None),
    ("is_sample", "perhaps", None, "is_sample|unknown_word|aaaaaaa"),
    ("market", "Việt Nam", "VN", None),
    ("market", "Atlantis", None, "market|unknown_country|Aaaaaaaa"),
    ("currency", "usd", "USD", None),
]


def test_words(tmp_path):
    names = list(dict.fromkeys(name for name, *_ in WORDS))
    rows = [
        f"A-{i},2026-01-05," + ",".join(cell if name == header else "" for name in names)
        for i, (header, cell, *_) in enumerate(WORDS)
    ]
    found = read(canonical(tmp_path, rows, header=",".join(["order_id", "created_at", *names])))
    assert [(row[header]) for row, (header, *_) in zip(found.rows, WORDS, strict=True)] == [
        value for _, _, value, _ in WORDS
    ]
    assert found.problems == [(line, problem) for line, (*_, problem) in enumerate(WORDS, start=2) if problem]


def test_free_text_is_kept_without_addresses_and_phones(tmp_path):
    row = 'A-1,2026-01-05,"Watch, call (213) 555-0100 or a@b.example"'
    found = read(canonical(tmp_path, [row], header="order_id,created_at,product_name"))
    assert found.rows[0]["product_name"] == "Watch, call […] or […]"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("LOS ANGELES, CA 90001, US", ("LOS ANGELES", "CA", "90001", "US")),
        ("Memphis, TN", ("Memphis", "TN", "", "")),
        ("Memphis, TN 38118-1234", ("Memphis", "TN", "38118-1234", "")),
        ("12 Main St, Memphis, TN", ("", "", "", "")),
        ("LOS ANGELES CA DISTRIBUTION CENTER", ("", "", "", "")),
        ("Front Door, Porch", ("", "", "", "")),
    ],
)
def test_a_location_is_taken_apart_only_in_one_form(con, text, parts):
    (found,) = call(con, "fa_location(t)", text)
    assert tuple(found.values()) == parts


def test_a_comma_in_grams_is_not_guessed(con):
    cells = ["1,200", "412,000", "1,200 g", "1200", "412.000", "1200 g", "0,5"]
    assert call(con, "fa_weight(t, 'g', 1)", *cells) == [None, None, None, 1200, 412, 1200, 1]
    assert call(con, "fa_weight(t, 'kg', 1000)", "1,200", "0,45") == [1200, 450]


def test_a_blank_before_the_offset_and_the_end_of_a_day(con):
    cells = [
        "2026-11-03 18:12:00 +0800",
        "2026/11/03 18:12:00 +08:00",
        "2026-11-03T18:12:00 +08",
        "2026-11-03T18:12:00+0800",
    ]
    assert call(con, "fa_plain_time(t, 'UTC')", *cells) == [datetime(2026, 11, 3, 10, 12)] * 4
    assert call(con, "fa_day_end(t)", "31/12/2026", "2026-12-31", "31/12/2026 10:00") == [
        "31/12/2026 23:59:59",
        "2026-12-31 23:59:59",
        "31/12/2026 10:00",
    ]
