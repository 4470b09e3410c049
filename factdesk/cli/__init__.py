"""The command line. Every mistake ends in one line that says what to do and in a non-zero exit."""

import sys
from collections.abc import Sequence

import typer
from typer.main import get_command

from factdesk import __version__
from factdesk.cli import (
    alerts,
    ask,
    bench,
    demo,
    desk,
    doctor,
    eval_claims,
    eval_retrieval,
    eval_stance,
    events,
    extract,
    library,
    maintain,
    policy,
    replay,
    search_index,
    sources,
    train,
)
from factdesk.errors import FactdeskError

# typer carries its own click, whose errors it does not name: they are the bases of the one that it does
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_ClickException: type[Exception] = typer.BadParameter.__mro__[2]
_EXIT_ERROR = 1
_EXIT_USAGE = 2
_EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="factdesk",
    help="Collect public press and posts, check claims against cited evidence, publish approved corrections.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def _top(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def _assemble() -> None:
    desk.register(app)
    demo.register(app)
    for part in (sources, events, alerts, library, ask, search_index, doctor, maintain, extract, replay, bench, train, policy):
        part.register(app)
    measured = typer.Typer(help="Measure judgement on labelled data.", no_args_is_help=True, rich_markup_mode=None)
    for part in (eval_retrieval, eval_claims, eval_stance):
        part.register(measured)
    app.add_typer(measured, name="eval")


_assemble()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; ends the process with 0, 1 (an error), 2 (a wrong call) or 130 (interrupted)."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:  # noqa: PLR0911 # one return a kind of error
    """Run one command and return its exit status."""
    try:
        status = get_command(app).main(list(arguments), prog_name="factdesk", standalone_mode=False)
    except _UsageError as error:
        return _say(_usage(error), _EXIT_USAGE)
    except _ClickException as error:
        return _say(_words(error), _EXIT_ERROR)
    except FactdeskError as error:
        return _say(str(error), _EXIT_ERROR)
    except (typer.Abort, KeyboardInterrupt):
        return _say("interrupted", _EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return _EXIT_ERROR
    except OSError as error:
        return _say(f"{error.filename or 'The system'}: {error.strerror or error}.", _EXIT_ERROR)
    return status if isinstance(status, int) else 0


def _usage(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "factdesk"
    return f"{_words(error)} See '{command} --help'."


def _words(error: Exception) -> str:
    formatted = getattr(error, "format_message", None)
    return str(formatted() if formatted else error)


def _say(text: str, status: int) -> int:
    print("factdesk: " + " ".join(text.split()), file=sys.stderr)  # noqa: T201 # this is the command line
    return status
