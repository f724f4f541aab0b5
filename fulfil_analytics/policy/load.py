"""Reading policy files, refusing what cannot be meant, and choosing the policy that orders themselves show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from fulfil_analytics.errors import PolicyError, suggest
from fulfil_analytics.policy.check import Check, superseded
from fulfil_analytics.policy.layers import Layers, read_layers
from fulfil_analytics.policy.model import Policy
from fulfil_analytics.toml import Document

CLEAR_SHARE = 0.8
"""Share of orders from which on a policy's markets count as clear."""


def load_policies(folders: Sequence[Path]) -> dict[str, Policy]:
    """Read every ``*.toml`` of the folders.

    Returns
    -------
    dict
        Policy id to policy, sorted by id.

    Raises
    ------
    PolicyError
        A file does not say what a policy must say, or two files have the same id.
    """
    policies: dict[str, Policy] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            policy = load_policy(path)
            if policy.id in policies:
                raise PolicyError(
                    f"policy {policy.id!r} is defined twice, here and in {policies[policy.id].file}",
                    file=policy.file,
                    line=1,
                    column="id",
                    remedy="Give one of them another id",
                )
            policies[policy.id] = policy
    return dict(sorted(policies.items()))


def load_policy(path: Path) -> Policy:
    """Read and check one policy file; with ``base`` it is laid over the policy of that id.

    Raises
    ------
    PolicyError
        With file, line, key and the words that are allowed.
    """
    return _checked(read_layers(path))


def checked_policy(data: Mapping[str, Any], *, file: str, sha256: str) -> Policy:
    """Check a policy document that stands in memory; errors name `file` and the key.

    Raises
    ------
    PolicyError
        With key and the words that are allowed.
    """
    return _checked(Layers(dict(data), file, sha256, (Document(dict(data), "", file),)))


def _checked(layers: Layers) -> Policy:
    try:
        policy = Policy.model_validate({**layers.data, "file": layers.file, "sha256": layers.sha256})
    except ValidationError as problem:
        raise _translated(problem, layers) from None
    policy = superseded(policy)
    Check(policy, layers).all()
    return policy


def choose_policy(policies: Mapping[str, Policy], markets: Mapping[str, int]) -> Policy:
    """Return the policy of the market that most orders show.

    Parameters
    ----------
    policies : mapping
        As from :func:`load_policies`.
    markets : mapping
        Recipient country to number of orders.

    Raises
    ------
    PolicyError
        No policy's markets hold at least four fifths of the orders, or two policies claim them.
    """
    known = ", ".join(sorted(policies)) or "none"
    remedy = f"Name the policy with --policy. Known: {known}"
    total = sum(markets.values())
    shares = {name: sum(n for m, n in markets.items() if p.for_market(m)) for name, p in policies.items()}
    best = max(shares.values(), default=0)
    if total == 0 or best < CLEAR_SHARE * total:
        seen = ", ".join(f"{m} {n}" for m, n in sorted(markets.items(), key=lambda item: (-item[1], item[0]))[:5])
        raise PolicyError(f"the orders show no clear market ({seen or 'no order names one'})", remedy=remedy)
    fitting = sorted(name for name, share in shares.items() if share == best)
    if len(fitting) > 1:
        raise PolicyError(f"several policies are made for this market: {', '.join(fitting)}", remedy=remedy)
    return policies[fitting[0]]


def _translated(problem: ValidationError, layers: Layers) -> PolicyError:
    """Turn pydantic's first complaint into one line with file, line, key and allowed words."""
    # a misspelt key also makes its rightful name missing: the misspelling is the news
    error = min(problem.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    path = [part for part in error["loc"] if part not in ("[key]", "datetime", "date", "bool", "str")]
    key = ".".join(str(part) for part in path)
    kind, context = error["type"], error.get("ctx", {})
    allowed: list[str] = []
    if kind == "extra_forbidden":
        what, allowed = "unknown key", _keys_at(path[:-1])
    elif kind == "missing":
        what, path = f"key {path[-1]!r} is missing", path[:-1]
    elif kind in ("literal_error", "enum"):
        expected = str(context.get("expected", ""))
        allowed = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
        what = f"{error['input']!r} is not allowed here"
    else:
        what = error["msg"][:1].lower() + error["msg"][1:]
    remedy = suggest(str(error["input"] if kind == "literal_error" else path[-1] if path else ""), allowed)
    file, line = layers.place(path)
    return PolicyError(
        what,
        file=file,
        line=line,
        column=key or None,
        remedy=remedy if allowed else "Correct this key; rules/policies/README.md explains each",
    )


def _keys_at(path: Sequence[int | str]) -> list[str]:
    """Return the keys allowed in the table at `path`, as the file writes them."""
    model: type[BaseModel] = Policy
    for part in path:
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                model = next((a for a in _inner(field.annotation) if isinstance(a, type)), model)
    own = {"file", "sha256"} if model is Policy else set()
    return [field.alias or name for name, field in model.model_fields.items() if name not in own]


def _inner(annotation: Any) -> list[Any]:
    arguments = [inner for argument in get_args(annotation) for inner in _inner(argument)]
    own = isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel)
    return [*arguments, annotation] if own else arguments
