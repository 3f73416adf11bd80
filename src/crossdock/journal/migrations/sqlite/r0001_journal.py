"""The first schema of the SQLite journal.

Tables of small rows are clustered by their key (WITHOUT ROWID); those of large rows grow at their end. Random keys make
every secondary index a page to read and write for each row, so a plain order touches five: timers and open commands by
due time, numbers by value, shipments by balance, credit by order. An instance's events are a chain instead, from its
`last_n` by each event's `prev`, and its numbers stand in its own row.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = (
    """CREATE TABLE partitions (
        partition INTEGER PRIMARY KEY,
        next_n INTEGER NOT NULL
    )""",
    "INSERT INTO partitions (partition, next_n) VALUES (0, 1)",
    """CREATE TABLE payloads (
        dedupe BLOB PRIMARY KEY,
        partition INTEGER NOT NULL,
        system TEXT NOT NULL,
        topic TEXT NOT NULL,
        message_id TEXT NOT NULL,
        digest BLOB NOT NULL,
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        headers BLOB NOT NULL,
        body BLOB NOT NULL
    )""",
    """CREATE TABLE inbox (
        partition INTEGER NOT NULL,
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        instance BLOB NOT NULL,
        type TEXT NOT NULL,
        source TEXT NOT NULL,
        cause TEXT NOT NULL,
        hops INTEGER NOT NULL,
        occurred_at INTEGER NOT NULL,
        body BLOB NOT NULL
    )""",
    """CREATE TABLE events (
        partition INTEGER NOT NULL,
        n INTEGER PRIMARY KEY,
        instance BLOB NOT NULL,
        type TEXT NOT NULL,
        version INTEGER NOT NULL,
        source TEXT NOT NULL,
        cause TEXT NOT NULL,
        occurred_at INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        body BLOB NOT NULL,
        prev INTEGER NOT NULL
    )""",
    """CREATE TABLE instances (
        partition INTEGER NOT NULL,
        id BLOB PRIMARY KEY,
        process TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        phase TEXT NOT NULL,
        over INTEGER NOT NULL,
        parked INTEGER NOT NULL,
        next_ordinal INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        state BLOB NOT NULL,
        numbers BLOB NOT NULL,
        last_n INTEGER NOT NULL
    )""",
    """CREATE TABLE documents (
        partition INTEGER NOT NULL,
        id BLOB PRIMARY KEY,
        document BLOB NOT NULL
    )""",
    """CREATE TABLE tallies (
        partition INTEGER NOT NULL,
        process TEXT NOT NULL,
        phase TEXT NOT NULL,
        instances INTEGER NOT NULL,
        PRIMARY KEY (partition, process, phase)
    ) WITHOUT ROWID""",
    """CREATE TABLE commands (
        partition INTEGER NOT NULL,
        instance BLOB NOT NULL,
        ordinal INTEGER NOT NULL,
        version INTEGER NOT NULL,
        system TEXT NOT NULL,
        type TEXT NOT NULL,
        about BLOB NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        deadline INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        worker TEXT NOT NULL,
        note TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (instance, ordinal)
    )""",
    """CREATE INDEX commands_open ON commands (system, due_at, instance, ordinal, state)
        WHERE state IN ('waiting', 'sending', 'unknown')""",
    """CREATE TABLE timers (
        partition INTEGER NOT NULL,
        instance BLOB NOT NULL,
        name TEXT NOT NULL,
        generation INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        PRIMARY KEY (instance, name)
    ) WITHOUT ROWID""",
    "CREATE INDEX timers_due ON timers (due_at)",
    """CREATE TABLE identifiers (
        hash BLOB NOT NULL,
        partition INTEGER NOT NULL,
        instance BLOB NOT NULL,
        scheme TEXT NOT NULL,
        issuer TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (hash, instance)
    ) WITHOUT ROWID""",
    "CREATE INDEX identifiers_by_value ON identifiers (value)",
    """CREATE TABLE unmatched (
        hash BLOB NOT NULL,
        partition INTEGER NOT NULL,
        event BLOB NOT NULL,
        since INTEGER NOT NULL,
        recheck_at INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        type TEXT NOT NULL,
        source TEXT NOT NULL,
        cause TEXT NOT NULL,
        occurred_at INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (hash, event)
    ) WITHOUT ROWID""",
    "CREATE INDEX unmatched_by_event ON unmatched (event)",
    "CREATE INDEX unmatched_due ON unmatched (recheck_at, event)",
    """CREATE TABLE balances (
        key BLOB PRIMARY KEY,
        item TEXT NOT NULL,
        node TEXT NOT NULL,
        on_hand INTEGER NOT NULL,
        reserved INTEGER NOT NULL,
        counted_at INTEGER NOT NULL,
        partition INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    """CREATE TABLE movements (
        reference BLOB PRIMARY KEY,
        partition INTEGER NOT NULL,
        key BLOB NOT NULL,
        item TEXT NOT NULL,
        node TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        note TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX movements_shipped ON movements (key, at, quantity) WHERE reason = 'shipment'",
    """CREATE TABLE reservations (
        key BLOB NOT NULL,
        instance BLOB NOT NULL,
        line TEXT NOT NULL,
        partition INTEGER NOT NULL,
        "order" TEXT NOT NULL,
        item TEXT NOT NULL,
        node TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (key, instance, line)
    ) WITHOUT ROWID""",
    """CREATE TABLE stock_waits (
        item TEXT NOT NULL,
        instance BLOB NOT NULL,
        partition INTEGER NOT NULL,
        since INTEGER NOT NULL,
        PRIMARY KEY (item, instance)
    ) WITHOUT ROWID""",
    "CREATE INDEX stock_waits_by_instance ON stock_waits (instance)",
    """CREATE TABLE credit (
        customer TEXT NOT NULL,
        "order" TEXT NOT NULL,
        reference TEXT NOT NULL,
        currency TEXT NOT NULL,
        amount INTEGER NOT NULL,
        posted_at INTEGER NOT NULL,
        partition INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (customer, "order")
    ) WITHOUT ROWID""",
    'CREATE INDEX credit_by_order ON credit ("order")',
    """CREATE TABLE exceptions (
        partition INTEGER NOT NULL,
        instance BLOB NOT NULL,
        cause TEXT NOT NULL,
        "group" BLOB NOT NULL,
        system TEXT NOT NULL,
        subject TEXT NOT NULL,
        reason TEXT NOT NULL,
        role TEXT NOT NULL,
        actions TEXT NOT NULL,
        state TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        times INTEGER NOT NULL,
        detail BLOB NOT NULL,
        PRIMARY KEY (instance, cause, partition)
    ) WITHOUT ROWID""",
    "CREATE INDEX exceptions_open ON exceptions (first_at) WHERE state = 'open'",
    """CREATE TABLE replies (
        dedupe BLOB PRIMARY KEY,
        status INTEGER NOT NULL,
        body BLOB NOT NULL,
        partition INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    """CREATE TABLE cursors (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        at INTEGER NOT NULL,
        partition INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
)


def upgrade() -> None:
    for statement in SCHEMA:
        op.execute(statement)
