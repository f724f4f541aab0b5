"""Waybill numbers that pass their carrier's check digit, and the ways in which they break."""

from __future__ import annotations

from itertools import cycle


def gs1(digits: str) -> str:
    """Return the GS1 check digit of USPS and FedEx Ground numbers.

    Examples
    --------
    >>> gs1("920209033959835227901")
    '8'
    """
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), cycle((3, 1)), strict=False))
    return str(-total % 10)


def ups(characters: str) -> str:
    """Return the check digit of the 15 characters after UPS's ``1Z``.

    Examples
    --------
    >>> ups("999AA1012345678")
    '4'
    """
    values = (int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in characters)
    return str(-sum(value * weight for value, weight in zip(values, cycle((1, 2)), strict=False)) % 10)


def fedex(digits: str) -> str:
    """Return the check digit of the 11 digits of a FedEx Express number.

    Examples
    --------
    >>> fedex("98657878885")
    '5'
    """
    return str(sum(int(d) * weight for d, weight in zip(digits, cycle((3, 1, 7)), strict=False)) % 11 % 10)


def s10(digits: str) -> str:
    """Return the check digit of the 8 digits of a UPU S10 number.

    Examples
    --------
    >>> s10("47312482")
    '9'
    """
    check = 11 - sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {10: "0", 11: "5"}.get(check, str(check))


def wrong_check(waybill: str) -> str:
    """Return the number with another last digit."""
    return waybill[:-1] + str((int(waybill[-1]) + 4) % 10)


class Numbers:
    """Numbers that never repeat: a running number, scattered so that neighbours do not look alike.

    The multipliers are powers of three, so they share no factor with a power of ten and the scatter is one to one.
    """

    def __init__(self, seed: int) -> None:
        self._next = seed % 9_000_000

    def _scattered(self, width: int) -> str:
        self._next += 1
        return f"{(self._next * 3**27 + 7_777_777) % 10**width:0{width}}"

    def _long(self, start: str, width: int) -> str:
        # a nonzero end keeps the number from looking as if a spreadsheet had rounded it
        return start + self._scattered(width) + str(1 + self._next % 9)

    def order_id(self) -> str:
        """Return an order number of 18 digits."""
        return self._long("5764", 13)

    def package_id(self) -> str:
        """Return a package number of 19 digits."""
        return self._long("1153", 14)

    def return_id(self) -> str:
        """Return a return number of 19 digits."""
        return self._long("4035", 14)

    def waybill(self, maker: str, start: str = "") -> str:
        """Return a new number of the kind `maker`; `start` replaces its first free digits."""
        while True:
            number = str(getattr(self, f"_{maker}")(start))
            if not number.endswith("00"):
                return number

    def _usps(self, start: str) -> str:
        digits = (start or "940013610620") + self._scattered(21 - len(start or "940013610620"))
        return digits + gs1(digits)

    def _ups(self, start: str) -> str:
        body = (start or "47F5X103") + self._scattered(7)
        return f"1Z{body}{ups(body)}"

    def _fedex(self, start: str) -> str:
        digits = (start or "77") + self._scattered(11 - len(start or "77"))
        return digits + fedex(digits)

    def _fedex_ground(self, start: str) -> str:
        digits = (start or "61299") + self._scattered(14 - len(start or "61299"))
        return digits + gs1(digits)

    def _lasership(self, start: str) -> str:
        return f"1LSCX{start or '0A'}{self._scattered(8)}"

    def _flash_th(self, start: str) -> str:
        return f"TH{start or '0130'}{self._scattered(7)}A"

    def _jt_eight(self, start: str) -> str:
        return f"8{start or '02'}{self._scattered(9)}"

    def _spx_vn(self, start: str) -> str:
        return f"SPXVN{start or '06'}{self._scattered(9)}C"

    def _s10_jp(self, start: str) -> str:
        digits = self._scattered(8)
        return f"{start or 'EJ'}{digits}{s10(digits)}JP"

    def _yamato(self, start: str) -> str:
        return f"{start or '48'}{self._scattered(10)}"
