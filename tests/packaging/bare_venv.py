"""``make package``: build, install into a bare virtual environment, run the demo there; wheel first, then sdist.

``make compat``: the smoke tests with the lowest and with the newest dependency versions that pyproject.toml allows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMOKE = (
    "tests/store",
    "tests/schemas",
    "tests/sources/test_order_layouts.py",
    "tests/audit/test_samples.py",
    "tests/report/test_report_files.py",
)


def run(*words: object, cwd: Path | None = None) -> None:
    """Run a command, or end here."""
    sys.stdout.write(f"+ {' '.join(map(str, words))}\n")
    sys.stdout.flush()
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run([*map(str, words)], cwd=cwd, env=environment, check=True)


def demo(folder: Path, package: Path) -> None:
    """Install `package` into a bare virtual environment below `folder`, and audit a sample with it."""
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock")
    run(*pip, "--no-deps", "--no-build-isolation", package)
    fulfil = folder / "venv" / "bin" / "fulfil"
    run(fulfil, "sample", "try", "--orders", "60", cwd=folder)
    run(fulfil, "audit", "try", "--out", "out", cwd=folder)
    run(fulfil, "verify", "out", "try", cwd=folder)
    run(fulfil, "rules", "list", cwd=folder)
    assert (folder / "out" / "report.html").stat().st_size > 100_000
    run(python, "-m", "pip", "check")


def package() -> None:
    """Build both, try both."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    run(sys.executable, "-m", "hatchling", "build", "-d", dist, cwd=ROOT)
    for pattern in ("*.whl", "*.tar.gz"):
        with tempfile.TemporaryDirectory() as folder:
            demo(Path(folder), next(dist.glob(pattern)))


def compat() -> None:
    """Run the smoke tests with the lowest and the newest versions (needs uv)."""
    for resolution in ("lowest-direct", "highest"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            python = folder / "venv" / "bin" / "python"
            run("uv", "venv", "--quiet", "--python", sys.executable, folder / "venv")
            test = ("pytest>=9", "hypothesis>=6.150", "openpyxl>=3.1")
            run("uv", "pip", "install", "--quiet", "--python", python, "--resolution", resolution, ROOT, *test)
            run("uv", "pip", "freeze", "--python", python)
            run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SMOKE, cwd=ROOT)


if __name__ == "__main__":
    {"package": package, "compat": compat}[sys.argv[1]]()
