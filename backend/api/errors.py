"""How a refusal reads over REST: the family gives the status, the sentence is the detail."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from backend.api.limits import headers_of_refusal
from backend.bootstrap import services
from backend.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidInput,
    NotFound,
    QuotaExceeded,
    SignInNeeded,
    TooLarge,
    Unavailable,
)
from backend.mapped_tables import BadRows
from backend.operator import Operator

STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (SignInNeeded, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (InvalidInput, 422),
    (QuotaExceeded, 429),
    (Unavailable, 503),
)
logger = logging.getLogger(__name__)


def status_of(error: DomainError) -> int:
    return next((status for family, status in STATUS if isinstance(error, family)), 400)


def content_of(error: DomainError) -> dict[str, Any]:
    """Return the sentence of a refusal, with the rows or the fields that are to blame for it."""
    content: dict[str, Any] = {"detail": f"{error.message} {error.hint}".strip()}
    if isinstance(error, BadRows):
        content["rows"] = [{"row": one.row, "field": one.field, "problem": one.words} for one in error.rows]
    if isinstance(error, InvalidInput) and error.fields:
        content["fields"] = dict(error.fields)
    return content


async def refuse(request: Request, error: Exception) -> JSONResponse:
    """Answer a DomainError with its own sentence; a denied access goes into the audit log."""
    assert isinstance(error, DomainError)
    operator = getattr(request.state, "operator", None)
    if isinstance(error, Forbidden) and isinstance(operator, Operator):
        place = getattr(request.scope.get("route"), "path", "/api")
        sentence = f"{error.message} {error.hint}".strip()
        await services().audit.refused(operator, f"{request.method} {place}", sentence)
    headers = {}
    if isinstance(error, QuotaExceeded):
        headers.update(headers_of_refusal(error))
    if isinstance(error, SignInNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(content_of(error), status_of(error), headers)


async def apologise(_request: Request, error: Exception) -> JSONResponse:
    """Answer anything else without a word of what it was; the log has it under the request's id."""
    logger.error("unexpected error in a route", exc_info=error)
    return JSONResponse(
        {"detail": "Something went wrong on our side. The log has it under the id in X-Request-Id."}, 500
    )


def install(api: FastAPI) -> None:
    api.add_exception_handler(DomainError, refuse)
    api.add_exception_handler(Exception, apologise)
