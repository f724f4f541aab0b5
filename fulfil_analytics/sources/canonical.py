"""Builds the canonical SELECT: the raw text cells of a file become the typed columns of a table.

One streaming query of steps, each a projection, so that no raw personal value is ever sorted or held back:

1. ``t_<column>``: one cleaned text a canonical column, chosen from its aliases or joined from them;
2. ``p_<column>``: whether a number is bare (digits, perhaps capitals) or an amount plain: most are, and taken so;
   ``w_<column>``: the words of a name or a street;
3. ``n_<column>``: that text in the form in which it is read (an identifier without its guards, a folded word, a moment,
   the digits of an amount), ``c_<column>``: the currency that an amount names;
4. ``<column>``: the value, null when it cannot be read; ``d_<column>``: a spreadsheet damaged it;
5. ``fa_market``: the market that the row shows;
6. the columns of the model in order, and ``_problems``: ``column|reason|form`` for each cell that was not taken.

Steps 2, 3 and 5 exist because a macro repeats its argument wherever it names it: nested, they would grow beyond reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fulfil_analytics.sources.formats import PERSONAL, ColumnSpec, Format
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sources.spellings import looked_up
from fulfil_analytics.sql import literal, quoted

_NUMBERS = ("identifier", "waybill")
_PARTS = ("city", "state", "postal_code", "country")
_PLACES = {
    "city": "fa_place_text",
    "state": "fa_place_text",
    "district": "fa_place_text",
    "postal_code": "fa_postal_code",
}
"""Columns that hold no long run of digits; the macros that read them."""
_SOURCE = ("source_file", "source_line")
_REASONS = {
    "identifier": "not_an_identifier",
    "waybill": "not_a_waybill",
    "code": "personal",
    "word": "unknown_word",
    "integer": "not_a_number",
    "money": "not_a_number",
    "grams": "not_a_number",
    "kilograms": "not_a_number",
    "decimal": "not_a_number",
    "time": "not_a_time",
    "epoch": "not_a_time",
    "boolean": "unknown_word",
    "country": "unknown_country",
    "currency": "unknown_currency",
}
"""Why a cell of a type was not taken. Types that are not here take every cell."""


@dataclass(frozen=True)
class Reading:
    """What the file as a whole says about how its cells are to be read.

    Attributes
    ----------
    zone : str
        IANA zone of times without offset.
    times : tuple of str
        ``strptime`` formats of the file, the most frequent first, all of one order of day and month.
    plain_times : bool
        Most cells are of a form that needs no format (ISO 8601, serial days, Unix time); those are tried first.
    zeros_are_damage : frozenset of str
        Identifier columns in which trailing zeros are too frequent to be chance.
    market : str
        Market that the layout shows, ISO 3166; blank when open.
    point : {"decimal", "thousands", "unknown"}
        What a point before exactly three digits of an amount means.
    """

    zone: str
    times: tuple[str, ...] = ()
    plain_times: bool = False
    zeros_are_damage: frozenset[str] = field(default_factory=frozenset)
    market: str = ""
    point: str = "unknown"


class Select:
    """The canonical SELECT of one file.

    Parameters
    ----------
    raw : Raw
        The rows.
    item : Format
        Their format.
    reading : Reading
        How the cells are read.
    source_file : str
        Name of the file in the outputs.
    shop : str, optional
        Shop of the rows where the file has no such column.
    only : collection of str, optional
        The columns that are read; the others are null.

    Notes
    -----
    A row that could not be read has one problem ``|reason|`` and null in all columns but the source. A blank cell of a
    required column has the reason ``missing``. Rows are in the order of `raw`.
    """

    def __init__(
        self,
        raw: Raw,
        item: Format,
        reading: Reading,
        *,
        source_file: str = "",
        shop: str | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        from fulfil_analytics.schemas import LOADED, duckdb_types

        self.raw, self.item, self.reading = raw, item, reading
        self.source_file, self.shop = source_file, shop
        self.kinds = duckdb_types(LOADED[item.table])
        self.patterns = _patterns(item.table)
        taken = [name for name in item.columns if raw.columns.get(name) and (only is None or name in only)]
        self.cells = {name: raw.columns[name] for name in taken}
        self.fault = quoted(raw.fault) if raw.fault else ""

    def sql(self) -> str:
        """Return the text of the SELECT."""
        text = self._steps(*filter(None, [self.fault]))
        last = ",\n".join(f"CAST({value} AS {self.kinds[name]}) AS {name}" for name, value in self._last().items())
        return f"SELECT {last},\n{self._problems()} AS _problems\nFROM ({text})"

    def market(self, *beside: str) -> str:
        """Return the text of a SELECT of ``market`` alone, with the raw columns `beside` it."""
        return f"SELECT {', '.join(['fa_market AS market', *beside])} FROM ({self._steps(*beside)})"

    def _steps(self, *also: str) -> str:
        """Return the text of all steps but the last, with raw columns besides."""
        text = f"SELECT {', '.join(['source_line', *also])}{self._each(self._said)} FROM ({self.raw.sql})"
        for step in (self._shape, self._normal, self._read):
            text = f"SELECT *{self._each(step)}\nFROM ({text})"
        if {"market", "currency"} & set(self.kinds):
            text = f"SELECT *, {self._market()} AS fa_market\nFROM ({text})"
        return text

    def _each(self, step: Callable[[str], list[tuple[str, str]]]) -> str:
        return "".join(f",\n{value} AS {name}" for column in self.cells for name, value in step(column))

    def _spec(self, column: str) -> ColumnSpec:
        return self.item.columns[column]

    def _said(self, column: str) -> list[tuple[str, str]]:
        """Return the texts of a column: ``t_<column>`` and, for words of several cells, each cell's own."""
        cells, spec = self.cells[column], self._spec(column)
        if column in self.raw.settled:
            return [(f"t_{column}", quoted(cells[0]))]
        each = enumerate(cells) if spec.words and len(cells) > 1 else ()
        apart = [(f"t_{column}_{number}", text_of(spec, (cell,))) for number, cell in each]
        return [(f"t_{column}", text_of(spec, cells)), *apart]

    def _shape(self, column: str) -> list[tuple[str, str]]:
        """Return whether a number is bare, and the words of what is hashed by its words."""
        kind, text = self._spec(column).type, f"t_{column}"
        if kind in _NUMBERS:
            return [(f"p_{column}", f"coalesce(fa_bare_{kind}({text}), FALSE)")]
        if kind == "money":
            return [(f"p_{column}", f"fa_is_plain_amount({text})")]
        words = {"name": f"fa_words({text})", "street": f"fa_street_words({text})"}
        return [(f"w_{column}", f"CASE WHEN NOT fa_masked({text}) THEN {words[kind]} END")] if kind in words else []

    def _normal(self, column: str) -> list[tuple[str, str]]:
        """Return the text of a column in the form in which it is read."""
        spec, text = self._spec(column), f"t_{column}"
        if column in self.raw.settled:
            return []
        if spec.words:
            cells = len(self.cells[column])
            texts = [column] if cells == 1 else [f"{column}_{number}" for number in range(cells)]
            return [(f"n_{name}", f"fa_fold(t_{name})") for name in texts]
        if spec.type == "money":
            signs = {"n": f"fa_amount_digits(fa_half_width({text}))", "c": f"fa_currency({text})"}
            return [(f"{sign}_{column}", f"CASE WHEN NOT p_{column} THEN {value} END") for sign, value in signs.items()]
        forms = {
            "identifier": f"CASE WHEN p_{column} THEN {text} ELSE fa_identifier({text}) END",
            "waybill": f"CASE WHEN p_{column} THEN {text} ELSE fa_waybill({text}) END",
            "boolean": f"fa_fold({text})",
            "name": f"fa_name_form(w_{column})",
            "phone": f"CASE WHEN NOT fa_masked({text}) THEN fa_phone_form({text}) END",
            "street": f"fa_street_form(w_{column})",
            "content": f"fa_content_form({text})" if not column.startswith("_") else "NULL",
            "time": self._moment(f"fa_day_end({text})" if spec.day_end else text, spec.type),
            "epoch": self._moment(text, spec.type),
        }
        return [(f"n_{column}", forms[spec.type])] if spec.type in forms else []

    def _read(self, column: str) -> list[tuple[str, str]]:
        """Return the value of a column, and whether a spreadsheet damaged it."""
        spec, text, normal = self._spec(column), f"t_{column}", f"n_{column}"
        if spec.type in _NUMBERS:
            zeros = literal(column in self.reading.zeros_are_damage)
            damaged = f"CASE WHEN p_{column} THEN fa_zeros({text}, {zeros}) ELSE fa_damaged({normal}, {zeros}) END"
            value = self._number(column)
            if not self._keeps_damaged(column):
                value = f"CASE WHEN NOT {damaged} THEN {value} END"
            return [(column, value), (f"d_{column}", damaged)]
        if spec.words:
            return [(column, text if column in self.raw.settled else self._word(column))]
        plain = _PLACES.get(column) or ("fa_own_code" if spec.type == "code" else "fa_text")
        values = {
            **dict.fromkeys(("code", "text", "struck"), f"{plain}({text}, {self._buyer_phone()})"),
            "integer": f"fa_integer({text})",
            "money": f"CASE WHEN p_{column} THEN fa_plain_cents({text}) "
            f"ELSE fa_cents({text}, {normal}, c_{column}, {literal(self.reading.point)}) END",
            "grams": f"fa_weight({text}, 'g', 1)",
            "kilograms": f"fa_weight({text}, 'kg', 1000)",
            "decimal": f"fa_decimal({text})",
            "time": f"fa_sane_time({normal})",
            "epoch": f"fa_sane_time({normal})",
            "boolean": f"fa_boolean({normal})",
            "country": f"fa_country({text})",
            "currency": f"fa_currency({text})",
            "name": f"fa_key({normal}, 1)",
            "phone": f"fa_key({normal}, 7)",
            "street": f"fa_key({normal}, 1)",
        }
        if spec.type == "content" and not column.startswith("_"):
            return [(column, f"fa_content({normal}, {literal(_place(column))}, {self._buyer_phone()})")]
        return [(column, values[spec.type])] if spec.type in values else []

    def _number(self, column: str) -> str:
        """Return the SQL of a number: the buyer's own phone is none, a bare one stays, another is looked at."""
        text, normal = f"t_{column}", f"n_{column}"
        kind = self._spec(column).type
        slow = self._fitting(
            column, f"fa_number({text}, {normal})" if kind == "waybill" else f"fa_no_name({text}, {normal})"
        )
        taken = f"CASE WHEN p_{column} THEN {text} ELSE {slow} END"
        if "phone_key" not in self.cells:
            return taken
        if kind == "waybill":
            return f"coalesce(fa_own_phone({normal}, {self._buyer_phone()}), {taken})"
        return f"CASE WHEN fa_is_own_phone({normal}, {self._buyer_phone()}) THEN NULL ELSE {taken} END"

    def _fitting(self, column: str, value: str) -> str:
        """Return `value` where it has the form that the model asks of the column."""
        pattern = self.patterns.get(column)
        return f"CASE WHEN regexp_full_match({value}, {literal(pattern)}) THEN {value} END" if pattern else value

    def _keeps_damaged(self, column: str) -> bool:
        """A damaged value stays where the table can say that it is damaged and the row does not hang on it."""
        return "damaged" in self.kinds and not self._spec(column).required

    def _word(self, column: str) -> str:
        pairs = self.item.vocabulary(column)
        found = [piece for name, _ in self._normal(column) for piece in looked_up(name, pairs)]
        rest = "'other'" if self._takes_all(column) else "NULL"
        return f"CASE WHEN t_{column} IS NOT NULL THEN coalesce({', '.join([*found, rest])}) END"

    def _takes_all(self, column: str) -> bool:
        """What no spelling of a word column fits is ``other``."""
        return any(normal == "other" for _, normal in self.item.vocabulary(column))

    def _moment(self, text: str, kind: str) -> str:
        zone = literal(self.item.time.zone or self.reading.zone)
        forms = [f"fa_plain_time({text}, {zone})"]
        if kind == "epoch":
            forms.insert(0, f"fa_epoch({text})")
        elif self.reading.times:
            local = f"try_strptime({text}, [{', '.join(map(literal, self.reading.times))}])"
            utc = local if zone == "'UTC'" else f"fa_to_utc({local}, {zone})"
            forms.insert(1 if self.reading.plain_times else 0, utc)
        return f"coalesce({', '.join(forms)})"

    def _last(self) -> dict[str, str]:
        """Return the SQL of each column of the model, in order."""
        read = {name for name in self.cells if not name.startswith("_")}
        values = {name: name if name in read else "NULL" for name in self.kinds}
        values |= {"source_file": literal(self.source_file), "source_line": "source_line"}
        values |= {name: value for name, value in self._derived().items() if name in self.kinds}
        return values

    def _derived(self) -> dict[str, str]:
        """Return the columns that follow from others."""
        derived = {"damaged": self._damaged(), "masked": self._masked(), "market": "fa_market"}
        derived["exposed"] = self._exposed()
        derived["currency"] = f"coalesce({', '.join([*self._currencies(), 'fa_currency_of_market(fa_market)'])})"
        if self.shop:
            derived["shop"] = f"coalesce({'shop' if 'shop' in self.cells else 'NULL'}, {literal(self.shop)})"
        if "_location" in self.cells:
            for part in _PARTS:
                found = f"nullif(fa_location(t__location).{part}, '')"
                found = f"fa_country({found})" if part == "country" else found
                derived[part] = f"coalesce({part if part in self.cells else 'NULL'}, {found})"
        return derived

    def _market(self) -> str:
        evidence = ["market"] if "market" in self.cells else []
        evidence += ["fa_country(t_country)"] if "country" in self.cells else []
        if self.reading.market:
            return f"coalesce({', '.join([*evidence, literal(self.reading.market)])})"
        evidence += [f"fa_market_of_currency({currency})" for currency in self._currencies()]
        return f"coalesce({', '.join([*evidence, 'NULL'])})"

    def _currencies(self) -> list[str]:
        """Return the SQL of what the row says of its currency: its own column, then what stands beside the amounts."""
        own = ["currency"] if "currency" in self.cells else []
        amounts = [name for name in self.cells if self._spec(name).type == "money"]
        return [*own, *(f"CASE WHEN {name} IS NOT NULL THEN c_{name} END" for name in amounts)]

    def _damaged(self) -> str:
        kept = [name for name in self.cells if self._spec(name).type in _NUMBERS and self._keeps_damaged(name)]
        return _names_where({name: f"d_{name}" for name in kept})

    def _masked(self) -> str:
        personal = [name for name in self.cells if self._spec(name).type in PERSONAL]
        return _names_where({name: f"fa_masked(t_{name})" for name in personal})

    def _exposed(self) -> str:
        """Return the free texts that hold a phone number or an e-mail address; null where the file has no free text."""
        texts = [name for name in self.cells if self._spec(name).type in ("content", "struck")]
        found = [f"CASE WHEN fa_exposes_raw(t_{name}) THEN {literal(_place(name))} END" for name in texts]
        return f"concat_ws(',', {', '.join(found)})" if found else "NULL"

    def _buyer_phone(self) -> str:
        """Return the digits of the phone that the row itself names; null when it names none or masks it."""
        return "n_phone_key" if "phone_key" in self.cells else "NULL"

    def _problems(self) -> str:
        found = [piece for name in self.cells for piece in self._problems_of(name)]
        flags = " OR ".join(f"({flag})" for flag, _ in found) or "FALSE"
        entries = ", ".join(f"CASE WHEN {flag} THEN {entry} END" for flag, entry in found)
        fault = f"WHEN {self.fault} IS NOT NULL THEN ['|' || {self.fault} || '|'] " if self.fault else ""
        return (
            f"CASE {fault}WHEN {flags} THEN list_filter([{entries}]::VARCHAR[], lambda entry: entry IS NOT NULL) "
            "ELSE []::VARCHAR[] END"
        )

    def _problems_of(self, column: str) -> list[tuple[str, str]]:
        """Return when a cell of the column is a problem, and the entry it gives."""
        spec, text = self._spec(column), f"t_{column}"
        found = []
        if spec.required:
            found.append((f"{text} IS NULL", literal(f"{column}|missing|")))
        if spec.type == "phone":
            found.append((f"fa_lost_digits({text})", f"{literal(column + '|damaged_identifier|')} || fa_shape({text})"))
        if spec.type not in _REASONS or self._takes_all(column):
            return found
        flag, reason = f"{text} IS NOT NULL AND {column} IS NULL", literal(_REASONS[spec.type])
        if spec.type in _NUMBERS:
            if self._keeps_damaged(column):
                flag += f" AND NOT d_{column}"
            else:
                reason = f"CASE WHEN d_{column} THEN 'damaged_identifier' ELSE {reason} END"
        found.append((flag, f"{literal(column + '|')} || {reason} || '|' || fa_shape({text})"))
        return found


def text_of(spec: ColumnSpec, cells: Sequence[str]) -> str:
    """Return the SQL of the one cleaned text of a column's raw cells."""
    cleaned = [f"fa_clean({quoted(cell)})" for cell in cells]
    if len(cleaned) == 1:
        return cleaned[0]
    joined = ", ".join(cleaned)
    return f"nullif(concat_ws(' ', {joined}), '')" if spec.join else f"coalesce({joined})"


def _place(column: str) -> str:
    """Return the name of the text that a column tells of: ``note_content`` tells of the note."""
    return column.removeprefix("_").removesuffix("_content")


def _names_where(flags: Mapping[str, str]) -> str:
    """Return the SQL of a comma separated list of the names whose flag is true; null when none is."""
    names = ", ".join(f"CASE WHEN {flag} THEN {literal(name)} END" for name, flag in flags.items())
    return f"nullif(concat_ws(',', {names}), '')" if flags else "NULL"


def _patterns(table: str) -> dict[str, str]:
    """Return the patterns that the model of `table` asks of its columns."""
    from fulfil_analytics.schemas import LOADED

    return {
        name: check.statistics["pattern"]
        for name, spec in LOADED[table].to_schema().columns.items()
        for check in spec.checks
        if check.name == "str_matches"
    }
