"""What the address of a page names."""

from __future__ import annotations

import reflex as rx


class Addressed(rx.State, mixin=True):
    """A page about one thing, whose id ends its address. What the state says is of `address`; empty before a load."""

    address: rx.Field[str] = rx.field("")

    def _wanted(self) -> str:
        """Return the id in the address of the page."""
        return self.router.url.path.rstrip("/").rpartition("/")[2]

    def _arrive(self) -> bool:
        """Forget what is of another address, before anything is asked that may be refused; tell whether it was."""
        wanted = self._wanted()
        if wanted == self.address:
            return False
        self.reset()
        self.address = wanted
        return True

    def _asked(self, name: str) -> str:
        """Return a value of the address's query, empty when it has none."""
        return self.router.url.query_parameters.get(name, "")
