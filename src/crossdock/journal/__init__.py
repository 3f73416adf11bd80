"""The durable record: events, instances, inboxes, commands, timers, identifiers, stock and credit. Stores beside it."""
