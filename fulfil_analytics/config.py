"""``fulfil.toml``: settings found upwards from the working folder, each with the place it stands."""

from __future__ import annotations

import fnmatch
import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from fulfil_analytics import toml
from fulfil_analytics.errors import ConfigError, suggest

FILE = "fulfil.toml"

_WORDS = {"lang": ("en", "zh"), "privacy.pii": ("hash", "drop", "keep")}
_KINDS: dict[str, Any] = {
    "policy": str,
    "lang": str,
    "time_zone": str,
    "rules": list,
    "shops": dict,
    "parameters": dict,
    "paths": dict,
    "paths.inputs": list,
    "paths.db": str,
    "paths.out": str,
    "paths.places": str,
    "paths.temp": str,
    "privacy": dict,
    "privacy.pii": str,
    "privacy.key_file": str,
}
_SAID: dict[Any, str] = {str: "a text in quotes", list: "a list of texts", dict: "a table"}


@dataclass(frozen=True)
class Config:
    """What ``fulfil.toml`` says; every setting may be absent.

    Attributes
    ----------
    policy : str or None
        Policy id, or a policy file, used when the command names none.
    lang : str or None
        ``en`` or ``zh``.
    time_zone : str or None
        IANA zone of local times in exports and of an as-of without offset; by default the policy's.
    rules : tuple of Path
        Folders of own rules.
    shops : dict
        Shop name to a pattern of file names below the input folder, or below the folder of the settings.
    parameters : dict
        Rule id to parameter to value.
    inputs : tuple of str
        Files, folders or globs to audit when the command names none.
    db, out : Path or None
        Store to keep, and folder to write into, when the command names none.
    places : Path or None
        GeoNames postal file for countries outside the US, when the command names none.
    temp : Path or None
        Folder for temporary files, when the command names none.
    pii : str or None
        What becomes of personal data: ``hash``, ``drop`` or ``keep``.
    key_file : Path or None
        The file that holds the key of the hashes.
    file : Path or None
        Where it was found. Paths in it are relative to its folder.
    lines : dict
        Setting (``paths.db``) to its line in the file.
    """

    policy: str | None = None
    lang: Literal["en", "zh"] | None = None
    time_zone: str | None = None
    rules: tuple[Path, ...] = ()
    shops: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    db: Path | None = None
    out: Path | None = None
    places: Path | None = None
    temp: Path | None = None
    pii: Literal["hash", "drop", "keep"] | None = None
    key_file: Path | None = None
    file: Path | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def shop_of(self, shown: str, path: Path | None = None) -> str | None:
        """Return the shop whose pattern fits the file `shown` (path below the input folder).

        Where none does, its `path` below the folder of ``fulfil.toml`` is asked: the input may be the folder of a shop.
        """
        names = [shown]
        if path is not None and self.file is not None:
            below = self.file.parent.resolve()
            names += [found.relative_to(below).as_posix() for found in [path.resolve()] if found.is_relative_to(below)]
        fits = (
            shop for name in names for shop, pattern in sorted(self.shops.items()) if fnmatch.fnmatchcase(name, pattern)
        )
        return next(fits, None)


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
        Unknown key, a value of the wrong kind, an unknown word or time zone; with file and line.
    """
    document = toml.read(path, ConfigError)
    data = document.data
    lines = {}
    value: Any
    for key, value in _settings(data):
        names = [name for name in _KINDS if name.rpartition(".")[0] == key.rpartition(".")[0]]
        place: dict[str, Any] = {"file": document.file, "line": document.line_of(*key.split(".")), "column": key}
        lines[key] = place["line"]
        if key not in _KINDS:
            raise ConfigError("no setting has this name", remedy=suggest(key, names), **place)
        if not isinstance(value, _KINDS[key]) or (
            isinstance(value, list) and not all(isinstance(v, str) for v in value)
        ):
            raise ConfigError(f"this setting is {_SAID[_KINDS[key]]}", **place)
        if value not in _WORDS.get(key, (value,)):
            raise ConfigError(f"{value} is not possible here", remedy=suggest(value, _WORDS[key]), **place)
        if key == "time_zone":
            _refuse_zone(value, place)
        if key in ("shops", "parameters"):
            inner, said = (str, "the shop's name and a pattern of its files") if key == "shops" else (dict, "a rule")
            for name, entry in value.items():
                lines[f"{key}.{name}"] = place["line"] = document.line_of(key, name)
                if not isinstance(entry, inner):
                    raise ConfigError(f"an entry here is {said}", **{**place, "column": f"{key}.{name}"})
    folder = path.parent
    paths, privacy = data.get("paths", {}), data.get("privacy", {})
    policy = data.get("policy")
    return Config(
        policy=str(_below(folder, policy)) if policy and policy.endswith(".toml") else policy,
        lang=cast(Any, data.get("lang")),
        time_zone=data.get("time_zone"),
        rules=tuple(_below(folder, name) for name in data.get("rules", [])),
        shops=data.get("shops", {}),
        parameters=data.get("parameters", {}),
        inputs=tuple(str(_below(folder, name)) for name in paths.get("inputs", [])),
        db=_below(folder, paths["db"]) if "db" in paths else None,
        out=_below(folder, paths["out"]) if "out" in paths else None,
        places=_below(folder, paths["places"]) if "places" in paths else None,
        temp=_below(folder, paths["temp"]) if "temp" in paths else None,
        pii=cast(Any, privacy.get("pii")),
        key_file=_below(folder, privacy["key_file"]) if "key_file" in privacy else None,
        file=path,
        lines=lines,
    )


def _settings(data: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return every setting by its dotted name; the tables of free names (shops, parameters) as a whole."""
    found = []
    for key, value in data.items():
        found.append((key, value))
        if isinstance(value, dict) and key in ("paths", "privacy"):
            found += [(f"{key}.{name}", inner) for name, inner in value.items()]
    return found


