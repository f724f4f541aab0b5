from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.resources import rules_folder

Pair = tuple[str | None, str]
Judged = tuple[str, str, str | None]
Judge = Callable[[list[Pair]], list[Judged]]

PARCEL = {
    "usps": [
        "9202090339598352279018",
        "9202090339598352366718",
        "9201990153540214710128",
        "9202090339598351457004",
        "9202090339598350916519",
        "9202090339598350819421",
        "9202090339598350198298",
        "420773169261290283641500004181",
        "4201028200009261290113185417468510",
        "92748931507708513018050063",
        "03071790000523483741",
        "71969010756003077385",
        "9101123456789000000013",
        "RB123456785US",
    ],
    "ups": ["1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591", "1Z8V92A70367203024", "K1506235620"],
    "fedex": [
        "986578788855",
        "041441760228964",
        "9611020987654312345672",
        "000123450000000027",
        "1001921334250001000300779017972697",
        "9622001560001234567100794808390594",
        "32971514560102447849175802862014",
        "61299998820821171811",
    ],
    "ontrac": ["C11031500001879", "D10011345983010"],
    "lasership": ["LX17635036", "1LS717793482164", "1LS71190136181271"],
    "gofo": ["GFUS01011884214464"],
    "amazon": ["TBA502887274000"],
    "yunexpress": ["YT2229521272164446"],
    "dhl-express": ["3318810025", "73891051146", "JJD0099999999", "JVGL0999999990"],
    "dhl-ecommerce": ["GM2951173225174494", "60120172242323"],
    "royal-mail": ["RB123456785GB"],
    "yodel": ["JJD0002257639032011", "JD0002242617644732"],
    "dpd": ["008182709980000020033350276C", "008182709980000020045327276N"],
    "jt": ["JX8009962760", "630002864925", "670300032350", "802835136377", "802720245422", "841000072647"],
    "spx": [
        "SPXID064575539347",
        "SPXID02742637123B",
        "SPXMY04482646165C",
        "SPXVN06005175399A",
        "MY257829361436J",
        "SG247643248250PU",
        "MY200448706479IT",
        "TW211342705212345",
    ],
    "flash": ["TH67018VN0U55B", "TH03018VPUAD4B", "TH340231JV0W0A"],
    "lex": ["LEXDO0069388114", "LEXPU0017101924", "LXVN123123123", "LMP02412171111VNA"],
    "sicepat": ["002927168687", "005252506571"],
    "ghn": ["GYKBGEVY", "GAN6DKKU12"],
    "jd": ["JDVA11408814483"],
    "sto": ["773440000000001"],
}


def one_digit_wrong(number: str) -> str:
    """The last digit, one up: every check digit of the trusted families notices."""
    at = max(place for place, char in enumerate(number) if char.isdigit())
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


def test_public_numbers_are_their_carriers(judged: Judge) -> None:
    pairs: list[Pair] = [(carrier, number) for carrier, some in PARCEL.items() for number in some]
    got = judged(pairs)
    assert len(got) == len(pairs)
    for (carrier, number), (outcome, reason, form) in zip(pairs, got, strict=True):
        assert (outcome, reason, (form or "").split("/")[0]) == ("ok", "fits", carrier), number


def test_one_wrong_digit_is_noticed(judged: Judge) -> None:
    checked = [(carrier, number) for carrier in ("usps", "ups", "ontrac", "royal-mail") for number in PARCEL[carrier]]
    checked += [("fedex", number) for number in PARCEL["fedex"] if len(number) != 32]
    pairs: list[Pair] = [(carrier, one_digit_wrong(number)) for carrier, number in checked]
    for pair, said in zip(pairs, judged(pairs), strict=True):
        assert said[:2] == ("bad", "check_digit"), pair
    inside: list[Pair] = [("fedex", "32971514560102447849175802872014"), ("dhl-express", "3318810011")]
    assert judged(inside) == [
        ("bad", "check_digit", "fedex/astra-32"),
        ("bad", "check_digit", "dhl-express/waybill-10"),
    ]


def test_examples_of_the_files_fit_their_format(book: CarrierBook, judged: Judge) -> None:
    wanted = [
        (one.id, example, "ok" if form.confidence in ("A", "B+", "B", "B-") else "unknown", one.format_id(form))
        for one in book.by_id.values()
        for form in one.formats
        for example in form.examples
    ]
    got = judged([(carrier, number) for carrier, number, _, _ in wanted])
    assert [(said[0], said[2]) for said in got] == [(outcome, form) for _, _, outcome, form in wanted]
    assert len(wanted) > 80


