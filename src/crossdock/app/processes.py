"""The processes of an installation, with its rules."""

from crossdock.estate.model import Estate
from crossdock.processes.decision import Process
from crossdock.processes.fulfillment import Fulfillment
from crossdock.processes.order_to_cash import OrderToCash


def make_processes(estate: Estate) -> list[Process]:
    return [OrderToCash(estate), Fulfillment(estate)]
