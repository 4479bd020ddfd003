"""Every statement on the tables of identity, a file per group of tables."""

from backend.identity.repository.accounts import Accounts
from backend.identity.repository.invitations import Invitations, Invited, by_token
from backend.identity.repository.keys import Keys
from backend.identity.repository.members import Members
from backend.identity.repository.people import People, Seat
from backend.identity.repository.sessions import Sessions
from backend.identity.repository.support import Granted, Support

__all__ = [
    "Accounts",
    "Granted",
    "Invitations",
    "Invited",
    "Keys",
    "Members",
    "People",
    "Seat",
    "Sessions",
    "Support",
    "by_token",
]
