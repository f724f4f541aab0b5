"""Starts the nursery and talks to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


class Nursery:
    """Runs commands in children that can be killed."""

    def __init__(self, temp: Path) -> None:
        root = HERE.parents[1]
        path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "nursery.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temp), "PYTHONPATH": path, "NO_COLOR": "1"},
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def run(
        self, *words: object, kill: float | None = None, limit: int | None = None, writes: Path | None = None
    ) -> dict[str, Any]:
        """Run a command; `kill` is the seconds it may live, `limit` the bytes that a file of it may have; with `writes`
        the seconds are counted from when it begins to write into that folder."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        folder = None if writes is None else str(writes)
        asked = {"words": [*map(str, words)], "kill": kill, "limit": limit, "writes": folder}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        if kill is None and limit is None:
            assert answer["status"] == 0, answer["said"]
        return answer

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
