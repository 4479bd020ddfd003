"""The only reader of the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIN_KEY_CHARACTERS = 32


class Settings(BaseSettings):
    """Each field is the variable SIGNALBOX_<FIELD>; its description is what `signalbox settings` prints."""

    model_config = SettingsConfigDict(env_prefix="SIGNALBOX_", extra="ignore", frozen=True)

    port: int = Field(default=3000, ge=1, le=65535, description="The port of the console and the REST API.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    data_dir: Path = Field(default=Path("data"), description="The folder of everything that Signalbox keeps.")
    secret_key: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="Keys that seal stored secrets, newest first, separated by commas."
    )
    database: str = Field(
        default="sqlite",
        description='"sqlite", or a Postgres address: postgresql+psycopg://user:password@host/name.',
    )
    models: Literal["embedded", "scripted", "none"] = Field(
        default="embedded", description="The model that answers before one is connected."
    )

    @field_validator("secret_key", mode="before")
    @classmethod
    def split_keys(cls, value: object) -> object:
        """Take keys from one text, separated by commas."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("secret_key")
    @classmethod
    def refuse_short_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < MIN_KEY_CHARACTERS for key in keys):
            raise ValueError(f"each key needs at least {MIN_KEY_CHARACTERS} characters")
        return keys

    @property
    def folder(self) -> Path:
        """The data directory, absolute."""
        return self.data_dir.expanduser().resolve()
