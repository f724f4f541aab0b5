"""What a notebook asks besides: rules and policies there are, whether an own rule holds, made-up exports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl


def policies() -> pl.DataFrame:
    """Return the shipped policies.

    Returns
    -------
    polars.DataFrame
        One row a policy: ``policy``, ``title``, ``markets``, ``zone``, ``versions``, ``stages``.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> "tiktok-us" in fa.policies()["policy"]
    True
    """
    import polars as pl

    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.resources import rules_folder

    found = load_policies([rules_folder() / "policies"]).values()
    return pl.DataFrame(
        [
            {
                "policy": policy.id,
                "title": policy.title,
                "markets": policy.markets,
                "zone": policy.zone,
                "versions": len(policy.versions),
                "stages": list(policy.stages()),
            }
            for policy in found
        ],
        schema_overrides={"markets": pl.List(pl.String)},
    )


def rules(*folders: str | os.PathLike[str], lang: Literal["en", "zh"] = "en") -> pl.DataFrame:
    """Return the shipped rules, and those of `folders`.

    Parameters
    ----------
    *folders : path
        Folders of own rules.
    lang : {"en", "zh"}
        Language of ``title``.

    Returns
    -------
    polars.DataFrame
        One row a rule: ``rule_id``, ``family``, ``severity``, ``evidence_class``, ``grain``, ``title``, ``finds``,
        ``parameters`` (name = value, in the rule's own defaults).

    Raises
    ------
    RuleError
        A rule file does not say what it must say; with file and line.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> fa.rules().filter(rule_id="duplicate_waybill")["grain"].item()
    'parcel'
    """
    import polars as pl

    from fulfil_analytics.resources import rules_folder
    from fulfil_analytics.rulebook import load_rules

    book = load_rules([rules_folder(), *(Path(folder) for folder in folders)])
    return pl.DataFrame(
        [
            {
                "rule_id": rule.id,
                "family": rule.family,
                "severity": rule.severity,
                "evidence_class": rule.evidence_class,
                "grain": rule.grain,
                "title": rule.title(lang),
                "finds": rule.docs.what,
                "parameters": ", ".join(f"{name} = {value}" for name, value in rule.values.items()),
            }
            for rule in book
        ]
    )


def check_rules(folder: str | os.PathLike[str]) -> pl.DataFrame:
    """Run the examples that the rules of `folder` carry, as ``fulfil rules test`` does.

    Parameters
    ----------
    folder : path
        Folder of own rules.

    Returns
    -------
    polars.DataFrame
        One row an example: ``rule_id``, ``example``, ``passed``, ``difference`` (empty where it passed).

    Raises
    ------
    RuleError
        A rule file does not say what it must say; with file and line.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from fulfil_analytics.rulebook import new_rule
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "slow_pack.sql").write_text(new_rule("slow_pack"))
    ...     fa.check_rules(folder)["passed"].all()
    True
    """
    import polars as pl

    from fulfil_analytics.engines import DuckDBEngine
    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.resources import rules_folder
    from fulfil_analytics.rulebook import load_rules, run_examples

    own = Path(folder).resolve()
    if not own.is_dir():
        raise UsageError("there is no such folder", file=str(folder), remedy="Begin a rule with: fulfil rules new ID")
    book = load_rules([rules_folder(), own])
    with DuckDBEngine.in_memory() as engine:
        results = [result for rule in book if rule.file.is_relative_to(own) for result in run_examples(rule, engine)]
    return pl.DataFrame(
        [(one.rule_id, one.name, one.passed, one.difference) for one in results],
        schema={"rule_id": pl.String, "example": pl.String, "passed": pl.Boolean, "difference": pl.String},
        orient="row",
    )


def make_sample(
    folder: str | os.PathLike[str],
    *,
    orders: int = 300,
    seed: int = 20261116,
    layout: str = "us",
    planted: bool = True,
) -> Path:
    """Write made-up exports in a real layout, with planted violations and a truth file. No real person is in them.

    Parameters
    ----------
    folder : path
        Where to; made if there is none.
    orders : int
        How many orders.
    seed : int
        The same seed gives the same bytes.
    layout : {"us", "us-xlsx", "th", "vn", "jp"}
        Export layout.
    planted : bool
        ``False``: plant no violation.

    Returns
    -------
    Path
        The folder, to be handed to :func:`audit`.

    Raises
    ------
    UsageError
        The layout is not known.

    Examples
    --------
    >>> import fulfil_analytics as fa
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     any(file.name.startswith("All order") for file in fa.make_sample(folder, orders=20).iterdir())
    True
    """
    from fulfil_analytics.errors import UsageError, suggest
    from fulfil_analytics.sample import LAYOUTS, generate

    if layout not in LAYOUTS:
        raise UsageError(f"no layout named {layout}", column="layout", remedy=suggest(layout, LAYOUTS))
    generate(Path(folder), orders=orders, seed=seed, layout=layout, planted=planted)
    return Path(folder)
