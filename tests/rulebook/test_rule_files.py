"""Loading rule files: what is read, and every way a file is refused."""

from __future__ import annotations

import hashlib

import pytest

from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.errors import RuleError
from fulfil_analytics.rulebook import load_rules, new_rule, run_examples


def test_a_new_rule_loads_and_its_examples_pass(good, load):
    (rule,) = load(my_rule=good)
    with DuckDBEngine.in_memory() as engine:
        assert [result.difference for result in run_examples(rule, engine)] == [""] * len(rule.examples)
    assert rule.family == "mine"
    assert rule.values == {"least_cents": 100000}
    assert rule.sha256 == hashlib.sha256(good.encode()).hexdigest()


def test_windows_line_ends_are_read(good, load):
    assert len(load(my_rule=good.replace("\n", "\r\n"))) == 1


def line(text: str, start: str) -> int:
    return next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith(start))


REFUSED = [
    ('severity = "low"', 'severity = "urgent"', "severity", "'critical', 'high'"),
    ('severity = "low"', 'severty = "low"', "severty", "Did you mean severity?"),
    ('grain = "order"', 'grain = "lorry"', "grain", "'parcel', 'order'"),
    ('severity = "low"', "severity = low", "severity", "not valid TOML"),
    (
        'requires = ["orders.order_amount_cents"]',
        'requires = ["orders.amount"]',
        "requires",
        "orders has no column amount",
    ),
    ('scope = "not orders.platform_fulfilled"', 'scope = "not parcels.is_split"', "scope", "not a column of orders"),
    ('scope = "not orders.platform_fulfilled"', 'scope = "is_sample"', "scope", "table.column"),
    (
        'scope = "not orders.platform_fulfilled"',
        'scope = "orders.order_id in (select order_id from parcels)"',
        "scope",
        "holds no SELECT",
    ),
    (
        "least_cents = { type",
        'spare = { type = "text", default = "x", doc = "d" }\nleast_cents = { type',
        "spare",
        "used nowhere",
    ),
    ("default = 100000", 'default = "much"', "least_cents", "the default is not of type int"),
    ("default = 100000", "default = -1", "least_cents", "below its least value 0"),
    ('threshold = ["least_cents"]', "", "least_cents", "both sides of this limit"),
    ("{amount_cents} hundredths", "{amount} hundredths", "message.en", "neither a parameter nor a column"),
    ('flags = ["O2"]', 'flags = ["O2"]\ncolour = 3', "[[example]]", "colour is neither a key"),
    (
        "orders = '''\norder_id | order_amount_cents\nO1       | 99999",
        "ordres = '''\norder_id | x",
        "[[example]]",
        "no table ordres",
    ),
    (
        "and orders.order_amount_cents >= {least_cents}",
        "and orders.units > {fewest}",
        "  and",
        "{fewest} is no parameter",
    ),
    (
        "and orders.order_amount_cents >= {least_cents}",
        "and orders.shop = '{least_cents}'",
        "  and",
        "stands in quotes",
    ),
    ("orders.order_id,\n", "orders.order_id, orders.buyer_key,\n", "select", "never leaves the store"),
    ("orders.order_id,\n", "orders.shop,\n", "select", "the key of grain order"),
]


@pytest.mark.parametrize(("old", "new", "at", "words"), REFUSED, ids=[case[3] for case in REFUSED])
def test_refused_with_line_and_cure(good, refused, old, new, at, words):
    text = good.replace(old, new, 1)
    assert text != good
    error = refused(text)
    assert words in str(error)
    assert error.file == "mine/my_rule.sql"
    assert error.line == line(text, at)


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        ('name = "ready to ship"', "flags nothing though there are rows"),
        ('name = "no orders at all"', "without rows"),
    ],
)
def test_required_examples(good, refused, cut, words):
    before, _, after = good.partition(f"[[example]]\n{cut}")
    rest = after[after.index("[[example]]") :] if "[[example]]" in after else after[after.index("*/") :]
    text = before + rest
    if "though" in words:  # the other two examples that flag nothing go as well
        for name in ("cancelled", "no amount in the export"):
            before, _, after = text.partition(f'[[example]]\nname = "{name}"')
            text = before + after[after.index("[[example]]") :]
    assert words in str(refused(text))


def test_missing_key_is_named(good, refused):
    error = refused(good.replace('evidence_class = "soft"\n', ""))
    assert error.column == "evidence_class"
    assert "is missing" in str(error)


