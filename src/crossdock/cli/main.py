"""The `crossdock` command: its table of commands, and what becomes of every error."""

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from crossdock import __version__
from crossdock.cli import demo, faults, init, run, show, simulate

app = typer.Typer(
    name="crossdock",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("run")(run.run)
app.command("show")(show.show)
app.command("simulate")(simulate.simulate)


@app.callback(invoke_without_command=True)
def top(context: typer.Context) -> None:
    """Middleware for distributors: one state for every order, purchase, stock movement, shipment and invoice."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("version")
def version() -> None:
    """Print the version."""
    print(f"crossdock {__version__}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 could not, 2 not understood."""
    sys.exit(run_command(list(sys.argv[1:] if arguments is None else arguments)))


def run_command(arguments: list[str]) -> int:
    """The exit status of a command line. Every error has become a sentence."""
    try:
        status = app(arguments, prog_name="crossdock", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:
        faults.say(f"{_sentence(error)}; see `crossdock --help`")
        return 2
    except faults.KNOWN as error:
        faults.say(str(error))
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        faults.silence_broken_pipe()
        return 1
    except Exception as error:  # the last resort: a person gets a sentence, the trace goes to a file
        faults.report(error)
        return 1


def _sentence(error: TyperException) -> str:
    what = error.format_message() if hasattr(error, "format_message") else str(error)
    return what.strip().rstrip(".")
