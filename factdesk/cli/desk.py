"""``factdesk init``, ``serve`` and ``users``: the first start, the running desk, and who may sign in."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from factdesk.errors import FactdeskError, NotFoundError, SettingsError

_FIRST = (("admin", "Administrator", "administrator"),)
_TEAM = (
    ("analyst", "Analyst", "analyst"),
    ("editor", "Editor", "editor"),
    ("second", "Second editor", "editor"),
    ("manager", "Manager", "manager"),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(serve)
    users = typer.Typer(help="Who may sign in to the desk.", no_args_is_help=True, rich_markup_mode=None)
    users.command("add")(add)
    users.command("list")(show)
    users.command("reset")(reset)
    app.add_typer(users, name="users")


def init(
    *,
    contact: Annotated[str, typer.Option(help="Address or URL that sites you poll can reach you under.")] = "",
    name: Annotated[str, typer.Option(help="Name of your desk, shown on statements.")] = "Factdesk",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the desk.")] = 8040,
    data: Annotated[Path, typer.Option(help="Folder of the database, archive and index.")] = Path(".data"),
    team: Annotated[bool, typer.Option(help="Also make logins for an analyst, two editors and a manager.")] = False,
) -> None:
    """Write factdesk.toml, make the database and the first administrator, who invites the others.

    Example: factdesk init --contact desk@example.org --name "River Desk"
    """
    from factdesk.settings import config_folder, load_settings, settings_path  # noqa: PLC0415 # keeps the help quick
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same

    path = settings_path()
    if path.exists():
        raise SettingsError(f"{path} exists already.", remedy="Edit it, or remove it to start over.")
    template = (config_folder() / "factdesk.toml").read_text(encoding="utf-8")
    text = template.format(data=_toml(str(data)), contact=_toml(contact), name=_toml(name), port=port)
    path.write_text(text, encoding="utf-8")
    settings = load_settings()
    engine = open_store(settings.store)
    typer.echo(f"Wrote {path}; the data lies in {settings.data}.")
    for login, shown, role in _FIRST + (_TEAM if team else ()):
        _add(engine, login, shown=shown, role=role)
    typer.echo("Next: factdesk sources add URL, factdesk library import FILE, factdesk serve")


def serve(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port of the desk; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
) -> None:
    """Run the collector, the readers and the desk until Ctrl-C.

    Example: factdesk serve --port 8040
    """
    from factdesk.logs import configure_logs  # noqa: PLC0415 # keeps the help quick
    from factdesk.serve import crew, desk_address, start_all, wait_for_desk, with_free_port  # noqa: PLC0415 # the same
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same

    settings = load_settings()
    chosen = {key: value for key, value in (("port", port), ("host", host)) if value is not None}
    settings = with_free_port(settings.model_copy(update={"desk": settings.desk.model_copy(update=chosen)}))
    configure_logs(settings.log_level)
    open_store(settings.store).dispose()
    with crew(settings) as hands:
        start_all(hands)
        if not wait_for_desk(hands):
            return
        typer.echo(f"The desk is at {desk_address(settings)} — Ctrl-C stops everything.")
        while not hands.stop.wait(0.5):
            if fallen := hands.fallen():
                raise FactdeskError(f"The {fallen[0]} process ended.", remedy="The lines above say why.")
    typer.echo("Stopped.")


def add(
    login: Annotated[str, typer.Argument(help="Login name.")],
    role: Annotated[str, typer.Option(help="analyst, editor, approver, manager, administrator or read-only.")] = "analyst",
    name: Annotated[str, typer.Option(help="Name shown on the desk.")] = "",
) -> None:
    """Add a login; its password is printed once.

    Example: factdesk users add noor --role editor --name "Night editor"
    """
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same
    from factdesk.store.roles import Role  # noqa: PLC0415 # the same

    if role not in tuple(Role):
        raise typer.BadParameter(f"{role!r} is not a role: use {', '.join(Role)}.")
    _add(open_store(load_settings().store), login, shown=name or login, role=role)


def show() -> None:
    """List the logins.

    Example: factdesk users list
    """
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same
    from factdesk.store.users import list_users  # noqa: PLC0415 # the same

    for user in list_users(open_store(load_settings().store)):
        typer.echo(f"{user.name}\t{user.role}\t{user.display_name}\t{'active' if user.active else 'off'}")


def reset(login: Annotated[str, typer.Argument(help="Login name.")]) -> None:
    """Take a login's password and second factor away and print a one-time link that sets a new one.

    Example: factdesk users reset admin
    """
    from factdesk.accounts import people  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same
    from factdesk.store.users import list_users  # noqa: PLC0415 # the same

    settings = load_settings()
    engine = open_store(settings.store)
    found = next((user for user in list_users(engine) if user.name == login.strip().lower()), None)
    if found is None:
        raise NotFoundError(f"There is no login {login}.", remedy="See them with: factdesk users list.")
    token = people.reset(engine, found.id, by=None, at=datetime.now(UTC))
    typer.echo(f"{settings.desk.address}/welcome/{token}")


def _add(engine: Engine, login: str, *, shown: str, role: str) -> None:
    from factdesk.store.users import add_user  # noqa: PLC0415 # keeps the help quick

    password = secrets.token_urlsafe(9)
    add_user(engine, name=login, display_name=shown, role=role, password=password, at=datetime.now(UTC))
    typer.echo(f"  {role:<13} login {login:<10} password {password}")


def _toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
