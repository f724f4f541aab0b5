"""Which text encoding a file is in, told from all of its bytes, not from the first few."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from fulfil_analytics.errors import InputError

CHUNK = 1 << 20
MAX_LINE = 1 << 24
"""Bytes a line may have. No export comes near; a longer one is no text table."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BLANK_LINE = re.compile(rb"\n(?=\r?\n)|[\r\n](?=\r(?!\n))")
"""The end of a line that is followed by a blank one; lines may end with CR alone."""
_CONTENT = re.compile(rb"[^\r\n]")
_PAIR = re.compile(rb"[\x81-\xFE][\x40-\x7E\x80-\xFE]")
_RESAVE = 'Save it again as "CSV UTF-8", or export it anew'


@dataclass(frozen=True)
class Text:
    """What the bytes of a text file say.

    Attributes
    ----------
    encoding : str
        ``utf-8``, ``utf-16-le``, ``utf-16-be`` or ``gb18030``.
    bom : int
        Bytes of the byte order mark.
    clean : bool
        False when a few lines are not in the encoding; when they are many, the file is refused.
    blank_lines : bool
        False when no line of a UTF-8 file is blank, inside quotes or not.
    """

    encoding: str
    bom: int = 0
    clean: bool = True
    blank_lines: bool = field(default=True, compare=False)


def detect(path: Path, shown: str) -> Text:
    """Return the encoding of the text file at `path`.

    Raises
    ------
    InputError
        NUL bytes, a line without end, encodings that are mixed, or one that is not known.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            text = Text(encoding, len(bom))
            break
    else:
        text = Text(_utf16_without_mark(head) or "utf-8")
    if text.encoding == "utf-8":
        return _utf8_or_chinese(path, shown, text)
    _refuse_undecodable(path, shown, text)
    return text


def _utf16_without_mark(head: bytes) -> str:
    """UTF-16 has a NUL beside each delimiter; read with the bytes the wrong way round it has no delimiter at all."""
    if b"\0" not in head:
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
        if "\0" not in text and any(sign in text for sign in "\n,;\t{[") and "\ufffd" not in text[:-1]:
            return encoding
    return ""


def _utf8_or_chinese(path: Path, shown: str, text: Text) -> Text:
    bad: list[tuple[int, int]] = []
    blank = False
    for block, begin in blocks(path, shown):
        at = block.find(b"\0")
        if at >= 0:
            raise InputError(
                "holds NUL bytes, so it is damaged or no text",
                file=shown,
                line=_line_at(path, begin + at),
                remedy="Export the file anew",
            )
        blank = blank or block.startswith((b"\n", b"\r")) or b"\n\n" in block
        blank = blank or (b"\r" in block and (b"\n\r" in block or b"\r\r" in block))
        if not block.isascii() and not _decodes(block, "utf-8"):
            bad += [(begin, i) for i, line in enumerate(block.split(b"\n")) if not _decodes(line, "utf-8")]
    if not bad:
        return replace(text, blank_lines=blank)
    if not text.bom and _is_chinese(path):
        return Text("gb18030")
    if len(bad) > max(1, (_line_at(path) - 1) // 20):
        what = "mixes text encodings" if _has_utf8(path) else "is in a text encoding that is not known"
        raise InputError(
            f"{what}: {len(bad)} lines are not UTF-8, this is the first; UTF-8, UTF-16 and GB18030 are read",
            file=shown,
            line=_line_at(path, bad[0][0]) + bad[0][1],
            remedy=_RESAVE,
        )
    return Text("utf-8", text.bom, clean=False)


def blocks(path: Path, shown: str) -> Iterator[tuple[bytes, int]]:
    """Yield blocks of whole lines and the place of their first byte in the file.

    Raises
    ------
    InputError
        A line longer than :data:`MAX_LINE`.
    """
    begin, rest = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            end = chunk.rfind(b"\n") + 1
            if end:
                block, rest = rest + chunk[:end], chunk[end:]
                yield block, begin
                begin += len(block)
            else:
                rest += chunk
            if len(rest) > MAX_LINE:
                raise InputError(
                    f"line is longer than {MAX_LINE >> 20} MB, so this is no table of text",
                    file=shown,
                    line=_line_at(path, begin),
                    remedy="Export the file anew",
                )
    if rest:
        yield rest, begin


def _line_at(path: Path, place: int | None = None) -> int:
    """Return the line that the byte at `place` stands in, the last one by default: counted only for a message."""
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(CHUNK if place is None else min(CHUNK, place)):
            line += chunk.count(b"\n")
            place = None if place is None else place - len(chunk)
    return line


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _has_utf8(path: Path) -> bool:
    """Return whether some line holds well-formed UTF-8 beyond ASCII."""
    with path.open("rb") as file:
        return any(not line.isascii() and _decodes(line, "utf-8") for line in file)


def _is_chinese(path: Path) -> bool:
    """Return whether the file is GB18030, its text beyond ASCII mostly pairs of two high bytes, as Chinese is.

    A Western code page decodes as GB18030 by accident, but there a high byte is mostly followed by an ASCII letter.
    """
    decoder = codecs.getincrementaldecoder("gb18030")()
    high = pairs = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
            found = _PAIR.findall(chunk)
            pairs += len(found)
            high += sum(pair[1] >= 0xA1 for pair in found)
    return high * 2 > pairs


def _refuse_undecodable(path: Path, shown: str, text: Text) -> None:
    line = 1
    decoder = codecs.getincrementaldecoder(text.encoding)()
    with path.open("rb") as file:
        file.seek(text.bom)
        more = True
        while more:
            chunk = file.read(CHUNK)
            more = bool(chunk)
            try:
                decoded = decoder.decode(chunk, final=not more)
            except UnicodeDecodeError:
                raise InputError(
                    f"begins as {text.encoding.upper()} but goes on in another encoding, or is cut off",
                    file=shown,
                    line=line,
                    remedy=_RESAVE,
                ) from None
            if "\0" in decoded:
                raise InputError(
                    "holds NUL characters, so it is damaged or no text",
                    file=shown,
                    line=line + decoded.count("\n", 0, decoded.index("\0")),
                    remedy="Export the file anew",
                )
            line += decoded.count("\n")


def has_blank_line(path: Path, shown: str) -> bool:
    """Return whether a blank line stands between rows of a UTF-8 text file (not inside quotes, not at its end)."""
    quotes, pending = 0, False
    for block, _ in blocks(path, shown):
        if pending and _CONTENT.search(block):
            return True
        lines = b"\n" + block  # the line before ended here, or the file begins
        at = 0
        for blank in _BLANK_LINE.finditer(lines):
            quotes += lines.count(b'"', at, blank.start())
            at = blank.start()
            if quotes % 2 == 0:
                if _CONTENT.search(lines, at):
                    return True
                pending = True
        quotes += lines.count(b'"', at)
    return False
