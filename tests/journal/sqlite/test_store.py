"""SQLite keeps the promises of a store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock.journal.open import open_store
from crossdock.journal.store import Store
from tests.conformance.store_kit import StoreKit


class TestSqliteStore(StoreKit):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = open_store(str(tmp_path / "journal.db"), durable=False)
        yield store
        store.close()
