import hashlib
import json

from dashboards._desk import FOLDER

VENDOR = FOLDER / "static" / "vendor"


def test_each_vendored_file_is_what_its_manifest_says() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (VENDOR / entry["licence_file"]).is_file()
    named = {entry[key] for entry in manifest for key in ("file", "licence_file")}
    assert {path.name for path in VENDOR.iterdir()} == {*named, "manifest.json"}
