"""``python -m fulfil_analytics.sample DIR`` makes the sample of the repository anew, byte for byte."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fulfil_analytics.errors import FulfilError, UsageError
from fulfil_analytics.sample.generate import generate
from fulfil_analytics.sample.recipe import LAYOUTS


def rebuild(folder: Path) -> None:
    """Write ``clean``, ``planted`` and ``layouts`` below `folder`; what stood there goes."""
    for name in ("clean", "planted", "layouts"):
        shutil.rmtree(folder / name, ignore_errors=True)
    generate(folder / "clean", planted=False)
    generate(folder / "planted")
    for layout in LAYOUTS:
        if layout != "us":
            generate(folder / "layouts" / layout, orders=20, layout=layout, planted=False)


def main(words: list[str]) -> int:
    """Run the command; return its exit status."""
    try:
        if len(words) != 1:
            raise UsageError("one folder is expected", remedy="Call: python -m fulfil_analytics.sample data/sample")
        rebuild(Path(words[0]))
    except FulfilError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
