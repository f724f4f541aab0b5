"""The form in which headers and words of exports are compared."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return `text` in the form in which headers and words are compared: composed, no case, single blanks.

    Examples
    --------
    >>> fold("  Order  ID ")
    'order id'
    """
    return " ".join(unicodedata.normalize("NFC", text).replace("\ufeff", "").split()).lower()
