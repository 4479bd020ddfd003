"""The secret key: from the environment, or made once in the user's configuration folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import cast

from platformdirs import user_config_path

from backend.bootstrap.engines import engine
from backend.installation.errors import WrongSecretKey
from backend.installation.service import InstallationService
from backend.ports.sealing import Sealer
from backend.settings import Settings

KEY_BYTES = 32


def key_file() -> Path:
    """Return where the key stands when SIGNALBOX_SECRET_KEY is unset: away from the data, so that a backup lacks it."""
    return user_config_path("signalbox") / "secret.key"


def _made(path: Path) -> str:
    """Write a new key, readable by its owner only; of two first starts at once, both get the one that won."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as writing:
        writing.write(secrets.token_urlsafe(KEY_BYTES))
        writing.flush()
        os.fsync(writing.fileno())
    try:
        # Unlike a rename, a link never replaces what is there.
        path.hardlink_to(new)
    except FileExistsError:
        pass
    finally:
        new.unlink()
    return path.read_text().strip()


def secret_keys(settings: Settings, *, may_make: bool) -> tuple[str, ...]:
    """Return the keys, newest first. Raise WrongSecretKey when there is none and none may be made."""
    if settings.secret_key:
        return tuple(key.get_secret_value() for key in settings.secret_key)
    path = key_file()
    if path.exists():
        return (path.read_text().strip(),)
    if may_make:
        return (_made(path),)
    raise WrongSecretKey(
        f"The secret key of this data directory is missing: there is no {path}.",
        hint="Put the file back, or set SIGNALBOX_SECRET_KEY to its content.",
    )


async def open_sealer(settings: Settings, installation: InstallationService) -> Sealer:
    """Return the sealer, checked against what the first start sealed. Raise WrongSecretKey."""
    keys = secret_keys(settings, may_make=not await installation.is_sealed())
    sealer = cast(Sealer, engine("sealing.fernet", "FernetSealer")(keys))
    await installation.check_secret_key(sealer)
    return sealer
