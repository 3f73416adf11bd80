"""`crossdock show`: the timeline of any business number, read beside a running installation."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from crossdock.app.files import ESTATE, read_estate
from crossdock.app.processes import make_processes
from crossdock.cli.faults import Stop
from crossdock.cli.run import ESTATE_OPTION
from crossdock.journal.open import open_reader
from crossdock.model.codec import encode
from crossdock.runtime.versions import Versions
from crossdock.views import related, words
from crossdock.views.orders import LineView, OrderView, order, promises
from crossdock.views.timeline import Timeline, timeline

NUMBER = Annotated[str, typer.Argument(help="An order, PO, sale, shipment, tracking, invoice or payment number.")]
JSON = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]


def show(number: NUMBER, estate: ESTATE_OPTION = Path(ESTATE), json: JSON = False) -> None:
    """Show all that is known of a business number: what happened, what is next, who must act."""
    declared = read_estate(estate)
    processes = {process.name: process for process in make_processes(declared.estate)}
    versions = Versions()
    reader = open_reader(declared.database)
    try:
        rows = related.by_number(reader, number)
        found = [
            (
                order(row, processes, versions, promises(reader, row.id, versions)),
                timeline(reader, row, processes, versions),
            )
            for row in rows
        ]
    finally:
        reader.close()
    if not found:
        raise Stop(f"nothing has the number {number}; check it, or the estate that you name with --estate")
    if json:
        print(encode([{"order": each, "timeline": line} for each, line in found]).decode())
        return
    console = Console()
    for each, line in found:
        console.print(_page(each, line))


def _page(order: OrderView | None, line: Timeline) -> Group:
    parts: list[RenderableType] = [_title(order, line)]
    if order is not None:
        parts.append(_lines(order.lines))
    parts.append(_entries(line))
    if line.asked:
        parts.append(_asked(line))
    if line.waits_for:
        parts.append(Text("Waits for", style="bold"))
        parts.extend(
            Text(f"  {each.what} from {each.whom}" + (f", until {words.moment(each.until)}" if each.until else ""))
            for each in line.waits_for
        )
    if line.questions:
        parts.append(Text("Needs a person", style="bold red"))
        parts.extend(
            Text(f"  {each.role}: {each.reason} (since {words.moment(each.since)})") for each in line.questions
        )
    return Group(*parts, Text())


def _title(order: OrderView | None, line: Timeline) -> Text:
    title = Text()
    if order is None:
        title.append(line.key, style="bold")
    else:
        title.append(f"Order {order.number}", style="bold")
        title.append(f" of {order.customer}, {words.money(order.total)}, {order.payment}")
    title.append(f"\n{words.phase(line.phase)}", style="bold green" if line.over else "bold yellow")
    if line.numbers:
        title.append(f"\nalso known as {', '.join(line.numbers)}", style="dim")
    return title


def _lines(lines: tuple[LineView, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("Line", "Item", "Ordered", "Where it stands", "Promised"):
        table.add_column(name, justify="right" if name == "Ordered" else "left")
    for line in lines:
        stands = ", ".join(f"{words.number(quantity)} {bucket}" for bucket, quantity in line.buckets.items())
        promised = "; ".join(words.promise(each) for each in line.promises)
        table.add_row(line.id, line.item, words.number(line.ordered), stands, promised)
    return table


def _entries(line: Timeline) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("When (theirs)", "Recorded", "Who", "What", "About"):
        table.add_column(name, no_wrap=name in ("When (theirs)", "Recorded"))
    for entry in line.entries:
        about = entry.about if entry.about != line.key else ""
        table.add_row(words.moment(entry.at), words.moment(entry.recorded_at), entry.who, entry.what, about)
    return table


def _asked(line: Timeline) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Asked of other systems, not answered yet", title_justify="left")
    for name in ("System", "What", "State", "Attempts", "Next try", "Note"):
        table.add_column(name)
    for each in line.asked:
        again = words.moment(each.next_at) if each.next_at else ""
        table.add_row(each.system, each.what, each.state, str(each.attempts), again, each.note)
    return table
