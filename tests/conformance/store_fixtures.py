"""What all parts of the stores' conformance kit share."""

from collections.abc import Iterator

import pytest

from crossdock.journal.store import Reader, Store


class Kit:
    """A store under test and a reader of it."""

    @pytest.fixture
    def reader(self, store: Store) -> Iterator[Reader]:
        reader = store.reader()
        yield reader
        reader.close()
