"""What kind of file the bytes are; names and endings play no part."""

from __future__ import annotations

import zipfile
from pathlib import Path

from fulfil_analytics.errors import InputError, UnrecognisedFile

_EXPORT = "Export the orders as CSV or XLSX and name that file"
_UNPACK = "Unpack it and name the export inside"
_FOREIGN = (
    (b"%PDF", "is a PDF document", _EXPORT),
    (b"\x1f\x8b", "is a gzip archive", _UNPACK),
    (b"Rar!", "is a RAR archive", _UNPACK),
    (b"7z\xbc\xaf", "is a 7-Zip archive", _UNPACK),
    (b"BZh", "is a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "is an XZ archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "is a Zstandard archive", _UNPACK),
    (b"\x89PNG", "is a PNG image", _EXPORT),
    (b"\xff\xd8\xff", "is a JPEG image", _EXPORT),
    (b"GIF8", "is a GIF image", _EXPORT),
    (b"SQLite format 3", "is an SQLite database", _EXPORT),
    (b"<!doctype html", "is a web page", _EXPORT),
    (b"<html", "is a web page", _EXPORT),
    (b"<?xml", "is an XML document", _EXPORT),
    (b"\x7fELF", "is a program", _EXPORT),
    (b"MZ\x90", "is a program", _EXPORT),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def container_of(path: Path, shown: str) -> str:
    """Return ``xlsx``, ``parquet`` or ``text``.

    Raises
    ------
    UnrecognisedFile
        A file that is no export at all.
    InputError
        An export that cannot be read: empty, protected, an old format, damaged.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise InputError("is empty", file=shown, remedy="Export it again")
    if head.startswith(_OLE):
        _refuse_ole(path, shown)
    if head.startswith(b"PK"):
        return _zipped(path, shown)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head[8:12] == b"DUCK":
        raise UnrecognisedFile("is a DuckDB database", file=shown, remedy="Name a store with --db")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, what, remedy in _FOREIGN:
        if head.startswith(magic) or start.startswith(magic.lower()):
            raise UnrecognisedFile(what, file=shown, remedy=remedy)
    return "text"


def _refuse_ole(path: Path, shown: str) -> None:
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(1 << 20):
            if _ENCRYPTED in tail + chunk:
                raise InputError(
                    "is protected with a password", file=shown, remedy="Save it without a password and name that file"
                )
            tail = chunk[-len(_ENCRYPTED) :]
    raise InputError(
        "is in the old Excel format (.xls) or another old Office format", file=shown, remedy="Save it as .xlsx or CSV"
    )


def _zipped(path: Path, shown: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError):
        raise InputError(
            "is a damaged or truncated XLSX or ZIP file", file=shown, remedy="Download or export it again"
        ) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise InputError("is a binary workbook (.xlsb)", file=shown, remedy="Save it as .xlsx or CSV")
    if "word/document.xml" in names:
        raise UnrecognisedFile("is a Word document", file=shown, remedy=_EXPORT)
    if "mimetype" in names or "content.xml" in names:
        raise UnrecognisedFile("is an OpenDocument file", file=shown, remedy="Save it as .xlsx or CSV")
    raise UnrecognisedFile("is a ZIP archive", file=shown, remedy=_UNPACK)
