"""A process per picture, one at a time: what decodes a stranger's file holds nothing that matters."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys

from backend.engines.room.link import CHILD_ENVIRONMENT
from backend.errors import InvalidInput
from backend.ports.pictures import MAX_SENT_BYTES

SECONDS = 10
logger = logging.getLogger(__name__)


class IsolatedPictures:
    """Nothing runs between pictures."""

    def __init__(self) -> None:
        self._slot = asyncio.Semaphore(1)

    async def small(self, sent: bytes) -> bytes:
        if not sent:
            raise InvalidInput("Choose a picture first.")
        if len(sent) > MAX_SENT_BYTES:
            raise InvalidInput(f"A picture has at most {MAX_SENT_BYTES // 1_000_000} MB.")
        async with self._slot:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "backend.engines.pictures.child", str(os.getpid())),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=CHILD_ENVIRONMENT,
            )
            try:
                async with asyncio.timeout(SECONDS):
                    drawn, complaint = await process.communicate(sent)
            except TimeoutError:
                complaint = b"too slow"
                drawn = b""
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode or not drawn:
            logger.info("a picture was refused: %s", complaint.decode("utf-8", "replace")[-500:])
            raise InvalidInput("This is no picture that can be read.", hint="Send a PNG, JPEG or WebP of up to 20 MP.")
        return drawn
