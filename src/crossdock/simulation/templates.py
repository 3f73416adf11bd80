"""Empty journals for runs: migrated once, then copied."""

import shutil
import tempfile
from pathlib import Path

from crossdock.journal.open import open_store


class Templates:
    """An empty journal, migrated once and copied for each run."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="crossdock-simulate-")
        self._template = Path(self._folder.name) / "template.db"
        open_store(str(self._template), durable=False).close()

    def fresh(self) -> Path:
        """The path of an empty journal; the one given before is gone."""
        path = Path(self._folder.name) / "journal.db"
        for leftover in path.parent.glob("journal.db*"):
            leftover.unlink()
        shutil.copyfile(self._template, path)
        return path

    def close(self) -> None:
        self._folder.cleanup()
