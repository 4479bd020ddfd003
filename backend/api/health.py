"""Up or down, and nothing else: this is the one route that anybody may call."""

from __future__ import annotations

from fastapi import APIRouter

from backend.bootstrap import services

router = APIRouter(prefix="/api", tags=["health"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Answer once the database answers; 503 while it does not."""
    await services().database.ping()
    return {"status": "up"}
