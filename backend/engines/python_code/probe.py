"""Code that tries every wall of the fence from inside, and tells which of them stand open."""

from __future__ import annotations

REFUSED = "all refused"
PROBE = """
import ctypes, os, resource, signal, socket, sys

def walls():
    yield "files", lambda: os.open("/proc/self/environ", os.O_RDONLY)
    yield "writing", lambda: os.open("/dev/shm/probe", os.O_WRONLY | os.O_CREAT)
    yield "sockets", lambda: socket.socket(socket.AF_INET)
    yield "local sockets", lambda: socket.socketpair()
    yield "processes", lambda: os.fork() or os._exit(0)
    yield "programs", lambda: os.execv("/bin/true", ["true"])
    yield "signals", lambda: os.kill(os.getppid(), 0)
    yield "limits", lambda: resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))
    yield "other memory", lambda: called("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)
    yield "ptrace", lambda: called("ptrace", 16, os.getppid(), 0, 0)

def called(name, *arguments):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def score():
    opened = []
    for name, act in walls():
        try:
            act()
            opened.append(name)
        except PermissionError:
            pass
        except Exception as error:
            opened.append(f"{name} ({type(error).__name__})")
    return {"label": "open" if opened else "all refused", "reason": ", ".join(opened) or "none"}
"""
