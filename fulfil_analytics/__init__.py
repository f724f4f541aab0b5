"""Fulfilment audits for TikTok Shop sellers."""

from __future__ import annotations

__version__ = "0.1.0"
