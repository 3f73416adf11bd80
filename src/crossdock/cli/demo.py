"""`crossdock demo`: orders through shops, ERP, two warehouses and a carrier, and a recount at the end."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from crossdock.cli.faults import Stop
from crossdock.cli.run import log_to_stderr
from crossdock.model.codec import encode
from crossdock.simulation.demo import USER, Demo, Options, Progress, Report
from crossdock.simulation.tryton.environment import TrytonUnavailable

ORDERS = Annotated[int, typer.Option(min=1, max=100_000, help="How many orders.")]
RATE = Annotated[float, typer.Option(min=0.1, max=1000, help="Orders a second.")]
ERP = Annotated[Literal["simulated", "tryton"], typer.Option(help="Which ERP: simulated, or a real Tryton.")]
DATABASE = Annotated[
    str, typer.Option(help="The journal: a SQLite file or postgresql://...; a temporary file if left out.")
]
FAULTS = Annotated[Literal["none", "some", "many"], typer.Option(help="How much goes wrong.")]
HEADLESS = Annotated[bool, typer.Option("--headless", help="End after the recount instead of keeping the console.")]
JSON = Annotated[bool, typer.Option("--json", help="The report as one JSON object on the last line.")]
LEDGERS = Annotated[Path | None, typer.Option(metavar="DIR", help="Write all systems' ledgers there as CSV.")]
SEED = Annotated[int, typer.Option(help="The seed of the mix and of what goes wrong.")]
PORT = Annotated[int, typer.Option(min=0, max=65535, help="The console's port; 0 for any free one.")]


def demo(
    orders: ORDERS = 200,
    rate: RATE = 20.0,
    erp: ERP = "simulated",
    database: DATABASE = "",
    faults: FAULTS = "some",
    headless: HEADLESS = False,
    json: JSON = False,
    ledgers: LEDGERS = None,
    seed: SEED = 1,
    port: PORT = 0,
) -> int:
    """Send orders through a whole simulated distributor, and recount each from the systems' own ledgers."""
    log_to_stderr()
    with tempfile.TemporaryDirectory(prefix="crossdock-demo-") as folder:
        journal = database or str(Path(folder) / "journal.db")
        options = Options(journal, orders, rate, faults, seed, port, ledgers, erp)
        try:
            report = asyncio.run(_run(options, headless, json))
        except TrytonUnavailable as missing:
            raise Stop(str(missing)) from missing
    return 0 if report.is_clean else 1


async def _run(options: Options, headless: bool, json: bool) -> Report:
    console = Console(stderr=json)
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        told: list[str] = []

        def show(progress: Progress) -> None:
            if not console.is_terminal:
                if not told:
                    told.append(_where(progress))
                    console.print(told[0])
                return
            live.update(_table(progress))

        demo = Demo(options, show, lambda words: console.print(f"{words} ...", markup=False, highlight=False))
        try:
            await demo.start()
            report = await demo.play()
        except BaseException:
            await demo.close()
            raise
    _print(console, report)
    if json:
        sys.stdout.write(encode(report).decode() + "\n")
        sys.stdout.flush()
    if not headless:
        console.print(
            f"The console stays at {demo.address}/console (user {USER}, password {demo.password}) until Ctrl-C."
        )
        await _until_interrupted()
    await demo.close()
    return report


def _where(progress: Progress) -> str:
    return f"Console: {progress.address}/console  (user {USER}, password {progress.password})"


def _table(progress: Progress) -> Table:
    table = Table(title=_where(progress), show_header=False, title_justify="left")
    table.add_row("placed", f"{progress.placed} of {progress.orders}")
    for phase, count in sorted(progress.phases.items()):
        table.add_row(phase, str(count))
    table.add_row("before a person", str(progress.exceptions))
    table.add_row("asked of systems", str(progress.under_way))
    table.add_row("seconds", f"{progress.seconds:.1f}")
    return table


def _print(console: Console, report: Report) -> None:
    """The recount, and every finding with its numbers."""
    table = Table(title="Recounted from all systems' own ledgers", title_justify="left")
    table.add_column("kind of order")
    table.add_column("as expected", justify="right")
    table.add_column("otherwise", justify="right")
    for kind, counts in sorted(report.outcomes.items()):
        right = counts.get("right", 0)
        table.add_row(kind, str(right), str(sum(counts.values()) - right))
    console.print(table)
    for finding in report.findings:
        console.print(finding, markup=False, highlight=False)
    console.print(
        f"{report.orders} orders, {report.units} units in {report.seconds} s: {report.closed} ended, "
        f"{report.waiting_with_reason} wait with a reason; lost {report.lost}, doubled {report.duplicated}, "
        f"oversold {report.oversold}.",
        highlight=False,
    )


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    done: Callable[[], None] = stop.set
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, done)
    await stop.wait()