@pytest.mark.parametrize(
    ("carrier", "waybill", "said"),
    [
        # A number of another form, where all forms are known.
        ("usps", "1Z5R89390357567127", ("bad", "no_format_fits", "usps/impb-22")),
        ("ups", "9400111201080805483016", ("bad", "no_format_fits", "ups/1z")),
        ("fedex", "1Z5R89390357567127", ("bad", "no_format_fits", "fedex/express-12")),
        ("usps", "920209033959835227901", ("bad", "no_format_fits", "usps/impb-22")),
        ("gofo", "GFUS0101188421446", ("bad", "no_format_fits", "gofo/us")),
        # YTO and YunExpress share YT, not the length.
        ("yto", "YT1234567890123", ("ok", "fits", "yto/yt-13")),
        ("yto", "YT2229521272164446", ("bad", "no_format_fits", "yto/yt-13")),
        ("yunexpress", "YT2229521272164446", ("ok", "fits", "yunexpress/yt-16")),
        # What public lists hold beside the proven forms proves nothing; a phone number is still none.
        ("yto", "886123456789", ("unknown", "low_confidence", "yto/digits")),
        ("yto", "1234509876", ("unknown", "low_confidence", "yto/digits")),
        ("yto", "2135550142", ("bad", "no_format_fits", "yto/yt-13")),
        ("yto", "447911123456", ("bad", "no_format_fits", "yto/yt-13")),
        ("sto", "STO1234567890", ("unknown", "low_confidence", "sto/others")),
        ("gofo", "CR000485623975", ("unknown", "low_confidence", "gofo/cr")),
        ("ups", "123987456012", ("unknown", "low_confidence", "ups/digits-12")),
        ("ups", "447911123456", ("bad", "no_format_fits", "ups/1z")),
        # One of its last-mile partners prints what nobody has published, so nothing is proven.
        ("yunexpress", "YT1234567890123", ("unknown", "low_confidence", None)),
        ("yunexpress", "9400111201080805483016", ("ok", "handover", "usps/impb-22")),
        # Hand-overs.
        ("fedex-smartpost", "9261292700768711948021", ("ok", "handover", "usps/impb-22")),
        ("fedex-smartpost", "986578788855", ("ok", "handover", "fedex/express-12")),
        ("ups-surepost", "9261292700768711948021", ("ok", "handover", "usps/impb-22")),
        ("ups-surepost", "1ZXX3150YW44070023", ("ok", "fits", "ups-surepost/1z")),
        ("ups-mail-innovations", "92748931507708513018050063", ("ok", "handover", "usps/impb-26")),
        ("dhl-ecommerce", "9202090339598352279018", ("ok", "handover", "usps/impb-22")),
        ("uniuni", "9202090339598352279018", ("ok", "handover", "usps/impb-22")),
        ("dhl", "3318810025", ("ok", "handover", "dhl-express/waybill-10")),
        ("lasership", "C11031500001879", ("ok", "handover", "ontrac/c")),
        # A Parcel Select label under the plain name of the carrier that hands it over is no proof.
        ("fedex", "9261292700768711948021", ("unknown", "low_confidence", "fedex/parcel-select")),
        # Without check digit, every 14 digits fit, and only the declared carrier is asked.
        ("dhl-ecommerce", "12345678901234", ("ok", "fits", "dhl-ecommerce/digits-14")),
        ("dhl-ecommerce", "123", ("unknown", "low_confidence", None)),
        ("usps", "12345678901234", ("bad", "no_format_fits", "usps/impb-22")),
        # J&T's twelve digits look like FedEx's (this one passes its check digit): J&T is asked, not FedEx.
        ("jt", "670300032350", ("ok", "fits", "jt/my-12")),
        ("jt", "123456789012", ("unknown", "low_confidence", "jt/ph-12")),
        ("jt", "JX12345", ("unknown", "low_confidence", None)),
        # Dots belong to GHTK's numbers.
        ("ghtk", "S1234567.SG01.A1.123456789", ("ok", "fits", "ghtk/dotted")),
        ("ghtk", "S1234567SG01A1", ("bad", "no_format_fits", "ghtk/dotted")),
        # Carriers without a published format, and those with guesses only.
        ("speedx", "SPX1234567890", ("unknown", "no_published_format", None)),
        ("evri", "H1234567890123456", ("unknown", "low_confidence", None)),
        ("ninja-van", "NLXSG20300914", ("unknown", "low_confidence", "ninja-van/sg")),
        ("veho", "1VABC12345", ("unknown", "low_confidence", "veho/1v")),
        ("flash", "P123456789012", ("unknown", "low_confidence", None)),
        # B- counts as fitting, never as proof of the contrary.
        ("ghn", "12345678", ("unknown", "low_confidence", None)),
        # FedEx numbers of ten digits exist.
        ("fedex", "3318810025", ("unknown", "low_confidence", "fedex/express-10")),
        # 34 digits read two ways: ZIP and 26, or ZIP+4 and 22.
        ("usps", "4201028200009261290113185417468510", ("ok", "fits", "usps/impb-22")),
        # A Taiwanese S10 number that USPS delivers.
        ("usps", "RB123456785TW", ("ok", "fits", "usps/s10")),
        ("thailand-post", "RB123456785TH", ("ok", "fits", "thailand-post/s10")),
        ("thailand-post", "RB123456785GB", ("unknown", "low_confidence", None)),
        ("no-such-carrier", "9202090339598352279018", ("unknown", "unknown_carrier", None)),
        (None, "9202090339598352279018", ("unknown", "unknown_carrier", None)),
    ],
)
def test_the_declared_carrier_is_asked(judged: Judge, carrier: str | None, waybill: str, said: Judged) -> None:
    assert judged([(carrier, waybill)]) == [said]


