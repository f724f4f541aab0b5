"""The environment that a user has: what requirements.lock names, without what developers add.

Libraries import one another where they find one another (pandera: pandas, pyspark, hypothesis), which would be taken
for the program's own start.
"""

from __future__ import annotations

import hashlib
import subprocess
import venv
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"


def user_python(folder: Path, lock: Path = LOCK) -> Path | None:
    """Return the Python of an environment in `folder` that holds what `lock` names.

    Parameters
    ----------
    folder : Path
        Where it stands; it is made, or made anew, where what it was made from is not `lock` as it is now.
    lock : Path
        Requirements with hashes.

    Returns
    -------
    Path or None
        None where that could not be done: no network and not in pip's cache, or a Python without pip.
    """
    python, note = folder / "bin" / "python", folder / "made.txt"
    stamp = hashlib.sha256(lock.read_bytes()).hexdigest()
    if python.exists() and note.is_file() and note.read_text(encoding="utf-8") == stamp:
        return python
    try:
        venv.create(folder, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        return None
    words = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*words, "--require-hashes", "-r", lock], capture_output=True, check=False).returncode:
        return None
    note.write_text(stamp, encoding="utf-8")
    return python
