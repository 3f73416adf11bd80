"""What becomes of a test whose server, browser or documents are not on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def without(what_is_missing: Exception | str) -> NoReturn:
    """Skip the test, saying what it lacks; fail it in CI, where nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(str(what_is_missing), pytrace=False)
    pytest.skip(str(what_is_missing))
