"""Refusals of the models."""

from __future__ import annotations

from backend.errors import Conflict, InvalidInput, NotFound


class ProviderNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such provider.", hint="It may have been removed.")


class ModelNotFound(NotFound):
    """`reference` is what the caller named, so nothing is given away."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"There is no model {reference!r}.", hint="Choose one under Models.")


class KeyNeeded(InvalidInput):
    """A stored key is sent only to the address it was given for."""

    def __init__(self) -> None:
        sentence = "Enter the key for the new base URL. A key is sent only to the address it was given for."
        super().__init__(sentence, fields={"api_key": sentence})


class StaleProvider(Conflict):
    def __init__(self) -> None:
        super().__init__("The provider was changed meanwhile.", hint="Load it again, and make your change there.")


class WrittenInFile(Conflict):
    def __init__(self) -> None:
        super().__init__("This provider is written in custom_models.json.", hint="Change it there and start again.")
