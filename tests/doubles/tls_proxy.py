"""A reverse proxy with a certificate of its own, as stands in front of the console in a company."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import ClientSession, WSMessage, WSMsgType, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

OF_THE_HOP = frozenset(
    {"connection", "upgrade", "transfer-encoding", "keep-alive", "content-encoding", "content-length"}
)


def certificate(folder: Path) -> ssl.SSLContext:
    """Sign a certificate for localhost and return what a server needs to show it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "proxy.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class TlsProxy:
    """Passes requests and sockets on to `target`, with the caller's address in X-Forwarded-For."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.num_sockets = 0

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_THE_HOP}
        headers |= {"X-Forwarded-For": request.remote or "", "X-Forwarded-Proto": "https"}
        async with ClientSession(auto_decompress=False) as upstream:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._bridge(request, upstream, headers)
            url, body = f"{self._target}{request.path_qs}", await request.read()
            async with upstream.request(
                request.method, url, headers=headers, data=body, allow_redirects=False
            ) as answer:
                given = [(name, value) for name, value in answer.headers.items() if name.lower() not in OF_THE_HOP]
                encoding = answer.headers.get("Content-Encoding")
                told = web.StreamResponse(status=answer.status)
                for name, value in [*given, *([("Content-Encoding", encoding)] if encoding else [])]:
                    told.headers.add(name, value)
                await told.prepare(request)
                async for piece in answer.content.iter_any():
                    await told.write(piece)
                await told.write_eof()
                return told

    async def _bridge(
        self, request: web.Request, upstream: ClientSession, headers: dict[str, str]
    ) -> web.StreamResponse:
        self.num_sockets += 1
        spoken = [one.strip() for one in headers.get("Sec-WebSocket-Protocol", "").split(",") if one.strip()]
        near = web.WebSocketResponse(max_msg_size=0, protocols=spoken)
        await near.prepare(request)
        own = {name: value for name, value in headers.items() if not name.lower().startswith("sec-websocket")}
        async with upstream.ws_connect(
            f"{self._target}{request.path_qs}", headers=own, max_msg_size=0, protocols=spoken
        ) as far:

            async def pump(source: web.WebSocketResponse, sink: web.WebSocketResponse) -> None:
                message: WSMessage
                async for message in source:
                    if message.type is WSMsgType.TEXT:
                        await sink.send_str(message.data)
                    elif message.type is WSMsgType.BINARY:
                        await sink.send_bytes(message.data)

            both = [asyncio.ensure_future(pump(near, far)), asyncio.ensure_future(pump(far, near))]  # type: ignore[arg-type]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for one in both:
                one.cancel()
        return near


@contextmanager
def tls_proxy(port: int, target: str, folder: Path) -> Iterator[TlsProxy]:
    """Serve in a thread of its own: the journey's thread belongs to the browser."""
    proxy, loop, up = TlsProxy(target), asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", proxy.pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=certificate(folder)).start()
        up.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
