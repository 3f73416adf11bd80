"""Business objects, events, commands, queries and units: the words every other package speaks. Pure data."""
