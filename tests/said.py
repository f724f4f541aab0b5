"""Runs a command in this process, as a user types it: the import of the libraries is paid once."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from fulfil_analytics.cli.main import run


class Said(NamedTuple):
    """What a command left: its exit status and its words."""

    returncode: int
    stdout: str
    stderr: str


def fulfil(*words: object) -> Said:
    """Run a command."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["fulfil", *map(str, words)])
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "120")
        patch.delenv("FULFIL_DEBUG", raising=False)
        try:
            run()
        except SystemExit as end:
            status = int(end.code or 0)
    return Said(status, out.getvalue(), err.getvalue())
