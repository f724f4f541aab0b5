"""The audit that a store keeps: what it stood on, so that reports and explanations need not run it again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.audit.options import Options, moment
from fulfil_analytics.audit.run import Run, run_audit
from fulfil_analytics.resources import rules_folder

if TYPE_CHECKING:
    from fulfil_analytics.store import Store


def kept_or_run(inputs: Sequence[str], options: Options) -> Run:
    """Return the audit that the store ``options.db`` keeps; run it where none is kept or it no longer holds.

    It no longer holds when exports were loaded since, when the policy's file changed, or when `options` ask for another
    policy, moment, rules or reading of names. The messages of its findings keep their language.

    Parameters
    ----------
    inputs : sequence of str
        Exports to read first; with any, the audit is run.
    options : Options
        What is asked.

    Raises
    ------
    FulfilError
        As for :func:`fulfil_analytics.audit.run.run_audit`.
    """
    if not inputs and options.db is not None:
        found = _kept(options)
        if found is not None:
            return found
    return run_audit(inputs, options)


def _kept(options: Options) -> Run | None:
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.store import open_store

    if options.rules or options.only or options.config.rules or options.config.parameters:
        return None
    policies = load_policies([rules_folder() / "policies"])
    store = open_store(options.db, memory=options.memory, temp=options.temp, must_exist=True)
    manifest = _manifest(store)
    policy = None if manifest is None else policies.get(manifest["policy"]["id"])
    wanted = options.policy or options.config.policy
    if (
        manifest is None
        or policy is None
        or manifest.get("fulfil_analytics") != __version__
        or policy.sha256 != manifest["policy"]["sha256"]
        or wanted not in (None, policy.id)
        or {file["sha256"] for file in manifest["inputs"]} != _loaded(store)
    ):
        store.close()
        return None
    as_of = dt.datetime.fromisoformat(manifest["as_of"].rstrip("Z"))
    if options.as_of is not None and moment(options.as_of, policy.zone) != as_of:
        store.close()
        return None
    return Run(store, policy, as_of, options, manifest)


def _manifest(store: Store) -> dict[str, Any] | None:
    if not store.one("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'kept_audit' AND NOT internal"):
        return None
    text = store.one("SELECT manifest FROM kept_audit")
    return None if text is None else dict(json.loads(text))


def _loaded(store: Store) -> set[str]:
    return {sha for (sha,) in store.rows("SELECT sha256 FROM source_files")}