def test_an_unpublished_check_digit_never_convicts(judged: Judge) -> None:
    said = judged([("sf", f"SF100000000012{digit}") for digit in range(10)])
    assert sorted(outcome for outcome, _, _ in said) == ["ok"] + ["unknown"] * 9
    assert {reason for outcome, reason, _ in said if outcome == "unknown"} == {"low_confidence"}
    evri = judged([("evri", f"H0000A123456789{digit}") for digit in range(10)])
    assert set(evri) == {("unknown", "low_confidence", "evri/16")}


def test_pairs_are_judged_once_and_missing_numbers_not_at_all(
    book: CarrierBook, con: duckdb.DuckDBPyConnection
) -> None:
    pairs = "(VALUES ('usps', 'X'), ('usps', 'X'), (NULL, 'X'), ('usps', NULL)) AS t (carrier, waybill)"
    book.check(con, f"(FROM {pairs})", into="few")
    assert con.execute("SELECT carrier, waybill FROM few ORDER BY ALL").fetchall() == [("usps", "X"), (None, "X")]
    book.check(con, "(SELECT NULL::VARCHAR AS carrier, NULL::VARCHAR AS waybill WHERE FALSE)", into="few")
    assert con.execute("SELECT count(*) FROM few").fetchone() == (0,)


def test_zeros_that_a_spreadsheet_dropped(book: CarrierBook, con: duckdb.DuckDBPyConnection) -> None:
    lost = [
        ("fedex", "41441760228964"),  # the check digit of fifteen is right
        ("sicepat", "2927168687"),  # all of its numbers begin with two zeros
        ("sicepat", "PHONE#10"),  # known by its length alone, and that fits
    ]
    whole = [
        ("fedex", "986578788855"),  # right as it is
        ("fedex", "41441760228965"),
        ("fedex", "PHONE#11"),
        ("zto", "7312345678901"),  # a digit is missing: nothing says that it was a zero
        ("sicepat", "1234567890"),  # a dummy
        ("jt", "41441760228964"),  # its forms are not all known, so nothing is wrong with it
        (None, "41441760228964"),
    ]
    con.execute(
        "CREATE OR REPLACE TABLE given AS SELECT unnest(?::VARCHAR[]) AS carrier, unnest(?) AS waybill",
        [list(told) for told in zip(*lost, *whole, strict=True)],
    )
    book.zeros_lost(con, "given")
    assert sorted(con.execute("SELECT carrier, waybill FROM zeros_lost").fetchall()) == lost


