"""Finds the model files that are shipped, and refuses one whose content is not what the manifest says."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from factdesk.errors import ModelError

FOLDER = Path(__file__).parent
_REMEDY = "Restore the file with 'git checkout -- nlp/models' or install Factdesk again."


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One line of the manifest: what a file is, where it came from and the SHA-256 it must have."""

    file: str
    sha256: str
    licence: str
    origin: str
    what: str


def manifest(folder: Path = FOLDER) -> tuple[ModelFile, ...]:
    """Return the entries of ``MANIFEST.json``. Raises ``ModelError`` when it is absent or malformed."""
    try:
        entries = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
        return tuple(ModelFile(**entry) for entry in entries)
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"The model manifest cannot be read: {error}.", remedy=_REMEDY) from error


@cache
def model_file(name: str, *, folder: Path = FOLDER) -> Path:
    """Return the path of the shipped file ``name``, its digest checked once a process.

    Raises ``ModelError`` when the file is absent, not in the manifest, or altered.
    """
    entry = next((entry for entry in manifest(folder) if entry.file == name), None)
    path = folder / name
    if entry is None or not path.is_file():
        raise ModelError(f"The model file {name} is absent.", remedy=_REMEDY)
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != entry.sha256:
        raise ModelError(f"The model file {name} was altered (SHA-256 {found[:12]}…).", remedy=_REMEDY)
    return path
