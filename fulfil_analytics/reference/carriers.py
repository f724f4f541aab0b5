"""The carriers known here: their names, and whether a waybill number can be one of theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from fulfil_analytics.errors import CarrierError, suggest
from fulfil_analytics.reference.carrier_file import PUBLISHED, Carrier, CarrierFile, read_carrier
from fulfil_analytics.reference.verdicts import Judge, knows_all, lost_zeros_sql, proven_by
from fulfil_analytics.sql import literal, name, read_sql

if TYPE_CHECKING:
    import duckdb

_PACKAGE = "fulfil_analytics.reference"


@dataclass(frozen=True)
class CarrierBook:
    """All carrier files, checked against each other.

    Attributes
    ----------
    files : tuple of CarrierFile
        Sorted by carrier id.
    names : mapping of str to str
        Name as ``fa_carrier_name`` gives it, to carrier id.
    """

    files: tuple[CarrierFile, ...]
    names: Mapping[str, str]

    @classmethod
    def load(cls, folders: Sequence[Path], con: duckdb.DuckDBPyConnection | None = None) -> CarrierBook:
        """Read every carrier file of the folders.

        Parameters
        ----------
        folders : sequence of Path
            Folders of ``*.toml`` files, one a carrier; a ``README.md`` may stand among them.
        con : duckdb.DuckDBPyConnection, optional
            A connection to any database, left as it is: to open one of its own takes as long as to read the files.

        Returns
        -------
        CarrierBook
            The carriers, their names free of clashes.

        Raises
        ------
        CarrierError
            A folder that is not there, a file that is not a carrier file, one id or one name claimed twice, a
            hand-over to a carrier that no file describes; with file and line.
        """
        files: dict[str, CarrierFile] = {}
        for path in _paths(folders):
            read = read_carrier(path)
            other = files.get(read.carrier.id)
            if other is not None:
                raise CarrierError(
                    f"the id {read.carrier.id} is taken by {other.file}",
                    file=read.file,
                    line=read.document.line_of("id"),
                    column="id",
                    remedy="Give one of the two another id, or remove one",
                )
            files[read.carrier.id] = read
        for read in files.values():
            _require_partners(read, files)
        ordered = tuple(files[one] for one in sorted(files))
        return cls(ordered, _names(ordered, con))

    @cached_property
    def by_id(self) -> dict[str, Carrier]:
        """Carriers by id, in the order of their ids."""
        return {read.carrier.id: read.carrier for read in self.files}

    @property
    def sha256(self) -> str:
        """SHA-256 over all carrier files: same book, same hash."""
        lines = "".join(f"{read.carrier.id} {read.sha256}\n" for read in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()

    def install(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create the tables ``carriers`` and ``carrier_names`` and the macro ``fa_carrier_name``."""
        con.execute(read_sql(_PACKAGE, "text.sql"))
        con.execute(read_sql(_PACKAGE, "carriers.sql"))
        carriers = [
            (
                one.id,
                one.title,
                list(one.countries),
                list(one.handover_to),
                one.rest_days,
                one.rest_holidays,
                list(one.tracking_hosts),
                any(form.confidence in PUBLISHED for form in one.formats),
                knows_all(one, (self.by_id[partner] for partner in one.handover_to)),
            )
            for one in self.by_id.values()
        ]
        con.execute(read_sql(_PACKAGE, "carriers_insert.sql"), [list(told) for told in zip(*carriers, strict=True)])
        names = sorted(self.names.items())
        con.execute(
            "INSERT INTO carrier_names SELECT unnest(?), unnest(?)",
            [[known for known, _ in names], [carrier for _, carrier in names]],
        )

    def check(self, con: duckdb.DuckDBPyConnection, source: str, into: str = "waybill_checks") -> None:
        """Judge each number against the carrier it was declared with.

        Parameters
        ----------
        con : duckdb.DuckDBPyConnection
            Where `source` stands.
        source : str
            A relation (name or parenthesised query) with the columns ``carrier`` (id or null) and ``waybill``
            (normalised).
        into : str
            Table to create, one row a distinct pair: ``carrier``, ``waybill``, ``outcome`` (ok, bad, unknown),
            ``reason`` (fits, handover, check_digit, no_format_fits, low_confidence, no_published_format,
            unknown_carrier) and ``format`` (``carrier/format`` that fits or was expected, or null).

        Notes
        -----
        ``bad`` needs proof: the number has the shape of a certain format and fails its published check digit, or all
        forms of the carrier and of its hand-over partners are known and none fits. Anything less is ``unknown``.
        """
        present = con.execute(
            f"SELECT carrier FROM {source} WHERE waybill IS NOT NULL AND carrier IS NOT NULL "
            "GROUP BY carrier ORDER BY count(*) DESC, carrier"
        ).fetchall()
        judge = Judge(self.by_id)
        verdict = judge.sql([carrier for (carrier,) in present if carrier in self.by_id])
        verdicts = ", ".join(
            f"({number}, {', '.join(literal(word) for word in said)})" for number, said in enumerate(judge.verdicts)
        )
        template = Template(read_sql(_PACKAGE, "waybill_checks.sql"))
        con.execute(template.substitute(source=source, into=name(into), verdict=verdict, verdicts=verdicts))

    def fits(self, con: duckdb.DuckDBPyConnection, source: str, into: str = "waybill_fits") -> None:
        """Tell for each number which carriers it could be of, whoever it was declared with.

        Only formats of confidence A with a check digit count: random digits pass the looser ones far too often.

        Parameters
        ----------
        con : duckdb.DuckDBPyConnection
            Where `source` stands.
        source : str
            A relation (name or parenthesised query) with the column ``waybill`` (normalised).
        into : str
            Table to create, one row a distinct number: ``waybill``, ``carriers`` (list of ids, sorted, maybe empty).
        """
        # What no number looks like need not be worked out: to plan all check digits costs more than to look first.
        shapes = sorted({form.shape_sql for one in self.by_id.values() for form in proven_by(one)})
        seen = ", ".join(["FALSE", *(f"bool_or({shape})" for shape in shapes)])
        (row,) = con.execute(f"SELECT {seen} FROM {source}").fetchall()
        met = {shape for shape, is_seen in zip(shapes, row[1:], strict=True) if is_seen}
        carriers = []
        for one in self.by_id.values():
            forms = [form for form in proven_by(one) if form.shape_sql in met]
            if forms:
                fits = " OR ".join(f"({form.fits_sql})" for form in forms)
                carriers.append(f"CASE WHEN {fits} THEN {literal(one.id)} END")
        template = Template(read_sql(_PACKAGE, "waybill_fits.sql"))
        con.execute(template.substitute(source=source, into=name(into), carriers=",\n".join(carriers)))

    def zeros_lost(self, con: duckdb.DuckDBPyConnection, source: str, into: str = "zeros_lost") -> None:
        """Tell which wrong numbers have lost zeros in front, as a spreadsheet drops them.

        Parameters
        ----------
        con : duckdb.DuckDBPyConnection
            Where `source` stands.
        source : str
            A relation (name or parenthesised query) with the columns ``carrier`` (id or null) and ``waybill``
            (normalised; a phone number as ``PHONE#`` and its length).
        into : str
            Table to create, one row a distinct pair that can only be its carrier's with one to three zeros in front:
            ``carrier``, ``waybill``.
        """
        read = read_sql(_PACKAGE, "zeros_suspects.sql")
        con.execute(Template(read).substitute(source=source))
        self.check(con, "zeros_suspects", "zeros_checks")
        present = con.execute("SELECT DISTINCT carrier FROM zeros_suspects ORDER BY carrier").fetchall()
        known = [carrier for (carrier,) in present if carrier in self.by_id]
        cases = "\n".join(f"WHEN {literal(one)} THEN {lost_zeros_sql(self.by_id[one])}" for one in known)
        lost = f"CASE carrier\n{cases}\nELSE FALSE END" if known else "FALSE"
        con.execute(Template(read_sql(_PACKAGE, "zeros_lost.sql")).substitute(into=name(into), lost=lost))


