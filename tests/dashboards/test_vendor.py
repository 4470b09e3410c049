import hashlib
import json
from pathlib import Path

import pytest

from dashboards._desk import FOLDER

OWN = {"statement.typ", "manifest.json"}


@pytest.mark.parametrize("folder", [FOLDER / "static" / "vendor", FOLDER / "print"], ids=lambda folder: folder.name)
def test_each_vendored_file_is_what_its_manifest_says(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).is_file()
    named = {entry[key] for entry in manifest for key in ("file", "licence_file")}
    assert {path.name for path in folder.iterdir()} - OWN == named
