"""``factdesk policy``: the subjects by which the queue weighs what believing a false claim could cost."""

import typer


def register(app: typer.Typer) -> None:
    """Add ``policy`` and its commands."""
    group = typer.Typer(
        help="What believing a false claim could cost, by subject.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("show")(show)
    group.command("apply")(apply)
    app.add_typer(group, name="policy")


def show() -> None:
    """Print the subjects of the policy with their weights; says what is wrong in a file of your own.

    Example: factdesk policy show
    """
    from factdesk.harm import load_policy  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same

    for subject in load_policy(load_settings().policy).subjects:
        typer.echo(f"{subject.weight:>4g}  {subject.key:<10} {subject.name}")


def apply() -> None:
    """Weigh every flag of the store by the policy, after you changed it; new ones are weighed as they come.

    Example: factdesk policy apply
    """
    from factdesk.harm import load_policy  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same
    from factdesk.weighing import weigh_all  # noqa: PLC0415 # the same

    settings = load_settings()
    policy, engine = load_policy(settings.policy), open_store(settings.store)
    try:
        typer.echo(f"{weigh_all(engine, policy)} flags weighed by {len(policy.subjects)} subjects.")
    finally:
        engine.dispose()
