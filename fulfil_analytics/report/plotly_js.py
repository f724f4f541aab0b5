"""Plotly's own script, packed for the page."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import zlib
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fulfil_analytics.resources import cache_folder


@cache
def plotly_script() -> tuple[str, str]:
    """Return plotly.js, gzipped, as base64 text, and the hash by which the page lets it run."""
    source = _source()
    return base64.b64encode(_packed(source)).decode(), script_hash(source)


def script_hash(script: bytes) -> str:
    """Return the hash of a script as a content security policy names it."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode() + "'"


def _source() -> bytes:
    """Return the script as the installed package holds it; importing the package would cost more than to read it."""
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("no module named 'plotly'", name="plotly")
    return (Path(found.origin).parent / "package_data" / "plotly.min.js").read_bytes()


def _packed(source: bytes) -> bytes:
    """Return the script gzipped, through a cache: packing it costs ten times as much as to see that this is it."""
    stamp = hashlib.sha256(zlib.ZLIB_RUNTIME_VERSION.encode() + b"\n" + source).hexdigest()[:16]
    file = cache_folder() / f"plotly-{stamp}.js.gz"
    with suppress(OSError, EOFError, zlib.error):  # absent, or damaged: packed anew
        packed = file.read_bytes()
        if gzip.decompress(packed) == source:
            return packed
    packed = gzip.compress(source, 9, mtime=0)
    fresh = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(packed)
        fresh.replace(file)
    except OSError:  # a cache that cannot be written costs time, nothing else
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return packed
