"""HTTP out, by aiohttp. It tells apart what never left this machine from what left and was not answered."""

import os
from urllib.parse import urlsplit

import aiohttp

from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response

MOST_ANSWER = 64 * 1024 * 1024


class HttpClient:
    """One pool of connections for all systems. Use within a running event loop; close it at the end."""

    def __init__(self, connections: int = 100) -> None:
        connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=15)
        self._session = aiohttp.ClientSession(
            connector=connector, auto_decompress=True, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def send(self, request: Request) -> Response:
        """The answer. Raises NotSent where no byte can have arrived, NoAnswer otherwise."""
        try:
            async with self._session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body or None,
                timeout=aiohttp.ClientTimeout(total=request.timeout),
                allow_redirects=False,
            ) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, headers, await _whole(answer))
        except aiohttp.InvalidURL as error:
            raise NotSent(f"{request.url} is no address that can be called") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"{urlsplit(request.url).netloc} can't be reached: {_cause(error)}") from error
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {request.timeout:g} s") from error
        except aiohttp.ClientError as error:
            raise NoAnswer(f"{urlsplit(request.url).netloc} broke off: {str(error) or type(error).__name__}") from error

    async def close(self) -> None:
        await self._session.close()


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """The body to its end. One that is larger than anything we ask for is no answer."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > MOST_ANSWER:
            raise NoAnswer(f"an answer of more than {MOST_ANSWER // (1024 * 1024)} MB")
    return bytes(body)


def _cause(error: Exception) -> str:
    """The operating system's word for it, without aiohttp's."""
    inner = getattr(error, "os_error", None)
    if inner is None:
        return "no connection in time"
    return os.strerror(inner.errno).lower() if inner.errno else type(inner).__name__
