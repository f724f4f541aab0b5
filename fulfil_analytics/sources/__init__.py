"""Finds input files, recognises them by content, and reads them into canonical typed rows."""

from __future__ import annotations

from fulfil_analytics.sources.discover import Discovery, SourceFile, bytes_of, discover
from fulfil_analytics.sources.formats import Format, Formats, load_formats
from fulfil_analytics.sources.frames import FrameSource, frame_source
from fulfil_analytics.sources.identify import Recognised, identify
from fulfil_analytics.sources.rows import Rows, markets, open_rows

__all__ = [
    "Discovery",
    "Format",
    "Formats",
    "FrameSource",
    "Recognised",
    "Rows",
    "SourceFile",
    "bytes_of",
    "discover",
    "frame_source",
    "identify",
    "load_formats",
    "markets",
    "open_rows",
]
