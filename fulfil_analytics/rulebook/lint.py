"""The portable subset of SQL: what gives the same rows on every engine, and what to write instead of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fulfil_analytics.errors import suggest
from fulfil_analytics.rulebook.tables import tables

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token


class Problem(NamedTuple):
    """Something the lint refuses: line of the SQL (from 1), what it is, and the cure."""

    line: int
    what: str
    cure: str


FUNCTIONS = frozenset(
    [
        "abs",
        "cast",
        "coalesce",
        "count",
        "dense_rank",
        "exists",
        "fa_add_hours",
        "fa_add_seconds",
        "fa_date",
        "fa_div",
        "fa_hours",
        "fa_join",
        "fa_left",
        "fa_local",
        "fa_masked",
        "fa_place",
        "fa_seconds",
        "fa_sundays",
        "greatest",
        "lag",
        "lead",
        "least",
        "length",
        "lower",
        "lpad",
        "max",
        "min",
        "mod",
        "nullif",
        "rank",
        "replace",
        "row_number",
        "rpad",
        "sum",
        "trim",
        "upper",
    ]
)
"""Functions with one meaning on every engine."""

_BEFORE_PARENTHESIS = frozenset(
    [
        "all",
        "and",
        "as",
        "between",
        "by",
        "case",
        "distinct",
        "else",
        "except",
        "exists",
        "from",
        "having",
        "in",
        "intersect",
        "is",
        "join",
        "like",
        "not",
        "on",
        "or",
        "over",
        "select",
        "then",
        "union",
        "using",
        "values",
        "when",
        "where",
        "with",
    ]
)
_CURES = {
    "date_diff": "use fa_hours(a, b) or fa_seconds(a, b): engines count date_diff differently",
    "datediff": "use fa_hours(a, b) or fa_seconds(a, b): engines count datediff differently",
    "date_sub": "use fa_add_hours(t, -n)",
    "date_trunc": "use fa_date(t), after fa_local(t, zone) for a local day",
    "epoch": "use fa_seconds(a, b)",
    "epoch_us": "use fa_seconds(a, b)",
    "strftime": "return the timestamp itself: messages and evidence show it",
    "strptime": "times are TIMESTAMP columns already",
    "concat": "use a || b, or fa_join(a, b): engines disagree on what concat makes of a null",
    "concat_ws": "use a || b, or fa_join(a, b)",
    "string_agg": "name some with row_number and max(case when rn = 1 then x end)",
    "group_concat": "name some with row_number and max(case when rn = 1 then x end)",
    "listagg": "name some with row_number and max(case when rn = 1 then x end)",
    "array_agg": "name some with row_number and max(case when rn = 1 then x end)",
    "list": "name some with row_number and max(case when rn = 1 then x end)",
    "round": "compare whole units (cents, grams, seconds): engines round halves differently",
    "floor": "compare whole units (cents, grams, seconds)",
    "ceil": "compare whole units (cents, grams, seconds)",
    "avg": "compare sums and counts with fa_div(x, y), or multiply out",
    "left": "use fa_left(text, n)",
    "right": "use fa_left(text, n), or compare with like",
    "now": "use {as_of}: an audit never reads the clock",
    "today": "use {as_of}: an audit never reads the clock",
    "random": "a rule gives the same rows every time",
    "date_part": "use fa_local(t, zone) and fa_date(t)",
    "extract": "use fa_local(t, zone) and fa_date(t)",
    "if": "use case when ... then ... else ... end",
    "iff": "use case when ... then ... else ... end",
}
_CLOCK = ("CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_DATETIME", "LOCALTIMESTAMP", "LOCALTIME")
_TOKENS = {
    "IDENTIFIER": ("a name in double quotes", "write the name plain: lower case letters, digits and _"),
    "SLASH": ("a bare / (whole numbers here, fractions there)", "use fa_div(x, y), or multiply out the comparison"),
    "DIV": ("a bare //", "use fa_div(x, y), or multiply out the comparison"),
    "FILTER": ("filter (where ...)", "use count(case when ... then 1 end) or sum(case when ... then x end)"),
    "QUALIFY": ("qualify", "number the rows in a CTE and select where rn = 1"),
    "DCOLON": ("a cast with ::", "use cast(x as bigint)"),
    "L_BRACKET": ("a list or an index", "lists differ between engines; use rows"),
    "L_BRACE": ("a struct or an unknown {hole}", "name a parameter of [params], or as_of"),
    "LIMIT": ("limit", "a rule returns every bad row"),
    "TABLE_SAMPLE": ("a sample of a table", "a rule looks at every row"),
    "PIVOT": ("pivot", "use sum(case when ... then x end)"),
    "UNPIVOT": ("unpivot", "use union all"),
    "PLACEHOLDER": ("a placeholder", "name a parameter in braces, like {grace_hours}"),
    "PARAMETER": ("a placeholder", "name a parameter in braces, like {grace_hours}"),
    **{token: ("the machine's clock", "use {as_of}: an audit never reads the clock") for token in _CLOCK},
}
_OUTSIDE = re.compile(
    r"(read|write|scan|sniff|parquet|duckdb|pragma|http|load|getenv|glob|query|current|set|which)(_|$).*|.*_(scan|setting)"
)
_LOCKED = "a rule reads the tables of the store and nothing besides: no file, no address, no setting"
_TYPES = {"BIGINT", "INT", "TEXT", "TIMESTAMP", "TIMESTAMPNTZ", "DATE", "BOOLEAN"}


def lint(sql: str) -> list[Problem]:
    """Return what keeps `sql` (holes filled) from being one portable SELECT over our tables, in line order.

    Parameters
    ----------
    sql : str
        The text of a rule after its header, parameters put in.
    """
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    try:
        tokens = sqlglot.tokenize(sql, dialect="duckdb")
        problems = list(_token_problems(tokens))
        statements = _parsed(sql)
    except ParseError as error:
        first = error.errors[0]
        return [Problem(first.get("line") or 1, "SQL that does not parse", f"look near {first.get('highlight')!r}")]
    except TokenError:
        return [Problem(1, "SQL that does not parse", "look for a quote or comment that is not closed")]
    problems += _tree_problems(statements)
    return sorted(set(problems))


def selected(sql: str) -> list[str]:
    """Return the column names the SELECT `sql` gives, in order."""
    from sqlglot import exp

    tree = _parsed(sql)[0]
    return [name.lower() for name in tree.named_selects] if isinstance(tree, exp.Query) else []


def tables_of(sql: str) -> set[str]:
    """Return the tables of ours that the SELECT `sql` reads."""
    from sqlglot import exp

    return {table.name.lower() for table in _parsed(sql)[0].find_all(exp.Table)} & set(tables())


def columns_of(sql: str) -> list[tuple[str, str]]:
    """Return ``(table, column)`` of each column `sql` names; the table is empty where it does not say."""
    from sqlglot import exp

    return [(column.table.lower(), column.name.lower()) for column in _parsed(sql)[0].find_all(exp.Column)]


@cache
def _parsed(sql: str) -> tuple[exp.Expr, ...]:
    """Return the statements of `sql`; parsing is what reading a rule costs, and several checks look at each text."""
    import sqlglot

    return tuple(tree for tree in sqlglot.parse(sql, dialect="duckdb") if tree is not None)


def _token_problems(tokens: list[Token]) -> Iterator[Problem]:
    for at, token in enumerate(tokens):
        kind = token.token_type.name
        before = tokens[at - 1].token_type.name if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        called = after is not None and after.token_type.name == "L_PAREN"
        word = token.text.lower().split()[-1] if token.text.strip() else ""
        if kind in _TOKENS and not (kind == "FILTER" and not called):
            yield Problem(token.line, *_TOKENS[kind])
        elif kind == "STRING":
            if "\\" in token.text:
                yield Problem(token.line, "a backslash in a text", "engines read it differently; leave it out")
        elif kind == "STAR" and before in ("SELECT", "COMMA", "DOT", "DISTINCT"):
            yield Problem(token.line, "select *", "name the columns: a rule must not change when a table grows")
        elif kind in ("GROUP_BY", "ORDER_BY") and after is not None and after.token_type.name == "ALL":
            yield Problem(token.line, f"{token.text.lower()} all", "name the columns")
        elif kind == "ORDER_BY" and _open_nulls(tokens, at):
            yield Problem(token.line, "an order by that leaves open where nulls go", "add nulls last to each term")
        elif called and word.isidentifier() and word not in FUNCTIONS | _BEFORE_PARENTHESIS:
            yield _function_problem(token.line, word)


def _function_problem(line: int, word: str) -> Problem:
    if word.startswith("regexp") or word == "similar":
        cure = "use like, fa_place(text), replace or lower: patterns differ between engines"
    elif word in _CURES:
        cure = _CURES[word]
    elif _OUTSIDE.fullmatch(word):
        cure = _LOCKED
    else:
        cure = suggest(word, FUNCTIONS)
    return Problem(line, f"the function {word}", cure)


def _tree_problems(statements: Sequence[exp.Expr]) -> Iterator[Problem]:
    from sqlglot import exp

    if not statements:
        yield Problem(1, "a file without a SELECT", "write one SELECT that returns the bad rows")
    if len(statements) > 1:
        yield Problem(1, "more than one statement", "write one SELECT; use CTEs for steps")
    for tree in statements:
        if not isinstance(tree, exp.Query):
            yield Problem(
                1, "a statement that is not a SELECT", f"write one SELECT that returns the bad rows; {_LOCKED}"
            )
            continue
        yield from _table_problems(tree)
        for cast in tree.find_all(exp.Cast):
            if cast.to.this.name not in _TYPES:
                yield Problem(
                    _line(cast.this),
                    f"a cast to {cast.to.sql().lower()}",
                    "cast to bigint, string, date, timestamp or boolean",
                )
        for window in tree.find_all(exp.Window):
            yield from _window_problems(window)
        for test in tree.find_all(exp.Is):
            if isinstance(test.this, exp.In | exp.Between | exp.Like | exp.Is):
                yield Problem(_line(test), "a test of a test", "put the inner one in parentheses: (a in (...)) is null")


def _table_problems(tree: exp.Query) -> Iterator[Problem]:
    from sqlglot import exp

    steps = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        name = table.name.lower()
        if table.db or table.catalog:
            yield Problem(_line(table), f"a table of another schema ({table.db}.{table.name})", "name the table alone")
        elif name and name not in steps and name not in tables():
            yield Problem(_line(table), f"the table {name}", suggest(name, tables()))


def _window_problems(window: exp.Window) -> Iterator[Problem]:
    from sqlglot import exp

    ranks = isinstance(window.this, exp.RowNumber | exp.Rank | exp.DenseRank | exp.Lag | exp.Lead)
    if ranks and window.args.get("order") is None:
        yield Problem(_line(window.this), "a ranking without order by", "order by columns that tell every row apart")


def _open_nulls(tokens: list[Token], at: int) -> bool:
    """Tell whether the ORDER BY at `at` leaves open, for one of its terms, where nulls go."""
    terms, settled, depth = 1, 0, 0
    for token in tokens[at + 1 :]:
        kind = token.token_type.name
        depth += (kind == "L_PAREN") - (kind == "R_PAREN")
        if depth < 0 or (depth == 0 and kind in ("ROWS", "RANGE", "SEMICOLON")):
            break
        terms += depth == 0 and kind == "COMMA"
        settled += token.text.lower().startswith("nulls")
    return settled < terms


def _line(node: exp.Expr) -> int:
    for part in node.walk():
        line = part.meta.get("line")
        if line:
            return int(line)
    return 1