def _below(folder: Path, name: str) -> Path:
    return folder / Path(name).expanduser()


def _refuse_zone(value: str, place: dict[str, Any]) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        remedy = "Write an IANA name such as America/Los_Angeles"
        raise ConfigError(f"unknown time zone {value}", remedy=remedy, **place) from None


USUAL: dict[str, Any] = {"lang": "en", "privacy.pii": "hash"}
"""What holds where nothing is said; all else is then unset."""


def written(
    *,
    policy: str | None = None,
    lang: str | None = None,
    time_zone: str | None = None,
    inputs: list[str] | None = None,
    db: str | None = None,
    out: str | None = None,
    shops: dict[str, str] | None = None,
) -> str:
    """Return the text of a ``fulfil.toml`` that explains every setting; what is not given stands as a comment.

    Examples
    --------
    >>> print(written(policy="tiktok-us").splitlines()[4])
    policy = "tiktok-us"
    """
    values = {
        "policy": _toml(policy),
        "lang": _toml(lang),
        "time_zone": _toml(time_zone),
        "inputs": _toml(inputs),
        "db": _toml(db),
        "out": _toml(out),
        "shops": "\n".join(f"{_toml(shop)} = {_toml(pattern)}" for shop, pattern in (shops or {}).items()) or None,
    }
    lines = []
    for line in files("fulfil_analytics").joinpath("config.template.toml").read_text(encoding="utf-8").splitlines():
        name = line.removeprefix("#? ").partition(" ")[0]
        if not line.startswith("#? "):
            lines.append(line)
        elif name == "shops":
            lines.append(values["shops"] or f"# {line.removeprefix('#? shops ')}")
        else:
            said = values.get(name)
            lines.append(f"{name} = {said}" if said is not None else f"# {line.removeprefix('#? ')}")
    return "\n".join(lines) + "\n"


def _toml(value: str | list[str] | None) -> str | None:
    # a JSON string is a TOML string
    return None if value is None else json.dumps(value, ensure_ascii=False)
