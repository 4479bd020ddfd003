"""The reference of the REST API, for people who are signed in; its scripts come from here."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from backend.api.access import allowed
from backend.errors import NotFound
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api", include_in_schema=False)
Reader = Annotated[Operator, allowed(Permission.PROJECT_READ)]
PARTS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
FOR_A_DAY = {"Cache-Control": "private, max-age=86400"}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>REST API · Signalbox</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
# Without a validator's address: the page must not call anybody.
START = """SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#reference", validatorUrl: null, deepLinking: true });
"""


@router.get("/docs")
async def docs(_operator: Reader) -> HTMLResponse:
    return HTMLResponse(PAGE)


@router.get("/docs/{part}")
async def docs_part(part: str, _operator: Reader) -> Response:
    """Give one file of Swagger UI out of its wheel."""
    if part == "start.js":
        return Response(START, media_type="text/javascript", headers=FOR_A_DAY)
    if part not in PARTS:
        raise NotFound(f"There is nothing at /api/docs/{part}.")
    content = (files("fastapi_swagger") / "resources" / part).read_bytes()
    return Response(content, media_type=PARTS[part], headers=FOR_A_DAY)


@router.get("/openapi.json")
async def schema(request: Request, _operator: Reader) -> dict[str, Any]:
    description: dict[str, Any] = request.app.openapi()
    return description
