"""Recall and precision of every rule on generated data: ``python bench/accuracy.py`` (``make accuracy``).

Makes samples from seeds that nobody tuned a rule to, audits them, and compares each finding with the truth that the
generator wrote down while planting. Writes the table ``bench/ACCURACY.md`` for people and
``fulfil_analytics/report/accuracy.toml`` for the report.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_audit
from fulfil_analytics.sample import Truth, generate
from fulfil_analytics.sample.plant import PLANTS

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "bench" / "ACCURACY.md"
DATA = ROOT / "fulfil_analytics" / "report" / "accuracy.toml"
Key = tuple[str, str]
"""Rule and what it is about: an order, else a number, else a file."""


class Plan(NamedTuple):
    """One sample to make."""

    seed: int
    orders: int
    layout: str = "us"


PLANS = (
    *(
        Plan(seed, orders)
        for seed, orders in zip(range(101, 111), (500, 600, 800, 1000, 1200, 1500, 2000, 3000, 4000, 5000), strict=True)
    ),
)


@dataclass
class Tally:
    """What the samples gave, over all of them.

    Attributes
    ----------
    planted, found, extra : Counter
        Findings by rule: true ones, those of them that were raised, raised ones that are not true.
    classes : dict
        Rule to ``hard`` or ``soft``.
    innocents : int
        Look-alike orders.
    accused : int
        Hard findings on look-alike orders.
    notes : list of str
        Each miss and each extra, for whoever looks into it.
    """

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    classes: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    orders: int = 0
    innocents: int = 0
    accused: int = 0
    plans: list[Plan] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, plan: Plan, truth: Truth, raised: dict[Key, tuple[str, str]]) -> None:
        """Count one sample; `raised` gives evidence class and severity of each finding."""
        true = {(case.rule_id, case.order_id or case.waybill or "") for case in truth.planted}
        judged = {key for key in raised if key[0] in truth.rules}
        self.plans.append(plan)
        self.orders += truth.orders
        self.planted.update(rule for rule, _ in true)
        self.found.update(rule for rule, _ in true & judged)
        self.extra.update(rule for rule, _ in judged - true)
        look_alikes = {order for orders in truth.innocents.values() for order in orders}
        self.innocents += len(look_alikes)
        self.accused += sum(found[0] == "hard" and key[1] in look_alikes for key, found in raised.items())
        why = {order: kind for kind, orders in truth.innocents.items() for order in orders}
        why |= {case.order_id: "planted " + case.rule_id for case in truth.planted if case.order_id}
        for what, keys in (("miss", true - judged), ("extra", judged - true)):
            for rule, about in sorted(keys):
                self.notes.append(f"{plan}: {what} {rule} on {about} ({why.get(about, 'ordinary')})")


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share, in 0..1; ``(0, 1)`` where there is nothing to go by."""
    if of == 0:
        return 0.0, 1.0
    z2 = 1.959963984540054**2
    middle = (hits + z2 / 2) / (of + z2)
    half = math.sqrt(z2) / (of + z2) * math.sqrt(hits * (of - hits) / of + z2 / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def audit(folder: Path, policy: str, tally: Tally) -> dict[Key, tuple[str, str]]:
    """Audit a sample; return what was raised above info."""
    with run_audit([str(folder)], Options(policy=policy, as_of="2026-11-16T10:00:00Z")) as run:
        rows = run.store.rows(
            "SELECT rule_id, coalesce(order_id, waybill, source_file), evidence_class, severity FROM findings "
            "WHERE severity <> 'info'"
        )
    tally.classes |= {rule: kind for rule, _, kind, _ in rows}
    return {(rule, about): (kind, severity) for rule, about, kind, severity in rows}


def measure(plans: Iterable[Plan]) -> Tally:
    """Make, audit and compare the samples of `plans`."""
    tally = Tally()
    for plan in plans:
        with tempfile.TemporaryDirectory() as folder:
            truth = generate(Path(folder), orders=plan.orders, seed=plan.seed, layout=plan.layout, kinds=set(PLANTS))
            tally.add(plan, truth, audit(Path(folder), f"tiktok-{plan.layout[:2]}", tally))
    return tally


def figures(tally: Tally, rule: str) -> dict[str, float | int | str]:
    """Return what the data file says about a rule."""
    planted, found, extra = tally.planted[rule], tally.found[rule], tally.extra[rule]
    recall, precision = wilson(found, planted), wilson(found, found + extra)
    return {
        "evidence_class": tally.classes.get(rule, "soft"),
        "planted": planted,
        "found": found,
        "extra": extra,
        "recall": round(found / planted, 4) if planted else 0.0,
        "recall_low": round(recall[0], 4),
        "recall_high": round(recall[1], 4),
        "precision": round(found / (found + extra), 4) if found + extra else 0.0,
        "precision_low": round(precision[0], 4),
        "precision_high": round(precision[1], 4),
    }


HEAD = """\
# Written by bench/accuracy.py (make accuracy); not edited by hand.
# Measured on generated data: made-up orders with planted cases and with innocents that look alike. It says how well the
# rules find what they describe, not how often real sellers do it.
#
# [measured]          tool_version: what was measured; seeds, samples, orders: on what; look_alikes: innocent orders
#                     made to look guilty; hard_findings_on_look_alikes: how many hard findings were raised on them
# [rules.RULE_ID]     evidence_class: hard or soft
#                     planted: true findings in the data; found: those of them that were raised; extra: raised, not true
#                     recall = found / planted; precision = found / (found + extra); 0..1
#                     *_low, *_high: Wilson 95 % interval. A rule without a table here was not measured.
"""


def data_text(tally: Tally) -> str:
    """Return the data file."""
    lines = [HEAD, "[measured]"]
    lines.append(f'tool_version = "{version("fulfil-analytics")}"')
    lines.append(f"samples = {len(tally.plans)}")
    lines.append(f"seeds = {sorted({plan.seed for plan in tally.plans})}")
    lines.append(f"orders = {tally.orders}")
    lines.append(f"look_alikes = {tally.innocents}")
    lines.append(f"hard_findings_on_look_alikes = {tally.accused}")
    for rule in sorted(rule for rule in tally.planted if tally.planted[rule]):
        lines += ["", f"[rules.{rule}]"]
        lines += [
            f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}"
            for key, value in figures(tally, rule).items()
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the command; 1 when a rule is below its target."""
    parser = argparse.ArgumentParser(description="Recall and precision of every rule on generated data.")
    parser.add_argument("--samples", type=int, default=len(PLANS), help="measure the first N samples only")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    told = parser.parse_args()
    start = time.monotonic()
    tally = measure(PLANS[: told.samples])
    print(*tally.notes, sep="\n")
    print(f"{len(tally.plans)} samples in {time.monotonic() - start:.0f} s")
    if not told.dry:
        DATA.write_text(data_text(tally), encoding="utf-8")
    print(data_text(tally))
    return 0


if __name__ == "__main__":
    sys.exit(main())
