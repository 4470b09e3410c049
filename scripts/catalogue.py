"""Collects the interface's English texts and brings every catalogue under ``factdesk/locales`` up to date.

    python scripts/catalogue.py            # merge new texts into each .po file, drop what is used no more
    python scripts/catalogue.py --missing  # print what each catalogue still lacks; ends with 1 when something is missing
    python scripts/catalogue.py --new id   # begin a catalogue for a further language

Texts come from the templates, from ``gettext`` calls and word lists of ``dashboards``, and from errors that a person may read.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from dashboards import _words
from factdesk.tongues import FOLDER, Words

ROOT = Path(__file__).resolve().parents[1]
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
_TOLD_IN = ("dashboards", "factdesk", "nlp", "index", "crawlers")
_ERRORS_IN = (
    *("dashboards", "factdesk/editorial", "factdesk/accounts", "factdesk/alerts", "index/query.py", "index/_lexemes.py"),
    *("index/_fields.py", "factdesk/store/users.py", "factdesk/store/reviews.py", "factdesk/store/shared_work.py"),
    *(
        "factdesk/store/findings_view.py",
        "factdesk/store/items_view.py",
        "factdesk/store/stories.py",
        "factdesk/store/saved_searches.py",
    ),
    *("factdesk/reciting.py", "factdesk/searches.py", "factdesk/store/alerts.py", "factdesk/store/sealing.py"),
)


def collected() -> Catalog:
    """Return the texts of the interface as a catalogue without translations."""
    catalogue = Catalog(project="Factdesk", charset="utf-8")
    found = extract_from_dir(ROOT / "dashboards", _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=("Translators:",))
    for name, _line, text, comments, context in found:
        catalogue.add(text, locations=[(f"dashboards/{name}", None)], auto_comments=comments, context=context)
    for text in _listed():
        catalogue.add(text, locations=[("dashboards/_words.py", None)])
    for name, text in (*_errors(), *_told()):
        catalogue.add(text, locations=[(name, None)])
    return catalogue


def _listed() -> Iterator[str]:
    for value in vars(_words).values():
        if isinstance(value, Words):
            yield from value.source.values()
    for _value, label, _key, why in _words.DECISIONS:
        yield from (label, why)


def _errors() -> Iterator[tuple[str, str]]:
    for place in _ERRORS_IN:
        found = ROOT / place
        for path in sorted(found.rglob("*.py")) if found.is_dir() else [found] if found.exists() else []:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _is_error(node.func):
                    yield from ((str(path.relative_to(ROOT)), text) for text in _said(node))


def _told() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Give the templates of ``tell`` and ``tell_number``, wherever the program makes a sentence up."""
    for path in (path for place in _TOLD_IN for path in sorted((ROOT / place).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from ((str(path.relative_to(ROOT)), text) for text in _templates(node.func.id, node))


def _templates(called: str, node: ast.Call) -> Iterator[str | tuple[str, str]]:
    if called == "tell":
        yield _literal(node.args[0])
    elif called == "tell_number":
        yield (_literal(node.args[1]), _literal(node.args[2]))


def _literal(node: ast.expr) -> str:
    """Return a template. Raises ``SystemExit`` for one that is put together: nobody could translate it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise SystemExit(f"A template is not a literal: {ast.unparse(node)}")


def _is_error(called: ast.expr) -> bool:
    return isinstance(called, ast.Name) and called.id.endswith("Error")


def _said(call: ast.Call) -> Iterator[str]:
    spoken = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "remedy")]
    for node in spoken:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield " ".join(node.value.split())


def _merged(path: Path, template: Catalog) -> Catalog:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def _write(path: Path, catalogue: Catalog) -> None:
    catalogue.header_comment = (
        f"# Factdesk's interface in {catalogue.locale_identifier}. English is the source; see scripts/catalogue.py."
    )
    catalogue.fuzzy = False
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, width=0, include_lineno=False, omit_header=False)


def missing(path: Path, template: Catalog) -> list[str]:
    """Return the texts that the catalogue at ``path`` does not translate."""
    merged = _merged(path, template)
    return [str(one.id) for one in merged if one.id and (not one.string or not all(_forms(one.string)))]


def _forms(string: str | tuple[str, ...] | list[str]) -> list[str]:
    return [string] if isinstance(string, str) else list(string)


def main() -> int:
    """Run as a program; return its exit status."""
    asked = argparse.ArgumentParser(description="Keep the interface's catalogues up to date.")
    asked.add_argument("--missing", action="store_true")
    asked.add_argument("--new", metavar="LANGUAGE")
    chosen, template = asked.parse_args(), collected()
    if chosen.new:
        _write(FOLDER / f"{chosen.new}.po", Catalog(locale=chosen.new, project="Factdesk", charset="utf-8"))
    lacking = 0
    for path in sorted(FOLDER.glob("*.po")):
        if chosen.missing:
            texts = missing(path, template)
            lacking += len(texts)
            for text in texts:
                print(f"{path.name}: {text}")
        else:
            _write(path, _merged(path, template))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
