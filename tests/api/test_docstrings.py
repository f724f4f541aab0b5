"""Every public name has a numpydoc docstring whose example runs as it stands."""

from __future__ import annotations

import doctest
import importlib
import inspect
from collections.abc import Iterator

import pytest

import fulfil_analytics as fa
from fulfil_analytics.api import audited, chosen, compared, given, helpers, holding, plots, start, tables

MODULES = (fa, audited, chosen, compared, given, helpers, holding, plots, start, tables)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public_names() -> Iterator[tuple[str, object]]:
    for name in dir(fa):
        thing = getattr(fa, name)
        if name.startswith("__"):
            continue
        yield name, thing
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            for inner in sorted(set(dir(thing)) - {"of_store"}):
                if not inner.startswith("_"):
                    yield f"{name}.{inner}", inspect.getattr_static(thing, inner)
    for group in (plots.Plots, tables.Tables):
        for inner, value in vars(group).items():
            if not inner.startswith("_"):
                yield f"{group.__name__}.{inner}", value


NAMES = dict(public_names())
PLAIN = {"Audit.policy", "Audit.as_of", "Audit.lang", "FulfilError"}
"""Attributes that hold a value and nothing more; the class's own text tells of them."""


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_says_what_it_is_and_shows_it(name: str) -> None:
    thing = NAMES[name]
    text = inspect.getdoc(thing.fget if isinstance(thing, property) else thing) or ""
    assert text
    if name in PLAIN:
        return
    assert ">>> " in text, f"{name} has no example"
    callable_ = thing.__func__ if isinstance(thing, classmethod) else thing
    if inspect.isfunction(callable_):
        for parameter in set(inspect.signature(callable_).parameters) - {"self"}:
            assert parameter in text, f"{name} does not tell of {parameter}"
        assert "Returns\n-------" in text or callable_.__annotations__["return"] == "None"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.usefixtures("examples")
def test_examples_run(module: object, audit: fa.Audit) -> None:
    found = doctest.DocTestFinder(exclude_empty=True).find(module, extraglobs={"audit": audit})
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    assert found
    for test in found:
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_examples_of_the_smaller_modules_run() -> None:
    for name in ("errors", "sql", "audit.options", "sources.headers", "sla.rule_sets"):
        module = importlib.import_module(f"fulfil_analytics.{name}")
        assert doctest.testmod(module, optionflags=FLAGS).failed == 0, name
