"""What log lines and audit events carry: ids of the request and the run, the address that asked; else empty."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
run_id: ContextVar[str] = ContextVar("run_id", default="")
# Where the request came from, as far as trusted proxies tell; the audit log and the rate limits read it.
caller_address: ContextVar[str] = ContextVar("caller_address", default="")
# Set while nobody asks but the page or the server by itself: that keeps no session from being idle.
unattended: ContextVar[bool] = ContextVar("unattended", default=False)
