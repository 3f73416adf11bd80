"""`crossdock show`: the timeline of any business number, read beside a running installation."""

from collections.abc import Iterable
from itertools import groupby
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
from crossdock.views.timeline import Awaited, Timeline, timeline

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
    # What came from outside is text and nothing else: neither markup nor emoji of the library's.
    console = Console(markup=False, emoji=False, highlight=False)
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
        parts.extend(Text(_plain(f"  {_awaited(each)}")) for each in line.waits_for)
    if line.questions:
        parts.append(Text("Needs a person", style="bold red"))
        parts.extend(
            Text(_plain(f"  {words.phase(each.role)}: {each.reason} (since {words.moment(each.since)})"))
            for each in line.questions
        )
    return Group(*parts, Text())


def _awaited(each: Awaited) -> str:
    again = f", looked at again on {words.moment(each.until)}" if each.until else ""
    return f"{each.what} - up to {each.whom}{again}"


def _title(order: OrderView | None, line: Timeline) -> Text:
    title = Text()
    if order is None:
        title.append(_plain(line.key), style="bold")
    else:
        title.append(_plain(f"Order {order.number}"), style="bold")
        title.append(_plain(f" of {order.customer}, {words.money(order.total)}, {order.payment}"))
    title.append(f"\n{words.phase(line.phase)}", style="bold green" if line.over else "bold yellow")
    if line.numbers:
        title.append(_plain(f"\nfound by {', '.join(line.numbers)}"), style="dim")
    return title


def _lines(lines: tuple[LineView, ...]) -> Table:
    table = _table("Line", "Item", "Ordered", "Where it stands", "Promised")
    for line in lines:
        stands = ", ".join(f"{words.number(quantity)} {bucket}" for bucket, quantity in line.buckets.items())
        promised = "; ".join(words.promise(each) for each in line.promises)
        _row(table, line.id, line.item, words.number(line.ordered), stands, promised)
    return table


def _entries(line: Timeline) -> Table:
    table = _table("Recorded", "Happened", "Who", "What", "About")
    for day, entries in groupby(line.entries, key=lambda entry: entry.recorded_at.date()):
        table.add_section()
        table.add_row(Text(f"{day} UTC", style="bold"))
        for entry in entries:
            happened = words.clock(entry.at) if entry.at.date() == day else words.moment(entry.at)
            about = entry.about if entry.about != line.key else ""
            _row(table, words.clock(entry.recorded_at), happened, entry.who, entry.what, about)
    return table


def _asked(line: Timeline) -> Table:
    table = _table("System", "What", "State", "Attempts", "Next try", "Note")
    table.title = "Asked of other systems, not answered yet"
    for each in line.asked:
        again = words.moment(each.next_at) if each.next_at else ""
        _row(table, each.system, each.what, each.state, str(each.attempts), again, each.note)
    return table


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title_justify="left")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*_texts(cells))


def _texts(cells: Iterable[str]) -> Iterable[Text]:
    return (Text(_plain(cell)) for cell in cells)


def _plain(text: str) -> str:
    """Without control characters: a name from a shop must not steer the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)
