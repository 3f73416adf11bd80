"""One running installation for each file of tests of the API."""

from collections.abc import Iterator

import pytest

from tests.support.running import Running, running


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("hub")) as hub:
        yield hub
