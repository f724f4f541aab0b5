"""Check digits as SQL: one expression a family, unrolled over the characters of the number.

A loop over a list inside SQL runs at half the speed of the same sum written out, hence the unrolling. Every function
takes SQL expressions of one character each, the check character last, and returns a SQL boolean. The characters are
digits (or letters where the family knows letters) because the format's pattern has matched before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Chars = Sequence[str]


@dataclass(frozen=True)
class Check:
    """A family of check digits.

    Attributes
    ----------
    sql : callable
        From the characters to a SQL boolean.
    trusted : bool
        Published or measured on real numbers: a wrong check digit proves that the number is wrong. An untrusted one
        (a single public source) can only support a number, never convict it.
    length : int, optional
        How many characters it takes, check character included; none when it takes any number.
    """

    sql: Callable[[Chars], str]
    trusted: bool = True
    length: int | None = None


class Span(NamedTuple):
    """Which characters of a waybill a check digit covers: first and last, counted from 1, or from -1 at the end."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of characters covered; zero or less when the span is not one."""
        return self.last - self.first + 1 if (self.first > 0) == (self.last > 0) and self.first * self.last else 0

    def characters(self, text: str) -> list[str]:
        """Return SQL for each character covered of the SQL expression `text`."""
        return [f"substr({text}, {at}, 1)" for at in range(self.first, self.last + 1)]


def check_sql(family: str, text: str, span: Span, prepend: str = "") -> str:
    """Return SQL that is true when the check digit is right.

    Parameters
    ----------
    family : str
        A key of :data:`CHECKS`.
    text : str
        SQL expression of the number.
    span : Span
        The characters covered.
    prepend : str
        Digits that the calculation puts in front though they are not printed.

    Examples
    --------
    >>> check_sql("mod7", "w", Span(-2, -1))
    '((ascii(substr(w, -2, 1)) - 48) * 1) % 7 = (ascii(substr(w, -1, 1)) - 48)'
    """
    return CHECKS[family].sql([*(f"'{digit}'" for digit in prepend), *span.characters(text)])


def _digit(char: str) -> str:
    return f"(ascii({char}) - 48)"


def _ups_value(char: str) -> str:
    # Four letters or fillers a value: a digit counts as itself, a letter as (ASCII - 3) mod 10.
    return f"((strpos('0IS~1JT~2AKU3BLV4CMW5DNX6EOY7FPZ8GQ~9HR~', {char}) - 1) // 4)"


def _base36(char: str) -> str:
    return f"(strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', {char}) - 1)"


def _sum(values: Iterable[str], weights: Iterable[int]) -> str:
    return " + ".join(f"{value} * {weight}" for value, weight in zip(values, weights, strict=False))


def _cycle(length: int, *weights: int) -> list[int]:
    return [weights[at % len(weights)] for at in range(length)]


def _tops_up(total: str, check: str) -> str:
    return f"(10 - ({total}) % 10) % 10 = {check}"


def _gs1(chars: Chars) -> str:
    body = [_digit(char) for char in reversed(chars[:-1])]
    return _tops_up(_sum(body, _cycle(len(body), 3, 1)), _digit(chars[-1]))


def _ups(chars: Chars) -> str:
    body = [_ups_value(char) for char in chars[:-1]]
    return _tops_up(_sum(body, _cycle(len(body), 1, 2)), _digit(chars[-1]))


def _s10(chars: Chars) -> str:
    total = _sum(map(_digit, chars[:-1]), (8, 6, 4, 2, 3, 5, 9, 7))
    # 11 - sum mod 11, where 10 becomes 0 and 11 becomes 5: read off by remainder.
    return f"substr('50987654321', ({total}) % 11 + 1, 1) = {chars[-1]}"


def _mod7(chars: Chars) -> str:
    size = len(chars) - 1
    total = _sum(map(_digit, chars[:-1]), (pow(10, size - 1 - at, 7) for at in range(size)))
    return f"({total}) % 7 = {_digit(chars[-1])}"


def _fedex(*weights: int) -> Callable[[Chars], str]:
    def sql(chars: Chars) -> str:
        total = _sum(map(_digit, chars[:-1]), _cycle(len(chars) - 1, *weights))
        return f"({total}) % 11 % 10 = {_digit(chars[-1])}"

    return sql


def _mod37_36(chars: Chars) -> str:
    state = "36"
    for char in chars[:-1]:
        state = f"((({state} + {_base36(char)} + 35) % 36 + 1) * 2 % 37)"
    return f"({state} + {_base36(chars[-1])}) % 36 = 1"


def _luhn(chars: Chars) -> str:
    # In the doubled places the digit's own value is where it stands in 0516273849: twice the digit, cross-summed.
    body = [
        _digit(char) if at % 2 else f"(strpos('0516273849', {char}) - 1)"
        for at, char in enumerate(reversed(chars[:-1]))
    ]
    return _tops_up(" + ".join(body), _digit(chars[-1]))


def _sf(chars: Chars) -> str:
    products = [f"({_digit(char)} * {2 * at + 1})" for at, char in enumerate(reversed(chars[3:-1]))]
    return _tops_up(" + ".join(f"{product} // 10 + {product} % 10" for product in products), _digit(chars[-1]))


def _evri(chars: Chars) -> str:
    body = [_ups_value(char) for char in chars[:-1]]
    return f"({_sum(body, _cycle(len(body), 2, 1))}) % 10 = {_digit(chars[-1])}"


CHECKS: dict[str, Check] = {
    "gs1": Check(_gs1),
    "ups": Check(_ups),
    "s10": Check(_s10, length=9),
    "mod7": Check(_mod7),
    "fedex12": Check(_fedex(3, 1, 7), length=12),
    "fedex34": Check(_fedex(1, 7, 3), length=14),
    "mod37_36": Check(_mod37_36),
    "luhn": Check(_luhn),
    "sf": Check(_sf, trusted=False),
    "evri": Check(_evri, trusted=False, length=16),
}
"""Families that carrier files may name."""
