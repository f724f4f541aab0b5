"""Fulfilment audits for TikTok Shop sellers.

The names below are loaded when they are first used: importing the package costs next to nothing.

Examples
--------
>>> import fulfil_analytics as fa
>>> audit = fa.audit("data/sample/planted", policy="tiktok-us")
>>> audit.findings.height
52
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fulfil_analytics.api.audited import Audit as Audit
    from fulfil_analytics.api.compared import Comparison as Comparison
    from fulfil_analytics.api.given import load_orders as load_orders
    from fulfil_analytics.api.given import load_tracking as load_tracking
    from fulfil_analytics.api.helpers import check_rules as check_rules
    from fulfil_analytics.api.helpers import make_sample as make_sample
    from fulfil_analytics.api.helpers import policies as policies
    from fulfil_analytics.api.helpers import rules as rules
    from fulfil_analytics.api.start import audit as audit
    from fulfil_analytics.api.start import open as open
    from fulfil_analytics.errors import FulfilError as FulfilError

_NAMES = {
    "Audit": "fulfil_analytics.api.audited",
    "Comparison": "fulfil_analytics.api.compared",
    "FulfilError": "fulfil_analytics.errors",
    "audit": "fulfil_analytics.api.start",
    "check_rules": "fulfil_analytics.api.helpers",
    "load_orders": "fulfil_analytics.api.given",
    "load_tracking": "fulfil_analytics.api.given",
    "make_sample": "fulfil_analytics.api.helpers",
    "open": "fulfil_analytics.api.start",
    "policies": "fulfil_analytics.api.helpers",
    "rules": "fulfil_analytics.api.helpers",
}
"""Public name to the module that holds it."""

__all__ = [*sorted(_NAMES), "__version__"]  # noqa: PLE0604 - the table of names is the list

# The room `audit` and the function `audit` share a name. Loading the room (an empty module) sets the attribute; once it
# is gone, later imports of its modules do not set it again, and the name means the function.
import_module("fulfil_analytics.audit")
del globals()["audit"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _NAMES:
        from fulfil_analytics.errors import suggest

        raise AttributeError(f"fulfil_analytics has no {name}. {suggest(name, _NAMES)}")
    value = getattr(import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, for completion."""
    return list(__all__)
