"""Templates to pages, with the headers that keep a browser from doing anything else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from crossdock.views import words

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_CSS = files("crossdock.console").joinpath("static/console.css").read_bytes()


def _day(at: datetime) -> str:
    there = at.astimezone(UTC)
    return f"{there:%A}, {there.day} {there:%B %Y} (UTC)"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crossdock.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=words.clock,
        count=words.count,
        day=_day,
        iso=datetime.isoformat,
        moment=words.moment,
        money=words.money,
        number=words.number,
        phase=words.phase,
        promise=words.promise,
        sentence=lambda text: text[:1].upper() + text[1:],
    )
    return environment


_environment_of_pages = _environment()


def page(
    template: str, values: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """A page. It may show orders and names, so that no cache keeps it."""
    text = _environment_of_pages.get_template(template).render(values)
    return Response(
        text,
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})},
    )


def stylesheet() -> Response[bytes]:
    headers = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=300"}
    return Response(_CSS, media_type="text/css; charset=utf-8", headers=headers)
