"""What a platform lets a seller plead against a late order, and what it asks to see (``rules/appeals``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from fulfil_analytics import toml
from fulfil_analytics.errors import PolicyError, suggest
from fulfil_analytics.policy.parts import Confidence, Part, Stage

GENERAL = "general"
"""The file for policies that publish no list."""

Fact = Literal[
    "carrier_event",
    "first_scan",
    "delivered_scan",
    "attempt",
    "buyer_request",
    "undeliverable",
    "force_majeure_window",
    "platform_deadline",
    "ready_to_ship",
]
"""Facts that an export can hold and that are a document the platform asks for."""

Cause = Literal["label", "hand_over", "scan", "transit", "not_told_apart", "not_known"]


class Words(Part):
    """A text in both languages."""

    en: str
    zh: str


class Page(Part):
    """A page that was read."""

    title: str
    address: str = ""


class Document(Part):
    """Something the platform asks to see; without facts that show it only the seller can have it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    shown_by: list[Fact] = []


class Ground(Part):
    """A reason to plead, for which clocks and which failed stretches it fits, and its documents."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    stages: list[Stage]
    causes: list[Cause] = []
    sources: list[str]
    confidence: Confidence
    documents: list[Document] = Field(alias="document", min_length=1)

    def fits(self, stage: str, cause: str | None) -> bool:
        """Return whether it may be pleaded for a late `stage` whose failed stretch is `cause`."""
        return stage in self.stages and (not self.causes or (cause or "not_known") in self.causes)


class AppealDeadline(Part):
    """Until when an appeal is taken: calendar days."""

    stages: list[Stage]
    days: int = Field(ge=1)
    again_days: int | None = Field(default=None, ge=1)
    counted_from: Literal["due_at"] = "due_at"
    sources: list[str]
    confidence: Confidence
    note: Words | None = None


class Appeals(Part):
    """What one policy lets a seller plead."""

    policy: str
    sources: dict[str, Page] = Field(default={}, alias="source")
    deadlines: list[AppealDeadline] = Field(default=[], alias="deadline")
    grounds: list[Ground] = Field(alias="ground", min_length=1)

    def deadline(self, stage: str) -> AppealDeadline | None:
        """Return until when a late `stage` can be appealed; None where no page says it."""
        return next((line for line in self.deadlines if stage in line.stages), None)


def load_appeals(folders: Sequence[Path], policy: str) -> Appeals:
    """Return what the policy lets a seller plead; the general list where it has none of its own.

    Raises
    ------
    PolicyError
        A file that is none, with file and line.
    """
    for name in (policy, GENERAL):
        for folder in reversed(folders):
            path = folder / "appeals" / f"{name}.toml"
            if path.is_file():
                return _read(path)
    raise PolicyError(
        "no list of appeals is there", file=f"appeals/{GENERAL}.toml", remedy=suggest(policy, [policy, GENERAL])
    )


def _read(path: Path) -> Appeals:
    document = toml.read(path, PolicyError)
    try:
        found = Appeals.model_validate(document.data)
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PolicyError(f"{key}: {first['msg']}", file=document.file, remedy="See rules/appeals/README.md") from None
    cited = {key for ground in found.grounds for key in ground.sources}
    cited |= {key for deadline in found.deadlines for key in deadline.sources}
    unknown = sorted(cited - set(found.sources))
    if found.policy != path.stem or unknown:
        what = f"no source is named {unknown[0]}" if unknown else f"policy {found.policy} is not the file's name"
        raise PolicyError(what, file=document.file, remedy="See rules/appeals/README.md")
    return found