def test_whose_number_could_it_be(book: CarrierBook, con: duckdb.DuckDBPyConnection) -> None:
    numbers = [
        "9400111201080805483016",
        "1Z879E930346834440",
        "986578788855",
        "RB123456785GB",
        "GFUS01011884214464",
        "X",
    ]
    con.execute("CREATE OR REPLACE TABLE numbers AS SELECT unnest(?) AS waybill", [numbers + numbers[:1]])
    book.fits(con, "numbers")
    assert dict(con.execute("FROM waybill_fits").fetchall()) == {
        "9400111201080805483016": ["usps"],
        "1Z879E930346834440": ["ups", "ups-surepost"],
        "986578788855": ["fedex"],
        "RB123456785GB": ["parcelforce", "royal-mail", "usps"],
        "GFUS01011884214464": [],  # no check digit: the form alone proves nothing
        "X": [],
    }
    for number, carriers in (("X", []), ("1Z879E930346834440", ["ups", "ups-surepost"])):
        book.fits(con, f"(SELECT '{number}' AS waybill)")
        assert con.execute("FROM waybill_fits").fetchall() == [(number, carriers)]
    book.fits(con, "(FROM numbers WHERE FALSE)")
    assert con.execute("FROM waybill_fits").fetchall() == []


@pytest.mark.parametrize(
    ("written", "carrier"),
    [
        ("USPS", "usps"),
        ("U.S.P.S.", "usps"),
        ("  usps ground ADVANTAGE ", "usps"),
        ("Ｆｅｄｅｘ", "fedex"),
        ("FedEx® Ground", "fedex"),
        ("FedEx SmartPost®", "fedex-smartpost"),
        ("联邦快递", "fedex"),
        ("顺丰速运", "sf"),
        ("順豐", "sf"),
        ("圆通", "yto"),
        ("中通快递", "zto"),
        ("J&T Express", "jt"),
        ("JT Express", "jt"),
        ("j＆t express", "jt"),
        ("极兔速递", "jt"),
        ("ไปรษณีย์ไทย", "thailand-post"),
        ("เคอรี่ เอ็กซ์เพรส", "kerry"),
        ("Giao Hàng Nhanh", "ghn"),
        ("GIAO HANG TIET KIEM", "ghtk"),
        ("Giao Hàng Tiết Kiệm", "ghtk"),
        ("Bưu điện Việt Nam", "vnpost"),
        ("SPX_Express", "spx"),
        ("dhl-ecommerce", "dhl-ecommerce"),
        ("21051", "usps"),
        ("云途物流", "yunexpress"),
        ("Some Courier", None),
    ],
)
def test_names_in_every_language(con: duckdb.DuckDBPyConnection, written: str, carrier: str | None) -> None:
    found = con.execute("SELECT carrier FROM carrier_names WHERE name = fa_carrier_name(?)", [written]).fetchall()
    assert found == ([(carrier,)] if carrier else [])


def test_the_tables_tell_what_the_files_say(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(
        "SELECT title, handover_to, rest_weekdays, rest_holidays, tracking_hosts, has_format, complete "
        "FROM carriers WHERE carrier = 'ups-surepost'"
    ).fetchone()
    assert row == ("UPS SurePost", ["usps"], [7], "market", ["ups.com"], True, True)
    flags = con.execute(
        "SELECT carrier, has_format, complete FROM carriers WHERE carrier IN ('speedx', 'evri', '4px') ORDER BY carrier"
    )
    # 4PX's own forms are known, those of its last-mile partners are not.
    assert flags.fetchall() == [("4px", True, False), ("evri", False, False), ("speedx", False, False)]


def test_no_two_carriers_share_a_name(con: duckdb.DuckDBPyConnection, book: CarrierBook) -> None:
    assert con.execute("SELECT count(*) - count(DISTINCT name) FROM carrier_names").fetchone() == (0,)
    assert con.execute("SELECT count(DISTINCT carrier) FROM carrier_names").fetchone() == (len(book.files),)


def test_the_book_has_one_hash(book: CarrierBook, tmp_path: Path) -> None:
    assert CarrierBook.load([rules_folder() / "carriers"]).sha256 == book.sha256
    extra = tmp_path / "carriers"
    extra.mkdir()
    (extra / "mine.toml").write_text('id = "mine"\ntitle = "My own van"\n', encoding="utf-8")
    assert CarrierBook.load([rules_folder() / "carriers", extra]).sha256 != book.sha256
