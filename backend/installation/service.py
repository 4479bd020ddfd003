"""Tell the right secret key from a wrong one before anything is sealed with it."""

from __future__ import annotations

from backend.audit.repository import sign_every_end
from backend.installation.errors import WrongSecretKey
from backend.installation.models import ONLY, InstallationRow
from backend.installation.repository import InstallationRepository
from backend.ports.database import Everywhere
from backend.ports.sealing import SealBroken, Sealer
from backend.unit_of_work import Units

# The second says besides that the ends of the logs are signed, so that an unsigned one was touched. The first is of
# versions before that: without the key nobody makes it anew.
BEFORE_SIGNING, CANARY = "signalbox", "signalbox, logs signed"
NO_ROWS = Everywhere("the installation is no tenant, and its row is none's")


class InstallationService:
    """Asked once, at the start of each process."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def is_sealed(self) -> bool:
        """Tell whether secrets were sealed here before: then a new key cannot be the right one."""
        async with self._units.read(NO_ROWS) as session:
            return await InstallationRepository(session).find() is not None

    async def check_secret_key(self, sealer: Sealer) -> None:
        """Raise WrongSecretKey unless the key opens what the first start sealed; at that first start, seal it."""
        async with self._units.write(NO_ROWS) as work:
            rows = InstallationRepository(work.session)
            row = await rows.find(lock=True)
            if row is None:
                # Of two first starts on one Postgres the primary key lets one through, and the other starts anew.
                rows.add(InstallationRow(seal_check=sealer.seal(CANARY, ONLY)))
            elif _opened(sealer, row.seal_check) == BEFORE_SIGNING:
                await sign_every_end(work.session, sealer, is_first=True)
                row.seal_check = sealer.seal(CANARY, ONLY)
                rows.add(row)


def _opened(sealer: Sealer, seal_check: str) -> str:
    try:
        return sealer.open(seal_check, ONLY)
    except SealBroken:
        raise WrongSecretKey(
            "The secret key is not the one that the secrets in this database were sealed with.",
            hint="Set SIGNALBOX_SECRET_KEY to the old key (beside a new one: newest first, separated by a comma).",
        ) from None
