"""Writes docs/configuration.md and docs/commands.md from the program itself; a test fails when they are out of step."""

from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from factdesk.cli import app
from factdesk.settings import Settings, described

_Command = TyperCommand | TyperGroup
DOCS = Path(__file__).resolve().parent.parent / "docs"
_CONFIGURATION = """# Configuration

Settings are read once at start: from `factdesk.toml` in the working directory (or the file that `FACTDESK_CONFIG` names), then
from the environment. A section's setting is written `FACTDESK_SECTION__NAME`, for example `FACTDESK_COLLECTOR__DELAY_S=2`. An
unknown or malformed setting ends in one line that names it. `factdesk doctor --settings` prints what is in force.

Credentials are never kept in the database. What the desk itself has to read (the secrets of authenticator apps and of webhooks)
lies there sealed (AES-256-GCM) where the secret `store_key` is set: 32 random characters or more, as
`python -c "import secrets; print(secrets.token_urlsafe(32))"` makes them. What lay in clear is sealed when the desk starts.
Keep the key apart from the database's backups: without it these logins are reset (`factdesk users reset`, or a recovery code)
and the webhooks' secrets made anew.

An Elasticsearch cluster's credentials are the secrets `elastic_api_key`, or `elastic_password` beside `elastic.user`; an API
key is also read from `FACTDESK_ELASTIC_API_KEY` ([more](elasticsearch.md)).

| setting | default | meaning |
|---|---|---|
"""
_COMMANDS = """# Commands

Written from the program's own help. Every mistake ends in one line and a status that is not 0:
1 for an error, 2 for a wrong call.
"""


def configuration() -> str:
    """Return the page of settings."""
    plain = Settings.model_construct()
    rows = [f"| `{name}` | {_default(name, value)} | {meaning} |" for name, value, meaning in described(plain)]
    return _CONFIGURATION + "\n".join(rows) + "\n"


def commands() -> str:
    """Return the page of commands."""
    parts = [_COMMANDS]
    for path, command in _leaves(get_command(app), ("factdesk",)):
        context = typer.Context(command, info_name=" ".join(path))
        usage = " ".join(command.collect_usage_pieces(context))
        parts.append(
            f"## {' '.join(path)}\n\n```\n{' '.join(path)} {usage}\n```\n\n{_help(command)}\n{_options(command, context)}"
        )
    return "\n".join(parts)


def _leaves(command: _Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], _Command]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(path, command)]
    return [leaf for name in inner for leaf in _leaves(inner[name], (*path, name))]


def _help(command: _Command) -> str:
    paragraphs = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    return "\n\n".join(_example(paragraph) for paragraph in paragraphs) + "\n"


def _example(paragraph: str) -> str:
    return f"Example: `{paragraph.removeprefix('Example: ')}`" if paragraph.startswith("Example: ") else paragraph


def _options(command: _Command, context: typer.Context) -> str:
    rows = []
    for parameter in command.get_params(context):
        shown = parameter.get_help_record(context)
        if shown and "--help" not in shown[0]:
            rows.append(f"- `{shown[0]}` {' '.join(shown[1].split())}".rstrip())
    return "\n".join(rows) + "\n" if rows else ""


def _default(name: str, value: str) -> str:
    if name in ("data", "store", "index"):
        value = {"data": ".data"}.get(name, "")
    return f"`{value}`" if value not in ("", "()") else "empty"


if __name__ == "__main__":
    (DOCS / "configuration.md").write_text(configuration(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
