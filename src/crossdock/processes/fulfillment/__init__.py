"""Fulfillment, one instance per order and node: requested, accepted, picked, packed, shipped, delivered."""

from crossdock.processes.fulfillment.process import Fulfillment

__all__ = ["Fulfillment"]
