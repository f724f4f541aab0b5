"""The policies' pages in the docs: made from the policy files, never by hand.

``python -m fulfil_analytics.policy.docs docs/policies`` writes them anew.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from fulfil_analytics.policy.load import load_policies
from fulfil_analytics.policy.model import Policy
from fulfil_analytics.policy.page import policy_page
from fulfil_analytics.resources import rules_folder

MADE = "<!-- Made from rules/policies by: python -m fulfil_analytics.policy.docs docs/policies -->\n\n"


def policy_pages(policies: Mapping[str, Policy]) -> dict[str, str]:
    """Return file name to text: a page for each policy, and the list of them."""
    pages = {f"{policy.id}.md": f"{MADE}{policy_page(policy)}" for policy in policies.values()}
    rows = [
        f"| [{policy.title}]({policy.id}.md) | {policy.market or 'by name only'} | {policy.zone} | "
        f"{', '.join(version.id for version in policy.versions)} | {_unsure(policy)} |"
        for policy in policies.values()
    ]
    head = [
        "# Policies",
        "",
        "Each page lists every deadline, notice and limit with the page it rests on and how sure that is. Where pages",
        "contradict each other: [contradictions](contradictions.md). How rates follow: [metrics](../metrics.md).",
        "",
        "| policy | markets | zone | versions | unverified |",
        "|---|---|---|---|---|",
    ]
    return {**pages, "README.md": MADE + "\n".join([*head, *rows]) + "\n"}


def _unsure(policy: Policy) -> str:
    parts = [*policy.versions, *policy.lines, *policy.windows, *policy.metrics, *policy.calendars.values()]
    return f"{sum(part.confidence == 'unverified' for part in parts)} of {len(parts)}"


def write_policy_pages(folder: Path) -> list[Path]:
    """Write the pages of the shipped policies into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in policy_pages(load_policies([rules_folder() / "policies"])).items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_policy_pages(Path(sys.argv[1]))
