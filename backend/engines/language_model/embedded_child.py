"""The child that holds the embedded model and serves it on loopback, with a key, to its parent alone.

Its order comes over stdin, because arguments can be read by everybody on the machine. It prints its address and ends
with its parent: by the kernel's signal, and by the end of stdin.
"""

from __future__ import annotations

import json
import os
import sys

import xllamacpp

from backend.engines.room.cage import die_with

LOOPBACK = "127.0.0.1"
# More is of no use to a model of this size, and each doubling costs memory.
BATCH_TOKENS = 256


def serve(order: dict[str, str]) -> xllamacpp.Server:
    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.chat_template = order["template"]
    params.use_jinja = True
    params.api_keys = [order["key"]]
    params.hostnames, params.port = [LOOPBACK], 0
    params.n_ctx, params.n_parallel = int(order["context"]), 1
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.n_gpu_layers = 0
    # One core stays free for the server: its loop must answer while the model thinks.
    threads = max(1, (os.cpu_count() or 2) // 2)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.warmup, params.ui, params.cache_ram_mib = False, False, 0
    return xllamacpp.Server(params)


def main() -> None:
    order = json.loads(sys.stdin.readline())
    die_with(int(order["parent"]))
    server = serve(order)
    print(server.listening_address, flush=True)  # noqa: T201  # the parent waits for this line
    sys.stdin.read()
    os._exit(0)  # the threads of the server would hold the process


if __name__ == "__main__":
    main()
