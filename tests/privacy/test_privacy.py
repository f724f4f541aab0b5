from __future__ import annotations

import hashlib
import hmac
import os
import stat

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfil_analytics import privacy
from fulfil_analytics.errors import ConfigError
from fulfil_analytics.privacy import Privacy

KEY = bytes(range(32))


def connect(mode: privacy.Mode = "hash") -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    privacy.install(con, Privacy(mode, KEY))
    return con


@pytest.fixture(scope="module")
def con():
    with connect() as con:
        yield con


def call(con: duckdb.DuckDBPyConnection, macro: str, *values: str | None) -> list[object]:
    sql = f"SELECT {macro}(t) FROM (SELECT unnest($1::VARCHAR[]) AS t)"
    return [row[0] for row in con.execute(sql, [list(values)]).fetchall()]


def test_hash_is_hmac_sha256_of_the_normal_form(con):
    (key,) = call(con, "fa_name_key", "SMITH,  José")
    assert key == hmac.new(KEY, b"jose smith", hashlib.sha256).hexdigest()[:32]


@pytest.mark.parametrize(
    ("macro", "same"),
    [
        ("fa_name_key", ["John Smith", "SMITH, John", "john  smith ", "Ｊｏｈｎ Ｓｍｉｔｈ", "Jöhn Smith"]),
        ("fa_name_key", ["Jon Jonas", "JONAS, Jon", "Jonas Jon"]),
        ("fa_name_key", ["ana maria lima", "Lima, Ana Maria", "Maria Lima Ana"]),
        ("fa_phone_key", ["(+1)213-555-0100", "213 555 0100", "+1 213.555.0100", "12135550100", "2135550100 ext 12"]),
        ("fa_phone_key", ["0891234567", "+66 89 123 4567", "(+66)891234567", "０８９-１２３-４５６７"]),
        (
            "fa_street_key",
            ["12 North Main Street, Apt 4", "12 N. MAIN ST #4", "12 n main st unit 4", "12 North Main St. 4"],
        ),
        ("fa_street_key", ["1 Elm Rd 90210-1234", "1 Elm Road, 90210"]),
        ("fa_street_key", ["12 Đường Lê Lợi", "12 duong le loi"]),
    ],
)
def test_spellings_of_one_thing_have_one_key(con, macro, same):
    keys = call(con, macro, *same)
    assert None not in keys
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("macro", "one", "other"),
    [
        ("fa_name_key", "John Smith", "Joan Smith"),
        ("fa_phone_key", "213-555-0100", "213-555-0101"),
        ("fa_street_key", "12 Main St Apt 4", "12 Main St Apt 5"),
        ("fa_street_key", "12 Main St", "21 Main St"),
        ("fa_street_key", "12 Main St", "12 Main Ave"),
        ("fa_name_key", "王伟", "王芳"),
    ],
)
def test_different_things_have_different_keys(con, macro, one, other):
    assert len(set(call(con, macro, one, other))) == 2


@pytest.mark.parametrize("macro", ["fa_name_key", "fa_phone_key", "fa_street_key"])
def test_masked_blank_and_wordless_values_have_no_key(con, macro):
    assert call(con, macro, "T**** B****", "(+1)213-***-1234", "＊＊", None, "", " - ") == [None] * 6


def test_masked_sees_every_kind_of_star(con):
    assert call(con, "fa_masked", "T****", "＊", "•••", "Tom") == [True, True, True, False]


def test_modes():
    with connect("drop") as con:
        assert call(con, "fa_name_key", "John Smith") == [None]
    with connect("keep") as con:
        assert call(con, "fa_name_key", "SMITH John") == ["john smith"]


def test_another_key_gives_another_hash(con):
    with duckdb.connect() as other:
        privacy.install(other, Privacy("hash", b"x" * 32))
        assert call(other, "fa_name_key", "John") != call(con, "fa_name_key", "John")


def test_the_key_stands_in_no_sql_text_and_no_representation(con):
    texts = [str(row) for row in con.execute("SELECT macro_definition FROM duckdb_functions()").fetchall()]
    assert not any(KEY.hex() in text for text in texts)
    assert "key" not in repr(Privacy("hash", KEY))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to Tom.B+x@mail.example.co.uk now", "write to […] now"),
        ("call (213) 555-0100", "call […]"),
        ("call 213-555-0100!", "call […]!"),
        ("+84 912 345 678", "[…]"),
        ("(+84)0912345678", "[…]"),
        ("Zalo 0912345678.", "Zalo […]."),
    ],
)
def test_struck_takes_out_addresses_and_phones(con, text, left):
    assert privacy.struck(text) == left
    assert call(con, "fa_struck", text) == [left]


@pytest.mark.parametrize(
    "text",
    [
        "All order-2026-09-09-07_16.csv",
        "order 576461234567890123",
        "SKU-100-20-3",
        "9234690390470910236904",
        "EAN 4006381333931",
        "income_20260908180508(UTC+8).xlsx",
        "12.50 x 3",
        "size 38-40-42 @ home",
        "2026-09-08 10:17:29",
    ],
)
def test_struck_leaves_dates_ids_and_sizes(con, text):
    assert privacy.struck(text) == text
    assert call(con, "fa_struck", text) == [text]


texts = st.text(
    st.sampled_from("aZ09+-() .@é中|\t") | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, min_size=1, max_size=20))
def test_sql_and_python_agree(con, values):
    assert call(con, "fa_struck", *values) == [privacy.struck(value) for value in values]
    assert call(con, "fa_shape", *values) == [privacy.shape_of(value) for value in values]


@given(texts)
def test_a_shape_holds_no_digit_but_nine_and_no_letter_but_a_and_x(text):
    shape = privacy.shape_of(text)
    assert len(shape) <= 24
    assert not {char for char in shape if char.isalnum()} - set("AaX9")


def test_key_is_made_once_for_the_user_alone(tmp_path):
    path = tmp_path / "conf" / "fulfil" / "key"
    key = privacy.load_key(path)
    assert len(key) == 32
    assert privacy.load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["key"]


def test_key_stands_in_the_configuration_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert privacy.key_file() == tmp_path / "fulfil" / "key"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert privacy.key_file() == tmp_path / ".config" / "fulfil" / "key"


def test_a_file_that_is_no_key_is_an_error_that_does_not_show_it(tmp_path):
    path = tmp_path / "key"
    path.write_text("0123abcd")
    with pytest.raises(ConfigError, match="holds no key") as caught:
        privacy.load_key(path)
    assert "0123abcd" not in str(caught.value)


def test_two_processes_that_make_a_key_end_with_one(tmp_path):
    path = tmp_path / "key"
    privacy._make_key(path)
    first = path.read_text()
    privacy._make_key(path)
    assert path.read_text() == first