def test_id_and_file_name_agree(good, refused):
    assert "Name the file my_rule.sql" in str(refused(good, name="your_rule"))


def test_two_files_of_one_id_are_both_named(good, tmp_path):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my_rule.sql").write_text(good)
    with pytest.raises(RuleError) as caught:
        load_rules([tmp_path / "first", tmp_path / "second"])
    assert "second/my_rule.sql:" in str(caught.value)
    assert str(tmp_path / "first" / "my_rule.sql") in str(caught.value)


@pytest.mark.parametrize("stray", ["notes.txt", "my_rule.sql.bak", "rule.toml"])
def test_a_stray_file_is_refused(good, load, tmp_path, stray):
    load(my_rule=good)
    (tmp_path / "mine" / stray).write_text("x")
    with pytest.raises(RuleError, match="is not a rule"):
        load_rules([tmp_path / "mine"])


def test_readme_hidden_files_policies_and_carriers_are_passed_over(good, tmp_path):
    (tmp_path / "family").mkdir()
    (tmp_path / "family" / "my_rule.sql").write_text(good)
    (tmp_path / "family" / "README.md").write_text("x")
    (tmp_path / "family" / ".swp").write_text("x")
    for folder in ("policies", "carriers"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.toml").write_text("x")
    assert [rule.id for rule in load_rules([tmp_path])] == ["my_rule"]


@pytest.mark.parametrize("text", ["", "select 1", "-- no header\nselect 1", "/* id = 1 */ select 1"])
def test_a_file_without_header_is_refused_at_its_first_line(refused, text):
    error = refused(text)
    assert error.line == 1
    assert "TOML header" in str(error)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(RuleError, match="no such folder"):
        load_rules([tmp_path / "nowhere"])


def test_binary_file_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "my_rule.sql").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RuleError, match="UTF-8"):
        load_rules([tmp_path / "mine"])


def explained(rule_id: str, *roots: str) -> str:
    named = ", ".join(f'"{root}"' for root in roots)
    return new_rule(rule_id).replace("[[excused]]", f"explained_by = [{named}]\n[[excused]]", 1)


def test_roots_exist_and_do_not_go_in_a_circle(load):
    with pytest.raises(RuleError, match="there is no rule aa_rul. Did you mean aa_rule"):
        load(aa_rule=new_rule("aa_rule"), bb_rule=explained("bb_rule", "aa_rul"))
    with pytest.raises(RuleError, match="circle"):
        load(aa_rule=explained("aa_rule", "bb_rule"), bb_rule=explained("bb_rule", "aa_rule"))


def test_tracking_events_alone_are_refused_in_an_example(good, refused):
    text = good.replace(
        '[[example]]\nname = "ready',
        "[[example]]\nname = \"x\"\nflags = []\ntracking_events = '''\nwaybill\nW\n'''\n[[example]]\nname = \"ready",
        1,
    )
    assert "Give journeys" in str(refused(text))


class TestParameters:
    def test_override_is_kept_with_its_origin(self, good, load):
        (rule,) = load(my_rule=good).with_parameters({"my_rule": {"least_cents": 5}}, "tiktok-us")
        assert (rule.values["least_cents"], rule.origin["least_cents"]) == (5, "tiktok-us")

    @pytest.mark.parametrize("value", ["5", 5.5, True, -1, None, [5]])
    def test_a_value_that_does_not_fit_is_refused(self, good, load, value):
        with pytest.raises(RuleError, match=r"fulfil.toml, my_rule.least_cents: the value"):
            load(my_rule=good).with_parameters({"my_rule": {"least_cents": value}}, "fulfil.toml")

    def test_unknown_names_come_with_the_nearest_known(self, good, load):
        book = load(my_rule=good)
        with pytest.raises(RuleError, match="Did you mean my_rule"):
            book.with_parameters({"my_rul": {}}, "x")
        with pytest.raises(RuleError, match="Did you mean least_cents"):
            book.with_parameters({"my_rule": {"least_cent": 1}}, "x")

    def test_rules_left_out_take_no_parameters(self, good, load):
        book = load(my_rule=good, other=new_rule("other")).only(["other"])
        assert [rule.id for rule in book.with_parameters({"my_rule": {"least_cents": 1}}, "x")] == ["other"]
        with pytest.raises(RuleError, match="there is no rule gone"):
            book.only(["gone"])
