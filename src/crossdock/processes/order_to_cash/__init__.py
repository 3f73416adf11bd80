"""Order to cash, one instance per sales order. `process` is its table of contents, `flow` what comes next."""

from crossdock.processes.order_to_cash.process import OrderToCash

__all__ = ["OrderToCash"]
