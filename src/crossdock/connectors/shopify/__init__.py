"""Shopify: orders, payments and privacy requests in by webhook and poll; fulfilments, cancellations and money out."""

from crossdock.connectors.shopify.connector import Shopify
from crossdock.connectors.shopify.settings import Settings

__all__ = ["Settings", "Shopify"]
