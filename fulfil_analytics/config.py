"""``fulfil.toml``: settings found upwards from the working folder."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fulfil_analytics import toml
from fulfil_analytics.errors import ConfigError, suggest

FILE = "fulfil.toml"


@dataclass(frozen=True)
class Config:
    """What ``fulfil.toml`` says; every setting may be absent.

    Attributes
    ----------
    policy : str or None
        Policy id used when the command names none.
    lang : str or None
        ``en`` or ``zh``.
    rules : tuple of Path
        Folders of own rules, relative to the file.
    shops : dict
        Shop name to a pattern of file names below the input folder.
    parameters : dict
        Rule id to parameter to value.
    file : Path or None
        Where it was found.
    """

    policy: str | None = None
    lang: str | None = None
    rules: tuple[Path, ...] = ()
    shops: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    file: Path | None = None

    def shop_of(self, shown: str) -> str | None:
        """Return the shop whose pattern fits the file `shown` (path below the input folder)."""
        return next((shop for shop, pattern in sorted(self.shops.items()) if fnmatch.fnmatchcase(shown, pattern)), None)


_KINDS: dict[str, type] = {"policy": str, "lang": str, "rules": list, "shops": dict, "parameters": dict}


def find_config(start: Path | None = None) -> Config:
    """Return the settings of the nearest ``fulfil.toml`` at or above `start` (default: the working folder)."""
    folder = (start or Path.cwd()).resolve()
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return read_config(place / FILE)
    return Config()


def read_config(path: Path) -> Config:
    """Read one ``fulfil.toml``.

    Raises
    ------
    ConfigError
        Unknown key or a value of the wrong kind, with file and line.
    """
    document = toml.read(path, ConfigError)
    for key, value in document.data.items():
        place: dict[str, Any] = {"file": document.file, "line": document.line_of(key), "column": key}
        if key not in _KINDS:
            raise ConfigError("no setting has this name", remedy=suggest(key, _KINDS), **place)
        if not isinstance(value, _KINDS[key]):
            raise ConfigError(f"this setting is a {_KINDS[key].__name__}, not a {type(value).__name__}", **place)
    data = document.data
    if data.get("lang", "en") not in {"en", "zh"}:
        raise ConfigError(
            "the language is not known",
            file=document.file,
            line=document.line_of("lang"),
            column="lang",
            remedy="Use en or zh",
        )
    return Config(
        policy=data.get("policy"),
        lang=data.get("lang"),
        rules=tuple(path.parent / folder for folder in data.get("rules", [])),
        shops=data.get("shops", {}),
        parameters=data.get("parameters", {}),
        file=path,
    )
