"""Brings a journal's schema to this program's version, with Alembic's bookkeeping and plain SQL.

Alembic is imported only where there is something to apply: opening a current journal costs one query.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from crossdock.journal.store import StoreRefused

HEADS = {"sqlite": "0001", "postgres": "0001"}
"""The newest revision of each store's schema."""

TABLE = "alembic_version"


def is_current(store: str, found: str | None, where: str) -> bool:
    """Whether a database at revision `found` (None: empty) needs nothing. Raises StoreRefused for a newer one."""
    if found is None:
        return False
    if found == HEADS[store]:
        return True
    if found not in known_revisions(store):
        raise StoreRefused(
            f"{where} was written by a newer Crossdock (its schema is {found}, this program knows {HEADS[store]}): "
            "start the newer program, or restore a backup made before it ran."
        )
    return False


def known_revisions(store: str) -> set[str]:
    """All revisions of a store's schema, first to newest."""
    return {script.revision for script in _scripts(store).walk_revisions()}


def upgrade(store: str, creator: Callable[[], Any], lock: str = "", to: str = "head") -> None:
    """Apply what is missing, in one transaction on the DBAPI connection that `creator` makes; `lock` is its first
    statement, so that of several programs that start together one does the work and the others find it done."""
    from alembic.runtime.environment import EnvironmentContext
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    scripts = _scripts(store)
    dialect = {"sqlite": "sqlite://", "postgres": "postgresql+psycopg://"}[store]
    engine = create_engine(dialect, creator=creator, poolclass=StaticPool)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(to, revision)

    with (
        engine.connect() as connection,
        EnvironmentContext(_config(store), scripts, fn=steps, as_sql=False) as environment,
    ):
        if lock:
            connection.exec_driver_sql(lock)
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
        connection.commit()
    engine.dispose()


def _config(store: str) -> Any:
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / store
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _scripts(store: str) -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(store))
