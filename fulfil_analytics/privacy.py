"""What is personal, how it is hashed, dropped or masked; the form of a value without the value.

Names, phones and streets are normalised and turned into keyed hashes (HMAC-SHA-256, truncated) while a file is read:
the raw value reaches neither the store nor a temporary file. The key stays on the machine, in the user's configuration
folder.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fulfil_analytics.errors import ConfigError
from fulfil_analytics.sql import fill, read_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Mode = Literal["hash", "drop", "keep"]

KEY_BYTES = 32
KEY_DIGITS = 32
"""Hex digits of the keyed hash that stands for a personal value, see ``fa_hmac`` in privacy.sql."""
_BLOCK = 64
"""Bytes of a SHA-256 block, the size HMAC pads its key to."""

# Both patterns mean the same in Python (ASCII) and in RE2.
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
PHONE = (
    r"\(?\+[0-9]{1,3}\)?[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?[0-9][0-9 .-]{5,14}[0-9]"  # +1 213 555 1234, (+84)089-123-4567
    r"|\([0-9]{2,4}\)[ .-]?[0-9]{3,4}[ .-]?[0-9]{3,4}"  # (213) 555-1234
    r"|\b[0-9]{3,4}[ .-][0-9]{3,4}[ .-][0-9]{3,4}\b"  # 213-555-1234, 0912 345 678
    r"|\b0[0-9]{8,10}\b"  # 0912345678
)
STRUCK = "[…]"

_EMAIL = re.compile(EMAIL, re.ASCII)
_PHONE = re.compile(PHONE, re.ASCII)
_DIGITS = re.compile(r"[0-9][0-9 ().-]{5,}[0-9]")

_FULL_WIDTH = "\u3000" + "".join(map(chr, range(0xFF01, 0xFF5F)))
_HALF_WIDTH = " " + "".join(map(chr, range(0x21, 0x7F)))

_STREET_WORDS = {
    "st": "street",
    "ave": "avenue av",
    "rd": "road",
    "blvd": "boulevard boul",
    "dr": "drive drv",
    "ln": "lane",
    "ct": "court crt",
    "pl": "place",
    "sq": "square",
    "ter": "terrace terr",
    "trl": "trail",
    "pkwy": "parkway pky",
    "hwy": "highway",
    "cir": "circle circ",
    "cres": "crescent",
    "xing": "crossing",
    "expy": "expressway",
    "fwy": "freeway",
    "plz": "plaza",
    "aly": "alley",
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
    "ne": "northeast",
    "nw": "northwest",
    "se": "southeast",
    "sw": "southwest",
    "fl": "floor flr",
    "bldg": "building",
    "c": "calle",
    "": "apartment apt unit suite ste number no room rm",
}
"""Short form to the words it stands for; the blank one holds the words for a unit, which fall away."""


@dataclass(frozen=True)
class Privacy:
    """What becomes of personal values.

    Attributes
    ----------
    mode : {"hash", "drop", "keep"}
        Keyed hash; nothing; or the normalised value itself.
    key : bytes
        Key of the hashes, :data:`KEY_BYTES` long.
    """

    mode: Mode
    key: bytes = field(repr=False)


def key_file() -> Path:
    """Return where the key stands: ``$XDG_CONFIG_HOME/fulfil/key`` or ``~/.config/fulfil/key``."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "fulfil" / "key"


def load_key(path: Path | None = None) -> bytes:
    """Return the machine's key; on first use make one that only the user can read.

    Raises
    ------
    ConfigError
        The file cannot be read or written, or holds no key.
    """
    path = path or key_file()
    try:
        if not path.exists():
            _make_key(path)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
        raise ConfigError(
            f"the key of the hashes cannot be read or made: {reason}",
            file=str(path),
            remedy="Set XDG_CONFIG_HOME to a folder you may write to",
        ) from None
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ConfigError(
            f"holds no key: {KEY_BYTES} bytes as hexadecimal digits are expected",
            file=str(path),
            remedy="Put the file back from a backup; deleting it makes a new key that does not match old stores",
        )
    return bytes.fromhex(text)


def _make_key(path: Path) -> None:
    """Write a new key in one step; of two processes that do so at once, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def install(con: DuckDBPyConnection, privacy: Privacy) -> None:
    """Make the macros of ``privacy.sql`` in `con`; the key goes into session variables, never into SQL text.

    Macros: ``fa_name_key``, ``fa_phone_key``, ``fa_street_key`` (null for a masked or dropped value), ``fa_masked``,
    ``fa_struck``, ``fa_shape``.
    """
    key = privacy.key.ljust(_BLOCK, b"\0")
    variables: dict[str, object] = {
        "fa_pii": privacy.mode,
        "fa_inner_pad": bytes(byte ^ 0x36 for byte in key),
        "fa_outer_pad": bytes(byte ^ 0x5C for byte in key),
    }
    for name, value in variables.items():
        con.execute(f"SET VARIABLE {name} = $1", [value])
    words = {long: short for short, longs in _STREET_WORDS.items() for long in longs.split()}
    con.execute("SET VARIABLE fa_street_words = map($1::VARCHAR[], $2::VARCHAR[])", [list(words), list(words.values())])
    con.execute(
        fill(
            read_sql("fulfil_analytics", "privacy.sql"),
            {
                "email": EMAIL,
                "phone": PHONE,
                "full_width": _FULL_WIDTH,
                "half_width": _HALF_WIDTH,
                "key_digits": KEY_DIGITS,
            },
        )
    )


def struck(text: str) -> str:
    """Return `text` with e-mail addresses and phone numbers struck out; twin of the macro ``fa_struck``.

    Conservative: a bare run of digits stays unless it begins with ``+`` or ``0`` or is grouped like a phone number.

    Examples
    --------
    >>> struck("mail a.b@example.org or (213) 555-0100, order 576461234567890123")
    'mail […] or […], order 576461234567890123'
    """
    if "@" not in text and not _DIGITS.search(text):
        return text
    return _PHONE.sub(STRUCK, _EMAIL.sub(STRUCK, text))


def shape_of(text: str) -> str:
    """Return the form of `text` without its value, at most 24 characters; twin of the macro ``fa_shape``.

    Examples
    --------
    >>> shape_of("13/25/2026 Tém")
    '99/99/9999 AXa'
    """
    for pattern, sign in (
        ("[A-Z]", "A"),
        ("[a-z]", "a"),
        ("[0-9]", "9"),
        (r"[^\x00-\x7F]", "X"),
        (r"[\x00-\x1F\x7F|]", " "),
    ):
        text = re.sub(pattern, sign, text)
    return text[:24]
