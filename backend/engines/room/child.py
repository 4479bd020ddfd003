"""The child of a room: answers calls in order until its parent closes the socket or dies.

One thread and blocking reads are enough: every Edge call holds the GIL, so threads would only add switches. Calls wait
in the socket; a full socket buffer makes the parent's `drain()` wait, which is the back-pressure.
"""

from __future__ import annotations

import importlib
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Union

import msgspec

from backend.engines.room.cage import die_with
from backend.engines.room.frames import LENGTH, MAX_FRAME_BYTES, Answer, Call, Refused, Worker

IDLE_SECONDS = 1.0


def _receive(connection: socket.socket, num_bytes: int) -> bytes:
    """Return exactly that many bytes, or fewer at the end of the stream."""
    return connection.recv(num_bytes, socket.MSG_WAITALL)


class _Serving:
    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._orders = msgspec.msgpack.Decoder(Union[tuple(worker.handlers)])  # noqa: UP007 - made at run time
        self._encode = msgspec.msgpack.encode

    def answer(self, call: Call) -> bytes:
        try:
            order = self._orders.decode(call.order)
            said = Answer(call.number, msgspec.Raw(self._encode(self._worker.handlers[type(order)](order))))
        except Refused as refusal:
            said = Answer(call.number, refusal=str(refusal))
        except Exception as fault:  # noqa: BLE001 - one bad order must not end the others' child
            traceback.print_exc()
            said = Answer(call.number, fault=type(fault).__name__)
        frame = self._encode(said)
        return LENGTH.pack(len(frame)) + frame

    def serve(self, connection: socket.socket) -> None:
        decode = msgspec.msgpack.Decoder(Call).decode
        rested = True
        while True:
            if not rested and not select.select([connection], [], [], IDLE_SECONDS)[0]:
                self._worker.idle()
                rested = True
            header = _receive(connection, LENGTH.size)
            if len(header) < LENGTH.size:
                return
            (length,) = LENGTH.unpack(header)
            if length > MAX_FRAME_BYTES:
                raise ValueError(f"a frame of {length} bytes")
            connection.sendall(self.answer(decode(_receive(connection, length))))
            rested = False


def main(module: str, descriptor: str, folder: str, parent_pid: str) -> None:
    die_with(int(parent_pid))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    worker: Worker = importlib.import_module(module).worker(Path(folder))
    with socket.socket(fileno=int(descriptor)) as connection:
        _Serving(worker).serve(connection)
    worker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
