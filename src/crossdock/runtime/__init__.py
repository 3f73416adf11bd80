"""The engine: steps, lanes, timers, exceptions. Synchronous and deterministic; the outside is behind `ports`."""
