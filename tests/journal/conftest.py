"""A PostgreSQL database with a journal's schema, copied from one that is migrated once."""

from collections.abc import Iterator

import pytest

from crossdock.journal.open import open_store
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def journal_template(postgres_server: PostgresServer) -> str:
    """The name of a database with an empty journal."""
    template = postgres_server.create_database()
    open_store(postgres_server.url(template)).close()
    return template


@pytest.fixture
def journal_url(postgres_server: PostgresServer, journal_template: str) -> Iterator[str]:
    """The URL of an empty journal of the test's own."""
    with postgres_server.database(journal_template) as url:
        yield url
