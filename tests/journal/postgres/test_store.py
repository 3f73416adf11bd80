"""PostgreSQL keeps the promises of a store."""

from collections.abc import Iterator

import pytest

from crossdock.journal.open import open_store
from crossdock.journal.store import Store
from tests.conformance.store_kit import StoreKit


class TestPostgresStore(StoreKit):
    @pytest.fixture
    def store(self, journal_url: str) -> Iterator[Store]:
        store = open_store(journal_url)
        yield store
        store.close()
