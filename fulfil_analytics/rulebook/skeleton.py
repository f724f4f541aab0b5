"""A new rule to begin from: it loads, its examples pass, and every line says what to change."""

from __future__ import annotations

from fulfil_analytics.errors import RuleError
from fulfil_analytics.rulebook.load import _FAMILY
from fulfil_analytics.sql import read_sql


def new_rule(rule_id: str) -> str:
    """Return the text of a rule file for `rule_id` to begin from.

    Raises
    ------
    RuleError
        The id is not lower case letters, digits and ``_``.
    """
    if not _FAMILY.match(rule_id):
        raise RuleError(
            f"{rule_id!r} cannot be a rule's id", remedy="Use lower case letters, digits and _, a letter first"
        )
    return read_sql("fulfil_analytics.rulebook", "skeleton.sql").replace("new_rule_id", rule_id)
