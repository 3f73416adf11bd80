"""The first schema of the PostgreSQL journal: 64 partitions, and the same indexes as SQLite's.

`workers` tells a worker whose connection broke while it committed whether that commit took effect.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = (
    """CREATE TABLE partitions (
        partition int8 PRIMARY KEY,
        next_n int8 NOT NULL
    ) WITH (fillfactor = 10)""",
    "INSERT INTO partitions SELECT p, 1 FROM generate_series(0, 63) AS p",
    """CREATE TABLE workers (
        id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        commits int8 NOT NULL
    ) WITH (fillfactor = 10)""",
    """CREATE TABLE payloads (
        dedupe bytea PRIMARY KEY,
        partition int8 NOT NULL,
        system text NOT NULL,
        topic text NOT NULL,
        message_id text NOT NULL,
        digest bytea NOT NULL,
        received_at int8 NOT NULL,
        expires_at int8 NOT NULL,
        headers bytea NOT NULL,
        body bytea NOT NULL
    )""",
    """CREATE TABLE inbox (
        partition int8 NOT NULL,
        seq int8 GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL,
        at int8 NOT NULL,
        instance bytea NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        cause text NOT NULL,
        hops int8 NOT NULL,
        occurred_at int8 NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (partition, seq)
    )""",
    """CREATE TABLE events (
        partition int8 NOT NULL,
        n int8 NOT NULL,
        instance bytea NOT NULL,
        type text NOT NULL,
        version int8 NOT NULL,
        source text NOT NULL,
        cause text NOT NULL,
        occurred_at int8 NOT NULL,
        recorded_at int8 NOT NULL,
        body bytea NOT NULL,
        prev int8 NOT NULL,
        PRIMARY KEY (partition, n)
    )""",
    """CREATE TABLE instances (
        partition int8 NOT NULL,
        id bytea PRIMARY KEY,
        process text NOT NULL,
        key text NOT NULL,
        version int8 NOT NULL,
        revision int8 NOT NULL,
        phase text NOT NULL,
        over bool NOT NULL,
        parked bool NOT NULL,
        next_ordinal int8 NOT NULL,
        changed_at int8 NOT NULL,
        state bytea NOT NULL,
        numbers bytea NOT NULL,
        last_n int8 NOT NULL
    ) WITH (fillfactor = 70)""",
    """CREATE TABLE documents (
        partition int8 NOT NULL,
        id bytea PRIMARY KEY,
        document bytea NOT NULL
    )""",
    """CREATE TABLE tallies (
        partition int8 NOT NULL,
        process text NOT NULL,
        phase text NOT NULL,
        instances int8 NOT NULL,
        PRIMARY KEY (partition, process, phase)
    ) WITH (fillfactor = 50)""",
    """CREATE TABLE commands (
        partition int8 NOT NULL,
        instance bytea NOT NULL,
        ordinal int8 NOT NULL,
        version int8 NOT NULL,
        system text NOT NULL,
        type text NOT NULL,
        about bytea NOT NULL,
        state text NOT NULL,
        attempts int8 NOT NULL,
        due_at int8 NOT NULL,
        deadline int8 NOT NULL,
        created_at int8 NOT NULL,
        changed_at int8 NOT NULL,
        worker text NOT NULL,
        note text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (instance, ordinal)
    )""",
    """CREATE INDEX commands_open ON commands (system, due_at, instance, ordinal, state)
        WHERE state IN ('waiting', 'sending', 'unknown')""",
    """CREATE TABLE timers (
        partition int8 NOT NULL,
        instance bytea NOT NULL,
        name text NOT NULL,
        generation int8 NOT NULL,
        due_at int8 NOT NULL,
        PRIMARY KEY (instance, name)
    )""",
    "CREATE INDEX timers_due ON timers (partition, due_at)",
    """CREATE TABLE identifiers (
        hash bytea NOT NULL,
        partition int8 NOT NULL,
        instance bytea NOT NULL,
        scheme text NOT NULL,
        issuer text NOT NULL,
        value text NOT NULL,
        PRIMARY KEY (hash, instance)
    )""",
    "CREATE INDEX identifiers_by_value ON identifiers USING hash (value)",
    """CREATE TABLE unmatched (
        hash bytea NOT NULL,
        partition int8 NOT NULL,
        event bytea NOT NULL,
        since int8 NOT NULL,
        recheck_at int8 NOT NULL,
        tries int8 NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        cause text NOT NULL,
        occurred_at int8 NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (hash, event)
    )""",
    "CREATE INDEX unmatched_by_event ON unmatched (event)",
    "CREATE INDEX unmatched_due ON unmatched (partition, recheck_at, event)",
    """CREATE TABLE balances (
        key bytea PRIMARY KEY,
        item text NOT NULL,
        node text NOT NULL,
        on_hand int8 NOT NULL,
        reserved int8 NOT NULL,
        counted_at int8 NOT NULL,
        partition int8 GENERATED ALWAYS AS (get_byte(key, 0) % 64) STORED
    ) WITH (fillfactor = 50)""",
    """CREATE TABLE movements (
        reference bytea PRIMARY KEY,
        partition int8 NOT NULL,
        key bytea NOT NULL,
        item text NOT NULL,
        node text NOT NULL,
        quantity int8 NOT NULL,
        reason text NOT NULL,
        at int8 NOT NULL,
        note text NOT NULL
    )""",
    "CREATE INDEX movements_shipped ON movements (key, at) INCLUDE (quantity) WHERE reason = 'shipment'",
    """CREATE TABLE reservations (
        key bytea NOT NULL,
        instance bytea NOT NULL,
        line text NOT NULL,
        partition int8 NOT NULL,
        "order" text NOT NULL,
        item text NOT NULL,
        node text NOT NULL,
        quantity int8 NOT NULL,
        at int8 NOT NULL,
        PRIMARY KEY (key, instance, line)
    )""",
    """CREATE TABLE stock_waits (
        item text NOT NULL,
        instance bytea NOT NULL,
        partition int8 NOT NULL,
        since int8 NOT NULL,
        PRIMARY KEY (item, instance)
    )""",
    "CREATE INDEX stock_waits_by_instance ON stock_waits (instance)",
    """CREATE TABLE customers (
        customer text PRIMARY KEY,
        partition int8 NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE credit (
        customer text NOT NULL,
        "order" text NOT NULL,
        reference text NOT NULL,
        currency text NOT NULL,
        amount int8 NOT NULL,
        posted_at int8 NOT NULL,
        partition int8 NOT NULL DEFAULT 0,
        PRIMARY KEY (customer, "order")
    )""",
    'CREATE INDEX credit_by_order ON credit ("order")',
    """CREATE TABLE exceptions (
        partition int8 NOT NULL,
        instance bytea NOT NULL,
        cause text NOT NULL,
        "group" bytea NOT NULL,
        system text NOT NULL,
        subject text NOT NULL,
        reason text NOT NULL,
        role text NOT NULL,
        actions text NOT NULL,
        state text NOT NULL,
        first_at int8 NOT NULL,
        last_at int8 NOT NULL,
        times int8 NOT NULL,
        detail bytea NOT NULL,
        PRIMARY KEY (instance, cause, partition)
    )""",
    "CREATE INDEX exceptions_open ON exceptions (first_at) WHERE state = 'open'",
    """CREATE TABLE replies (
        dedupe bytea PRIMARY KEY,
        status int8 NOT NULL,
        body bytea NOT NULL,
        partition int8 GENERATED ALWAYS AS (get_byte(dedupe, 0) % 64) STORED
    )""",
    """CREATE TABLE cursors (
        name text PRIMARY KEY,
        value text NOT NULL,
        at int8 NOT NULL,
        partition int8 NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50)""",
)


def upgrade() -> None:
    for statement in SCHEMA:
        op.execute(statement)
