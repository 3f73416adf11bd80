"""Driving an exchange: whoever can send requests plays the other side of a connector's generator."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from crossdock.runtime.ports import Exchange, NoAnswer, NotSent, Request, Response

T = TypeVar("T")


def drive(exchange: Exchange[T], send: Callable[[Request], Response]) -> T | NotSent | NoAnswer:
    """Run an exchange to its end; a failure that it lets through is its result.

    A connector that raises anything else after bytes left has an unknown outcome, before that a safe one.
    """
    sent = False
    try:
        request = next(exchange)
        while True:
            try:
                sent = True
                response = send(request)
            except (NotSent, NoAnswer) as error:
                request = exchange.throw(error)
            else:
                request = exchange.send(response)
    except StopIteration as stop:
        result: T = stop.value
        return result
    except (NotSent, NoAnswer) as error:
        return error
    except Exception as error:  # a connector's fault must end its attempt, not its lane
        return _fault(error, sent)


async def drive_async(exchange: Exchange[T], send: Callable[[Request], Awaitable[Response]]) -> T | NotSent | NoAnswer:
    """As `drive`, with a sender that is awaited."""
    sent = False
    try:
        request = next(exchange)
        while True:
            try:
                sent = True
                response = await send(request)
            except (NotSent, NoAnswer) as error:
                request = exchange.throw(error)
            else:
                request = exchange.send(response)
    except StopIteration as stop:
        result: T = stop.value
        return result
    except (NotSent, NoAnswer) as error:
        return error
    except Exception as error:  # as above
        return _fault(error, sent)


def _fault(error: Exception, sent: bool) -> NotSent | NoAnswer:
    reason = f"the connector failed: {type(error).__name__}: {error}"
    return NoAnswer(reason) if sent else NotSent(reason)
