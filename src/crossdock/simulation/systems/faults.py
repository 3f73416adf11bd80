"""What may go wrong at a system's edge, how often, and for how long. Asked for, never by accident."""

from datetime import timedelta

from crossdock.model.base import Value

_MS = timedelta(milliseconds=1)


class Faults(Value, frozen=True):
    """Probabilities, of one request or one callback each, and the spans that go with them."""

    late: float = 0.0
    """The answer takes `late_by`."""
    lost: float = 0.0
    """The effect happened; its answer never comes."""
    straggles: float = 0.0
    """No answer comes, and the effect happens up to `straggles_for` later."""
    unsent: float = 0.0
    """The connection is refused: nothing happened."""
    storm: float = 0.0
    """It begins to answer 429 or 503 to all, for `storm_for`."""
    outage: float = 0.0
    """It goes down: connections are refused and callbacks wait, for `outage_for`."""
    duplicate: float = 0.0
    """A callback is sent twice."""
    shuffle: float = 0.0
    """A callback is held back by `shuffle_by`, so that later ones overtake it."""
    never: float = 0.0
    """A callback is never sent."""
    unsubscribe: float = 0.0
    """With a callback, the subscription is deleted: no more are sent until it is made anew."""
    late_by: timedelta = 300 * _MS
    straggles_for: timedelta = 400 * _MS
    storm_for: timedelta = 400 * _MS
    outage_for: timedelta = 800 * _MS
    shuffle_by: timedelta = 250 * _MS


NONE = Faults()
SOME = Faults(late=0.02, lost=0.02, unsent=0.02, storm=0.003, duplicate=0.05, shuffle=0.05, never=0.02)
MANY = Faults(
    late=0.05,
    lost=0.05,
    straggles=0.02,
    unsent=0.05,
    storm=0.01,
    outage=0.002,
    duplicate=0.15,
    shuffle=0.15,
    never=0.08,
    unsubscribe=0.002,
)
LEVELS = {"none": NONE, "some": SOME, "many": MANY}
