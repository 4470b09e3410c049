"""Names the shipped model files with their digests in ``nlp/models/MANIFEST.json``."""

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path

MODELS = Path(__file__).parent.parent / "nlp" / "models"


def record(about: Mapping[str, tuple[str, str, str]], *, gone: Collection[str] = ()) -> None:
    """Renew the entries of files: licence, origin and what each is; take out those that are ``gone``."""
    path = MODELS / "MANIFEST.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    kept = [old for old in listed if old["file"] not in about and old["file"] not in gone]
    for file, (licence, origin, what) in about.items():
        digest = hashlib.sha256((MODELS / file).read_bytes()).hexdigest()
        kept.append({"file": file, "sha256": digest, "licence": licence, "origin": origin, "what": what})
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
