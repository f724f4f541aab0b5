"""What an audit stands on, kept in its store: whoever opens the store later finds policy, moment and manifest there."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import StoreError

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.audit.options import Language
    from fulfil_analytics.policy import Policy


@dataclass(frozen=True)
class Record:
    """What the last audit of a store stood on.

    Attributes
    ----------
    policy : Policy
        The policy that judged.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    lang : {"en", "zh"}
        Language of the findings' messages.
    manifest : dict
        Inputs, policy, rules, versions, counts.
    """

    policy: Policy
    as_of: dt.datetime
    lang: Language
    manifest: dict[str, Any]


def read_record(con: duckdb.DuckDBPyConnection, file: str) -> Record:
    """Return the record of the store behind `con`; `file` is its name in an error.

    Raises
    ------
    StoreError
        The store holds exports, but no audit yet, or the audit of another version of the program.
    """
    import duckdb
    from pydantic import ValidationError

    from fulfil_analytics.policy import Policy

    remedy = "Audit it first: fulfil audit --db FILE, or fa.audit(db=FILE)"
    try:
        row = con.execute("SELECT manifest, policy FROM kept_audit").fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        row = None
    if row is None:
        raise StoreError("the store holds no finished audit", file=file, remedy=remedy)
    try:
        policy = Policy.model_validate_json(row[1])
    except ValidationError:
        raise StoreError("the audit in this store was made by another version", file=file, remedy=remedy) from None
    manifest = json.loads(row[0])
    return Record(policy, dt.datetime.fromisoformat(manifest["as_of"].rstrip("Z")), manifest["language"], manifest)
