"""The manifest: what an audit's outputs follow from. Same inputs, same bytes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.audit.reviews import reviews
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook.lists import lists_sha256

if TYPE_CHECKING:
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.rulebook import Rulebook
    from fulfil_analytics.store import Store

MANIFEST_VERSION = 1


def iso(moment: dt.datetime | None) -> str | None:
    """Return a UTC time as ISO 8601 with Z."""
    return None if moment is None else moment.isoformat(timespec="seconds") + "Z"


def dumps(value: Any) -> str:
    """Return JSON that is the same for the same value: sorted keys, UTF-8, one newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"


def build_manifest(
    store: Store,
    skipped: Sequence[tuple[str, str]],
    policy: Policy,
    book: Rulebook,
    carriers: CarrierBook,
    as_of: dt.datetime,
    options: Options,
) -> dict[str, Any]:
    """Return the manifest of a finished run as plain JSON values."""
    return {
        "manifest_version": MANIFEST_VERSION,
        "fulfil_analytics": __version__,
        "as_of": iso(as_of),
        "policy": {
            "id": policy.id,
            "title": policy.title,
            "sha256": policy.sha256,
            "zone": policy.zone,
            "chosen_by": "option" if options.policy else "fulfil.toml" if options.config.policy else "orders",
        },
        **told_beside(carriers, options),
        "rules": rules_told(book),
        "inputs": _inputs(store),
        "skipped": [{"file": file, "why": why} for file, why in skipped],
        "counts": count_rows(store),
        "can_prove": _proofs(store),
        "reviews": [{**row, "reviewed_at": iso(row["reviewed_at"])} for row in reviews(store)],
    }


def rules_told(book: Rulebook) -> list[dict[str, Any]]:
    """Return what the manifest says of the rules."""
    return [
        {
            "rule_id": rule.id,
            "family": rule.family,
            "title": {lang: rule.title(lang) for lang in ("en", "zh")},
            "sha256": rule.sha256,
            "parameters": rule.values,
            **({"after": rule.after} if rule.after else {}),
        }
        for rule in sorted(book, key=lambda rule: (rule.family, rule.id))
    ]


def told_beside(carriers: CarrierBook, options: Options) -> dict[str, Any]:
    """Return what the manifest says of language, personal data, carriers and lists."""
    return {
        "language": options.lang,
        "personal_data": options.pii,
        "carriers_sha256": carriers.sha256,
        "lists_sha256": lists_sha256([rules_folder(), *options.config.rules, *options.rules]),
    }


def _proofs(store: Store) -> list[dict[str, Any]]:
    rows = store.rows(
        "SELECT kind, title, answer, tested, in_scope, flagged, further, outside FROM proofs ORDER BY place"
    )
    names = ("kind", "title", "answer", "tested", "in_scope", "flagged", "further", "outside")
    return [{**dict(zip(names, row, strict=True)), "further": json.loads(row[6])} for row in rows]


def _inputs(store: Store) -> list[dict[str, Any]]:
    # a file's own time differs between copies: it is no fact of the content
    cursor = store.con.execute(
        "SELECT * REPLACE (CASE WHEN NOT exported_by_clock THEN exported_at END AS exported_at) "
        "FROM source_files ORDER BY source_file, sha256"
    )
    names = [column[0] for column in cursor.description or ()]
    files = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for file in files:
        file["unknown_columns"] = json.loads(file["unknown_columns"] or "[]")
    return files


def count_rows(store: Store) -> dict[str, Any]:
    """Return how many rows each table holds, and the sum rows in = loaded + merged + quarantined."""
    counts = {
        name: store.one(f"SELECT count(*) FROM {name}")
        for name in ("orders", "order_lines", "parcels", "tracking_events", "findings", "quarantine")
    }
    sums = store.rows(
        "SELECT coalesce(sum(rows_in), 0), coalesce(sum(rows_loaded), 0), coalesce(sum(rows_merged), 0), "
        "coalesce(sum(rows_quarantined), 0) FROM source_files"
    )[0]
    counts["rows"] = dict(zip(("in", "loaded", "merged", "quarantined"), map(int, sums), strict=True))
    counts["findings_by_severity"] = dict(
        store.rows("SELECT severity, count(*) FROM findings GROUP BY severity ORDER BY severity")
    )
    counts["orders_by_risk"] = dict(store.rows("SELECT risk, count(*) FROM risk_of_order GROUP BY risk ORDER BY risk"))
    return counts


def keep(store: Store, manifest: dict[str, Any], policy: Policy) -> None:
    """Remember in the store what its audit stands on (see :mod:`fulfil_analytics.audit.kept` and ``record``)."""
    store.con.execute("CREATE OR REPLACE TABLE kept_audit (manifest VARCHAR, policy VARCHAR)")
    text = policy.model_dump_json(by_alias=True, exclude_defaults=True)
    store.con.execute("INSERT INTO kept_audit VALUES (?, ?)", [dumps(manifest), text])


def let_go(store: Store) -> tuple[str, str] | None:
    """Take the audit that is kept out of the store, before the tables that it stands on are made anew.

    A process that is stopped on the way then leaves a store without an audit, not with one that speaks of other tables.

    Returns
    -------
    tuple of str, optional
        What :func:`keep` had written.
    """
    if not store.one("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'kept_audit' AND NOT internal"):
        return None
    held = store.rows("SELECT manifest, policy FROM kept_audit")
    store.con.execute("DROP TABLE kept_audit")
    return (held[0][0], held[0][1]) if held else None


def keep_again(store: Store, held: tuple[str, str] | None, policy: Policy, as_of: dt.datetime) -> None:
    """Put back what :func:`let_go` took out, where the tables that were made anew are those it stands on."""
    if held is None:
        return
    manifest = json.loads(held[0])
    files = {sha for (sha,) in store.rows("SELECT sha256 FROM source_files")}
    if (
        manifest["policy"]["sha256"] == policy.sha256
        and dt.datetime.fromisoformat(manifest["as_of"].rstrip("Z")) == as_of
        and {file["sha256"] for file in manifest["inputs"]} == files
    ):
        store.con.execute("CREATE OR REPLACE TABLE kept_audit (manifest VARCHAR, policy VARCHAR)")
        store.con.execute("INSERT INTO kept_audit VALUES (?, ?)", list(held))
