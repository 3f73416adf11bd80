"""Is it alive, is it ready."""

from typing import Any

from litestar import Request, Response, get

from crossdock.api.auth import services


@get("/healthz", opt={"scope": "public"}, summary="Alive", tags=["health"], sync_to_thread=False)
def alive() -> dict[str, str]:
    return {"status": "alive"}


@get("/readyz", opt={"scope": "public"}, summary="Ready to take work", tags=["health"], sync_to_thread=False)
def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """503 with reasons while it is not."""
    reasons = list(services(request).failing())
    status = 503 if reasons else 200
    return Response({"status": "not ready" if reasons else "ready", "reasons": reasons}, status_code=status)
