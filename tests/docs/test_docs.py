"""The documentation is run and compared: it cannot drift from the program unnoticed."""

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from typer.main import get_command

from crawlers.base import collectors
from factdesk.cli import app
from factdesk.doctor import foreign_owners

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "scripts" / "write_reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["configuration", "commands"])
def test_the_reference_is_in_step_with_the_program(page: str) -> None:
    written = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    assert written == getattr(reference(), page)(), "run: .venv/bin/python scripts/write_reference.py"


def leaves(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return (name, help) of every command that does something."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(" ".join(path), str(getattr(command, "help", None) or ""))]
    return [leaf for name in inner for leaf in leaves(inner[name], (*path, name))]


@pytest.mark.parametrize(("name", "words"), leaves(get_command(app)))
def test_every_command_has_help_with_an_example(name: str, words: str) -> None:
    assert f"Example: factdesk {name}" in " ".join(words.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists(page: Path) -> None:
    known = [name for name, _ in leaves(get_command(app))]
    shown = re.findall(r"(?:^|`)factdesk ((?:[a-z]+ ?)+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for words in shown:
        starts = tuple(words.split())
        assert any(starts[: len(name.split())] == tuple(name.split()) for name in known) or any(
            tuple(name.split())[: len(starts)] == starts for name in known
        ), f"{page.name}: factdesk {words}"


@pytest.mark.parametrize("kind", collectors())
def test_every_kind_of_source_has_a_page_that_the_index_links(kind: str) -> None:
    assert (ROOT / "docs" / "connectors" / f"{kind}.md").read_text(encoding="utf-8").startswith(f"# `{kind}`")
    assert f"(connectors/{kind}.md)" in (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")


def test_the_lock_files_name_no_registry() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert "--hash=sha256:" in text


def test_nothing_tracked_names_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".sh", ".lock", ".html", ".json"} and path.is_file():
            found = re.search(r"/(?:work|root|home/[a-z]+)/", path.read_text(encoding="utf-8", errors="replace"))
            assert found is None or path == Path(__file__), name


def test_no_other_distribution_owns_our_import_names() -> None:
    assert foreign_owners() == {}