def _paths(folders: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise CarrierError("no such folder", file=folder.name, remedy="Name a folder of carrier files")
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.name == "README.md":
                continue
            if path.suffix != ".toml":
                raise CarrierError(
                    "not a carrier file",
                    file=f"{folder.name}/{path.name}",
                    remedy="A folder of carriers holds .toml files and a README.md; move this elsewhere",
                )
            found.append(path)
    return found


def _require_partners(read: CarrierFile, files: Mapping[str, CarrierFile]) -> None:
    for partner in read.carrier.handover_to:
        if partner not in files or partner == read.carrier.id:
            raise CarrierError(
                f"a hand-over to {partner}, " + ("itself" if partner in files else "which no carrier file describes"),
                file=read.file,
                line=read.document.line_of("handover_to"),
                column="handover_to",
                remedy=suggest(partner, set(files) - {read.carrier.id}),
            )


def _names(files: Sequence[CarrierFile], con: duckdb.DuckDBPyConnection | None) -> dict[str, str]:
    written = [(one, read) for read in files for one in read.carrier.written_names()]
    owners: dict[str, CarrierFile] = {}
    for (one, read), known in zip(written, _normalised([one for one, _ in written], con), strict=True):
        other = owners.setdefault(known, read)
        if not known or other is not read:
            raise CarrierError(
                f"the name {one} is claimed by {other.file} too"
                if known
                else f"the name {one} holds no letter or digit",
                file=read.file,
                line=read.line_of_name(one),
                column="aliases",
                remedy="A name belongs to one carrier; case, blanks and punctuation do not tell two names apart",
            )
    return {known: read.carrier.id for known, read in owners.items()}


def _normalised(names: list[str], con: duckdb.DuckDBPyConnection | None) -> list[str]:
    """Return the names as ``fa_carrier_name`` gives them: asked of DuckDB, so that there is one definition."""
    import duckdb

    with duckdb.connect() if con is None else con.cursor() as own:
        own.execute(read_sql(_PACKAGE, "text.sql"))
        return [row[0] for row in own.execute("SELECT fa_carrier_name(unnest(?::VARCHAR[]))", [names]).fetchall()]
