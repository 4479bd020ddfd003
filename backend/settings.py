"""The only reader of the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "SIGNALBOX_"
# In the data directory, where the database is SQLite.
SQLITE_FILE = "signalbox.db"
MIN_KEY_CHARACTERS = 32
# Set by `make` and by tests for themselves; no settings.
NOT_SETTINGS = frozenset({"SIGNALBOX_API_KEY", "SIGNALBOX_SET_UP", "SIGNALBOX_SOAK"})


ISSUERS = {"google": "https://accounts.google.com", "entra": "https://login.microsoftonline.com"}
TITLES = {"google": "Google", "entra": "Microsoft Entra ID"}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SignInEntry(BaseModel):
    """One provider of SIGNALBOX_SIGN_IN."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern="^[a-z0-9-]{1,40}$")
    kind: Literal["google", "entra", "oidc"]
    title: str = ""
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    issuer: str = ""
    tenants: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hosted_domains: tuple[str, ...] = ()

    @model_validator(mode="after")
    def refuse_open_doors(self) -> Self:
        """Take issuers over TLS only, and Entra only with the tenants that may come."""
        if self.kind == "entra" and not self.tenants:
            raise ValueError("an Entra provider needs its tenants")
        url = urlsplit(self.found_issuer)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
            raise ValueError("an issuer is an https address")
        return self

    @property
    def found_issuer(self) -> str:
        """The issuer, for Entra with the part that serves one tenant or several."""
        issuer = self.issuer or ISSUERS.get(self.kind, "")
        if self.kind != "entra" or issuer.endswith("/v2.0"):
            return issuer
        return f"{issuer.rstrip('/')}/{self.tenants[0] if len(self.tenants) == 1 else 'organizations'}/v2.0"

    @property
    def found_title(self) -> str:
        return self.title or TITLES.get(self.kind, self.id)


class Settings(BaseSettings):
    """Each field is the variable SIGNALBOX_<FIELD>; its description is what `signalbox settings` prints."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)
    SECRET_FIELDS: ClassVar[frozenset[str]] = frozenset({"secret_key", "database", "smtp_password", "sign_in"})

    port: int = Field(default=3000, ge=1, le=65535, description="The port of the console and the REST API.")
    host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    data_dir: Path = Field(default=Path("data"), description="The folder of everything that Signalbox keeps.")
    secret_key: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description="Keys that seal stored secrets, newest first, separated by commas, 32 characters or more each; "
        "unset, one is made at the first start in the user's configuration folder.",
    )
    database: str = Field(
        default="sqlite",
        description='"sqlite", or a Postgres address: postgresql+psycopg://user:password@host/name.',
    )
    models: Literal["embedded", "scripted", "none"] = Field(
        default="embedded", description="The model that answers before one is connected."
    )
    public_url: str = Field(
        default="",
        description="The address that people open where a reverse proxy stands in front: https://console.example.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many reverse proxies of your own stand in front; X-Forwarded-For is believed that far only.",
    )
    sign_in: Annotated[tuple[SignInEntry, ...], NoDecode] = Field(
        default=(),
        description="The providers that people sign in at: a JSON list, or the path of a file with one.",
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, le=43_200, description="A session ends when it was not used for so long."
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="A session ends so long after the sign-in.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins of other web pages that may call the REST API with a key, separated by commas.",
    )
    rate_limit_per_second: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="How many calls a second one API key or one person may make; 0 sets no limit.",
    )

    python_evaluators: bool = Field(
        default=False, description="Let Python code that a second person approved score answers of experiments."
    )

    smtp_host: str = Field(default="", description="The server that takes mail; unset, links are shown to copy.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The port of the mail server.")
    smtp_user: str = Field(default="", description="The user at the mail server; unset, nobody signs in there.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="The password at the mail server.")
    smtp_from: str = Field(default="", description="The address that letters come from.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the way to the mail server is protected."
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

    @field_validator("public_url")
    @classmethod
    def refuse_other_addresses(cls, value: str) -> str:
        """Take an origin only, since the console is served from the root of its host, and none without TLS."""
        origin = _origin(value) if value else ""
        if origin.startswith("http://") and urlsplit(origin).hostname not in LOOPBACK:
            raise ValueError("a session cookie goes over https only, except on this machine")
        return origin

    @field_validator("sign_in", mode="before")
    @classmethod
    def read_providers(cls, value: object) -> object:
        """Take the list itself, or the path of a file that holds it."""
        if not isinstance(value, str):
            return value
        try:
            text = value if value.lstrip().startswith("[") or not value else Path(value).expanduser().read_text()
            return tuple(SignInEntry.model_validate(one) for one in json.loads(text)) if text.strip() else ()
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'a provider'}: {first['msg']}") from error
        except (OSError, ValueError, TypeError) as error:
            raise ValueError("it is neither a JSON list of providers nor the path of a file with one") from error

    @field_validator("sign_in")
    @classmethod
    def refuse_equal_ids(cls, values: tuple[SignInEntry, ...]) -> tuple[SignInEntry, ...]:
        if len({one.id for one in values}) != len(values):
            raise ValueError("two providers have the same id")
        return values

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: object) -> object:
        """Take origins from one text, separated by commas."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def refuse_loose_origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse `*` and `null`: any page on the internet could then call the API from a person's browser."""
        return tuple(_origin(value) for value in values)

    @field_validator("database")
    @classmethod
    def refuse_other_databases(cls, value: str) -> str:
        """Take the two engines only, and spell Postgres the way its driver is named."""
        if value == "sqlite":
            return value
        for plain in ("postgres://", "postgresql://"):
            value = value.replace(plain, "postgresql+psycopg://", 1) if value.startswith(plain) else value
        url = urlsplit(value)
        if url.scheme != "postgresql+psycopg" or not url.path.strip("/"):
            raise ValueError('it is neither "sqlite" nor an address like postgresql+psycopg://user:password@host/name')
        return value

    @property
    def folder(self) -> Path:
        """The data directory, absolute."""
        return self.data_dir.expanduser().resolve()

    @property
    def address(self) -> str:
        """Where the console is served, as a person types it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def sources(self) -> dict[str, str]:
        """Return for each field where its value came from: "environment" or "default"."""
        return {name: "environment" if name in self.model_fields_set else "default" for name in type(self).model_fields}

    def shown(self, name: str) -> str:
        """Return a value for the eyes of whoever runs the command; secrets are masked."""
        value: Any = getattr(self, name)
        if name == "secret_key":
            return ", ".join("********" for _ in value) or "(unset)"
        if name == "sign_in":
            return ", ".join(one.found_title for one in self.sign_in) or "(unset)"
        if name == "database" and value != "sqlite":
            password = urlsplit(value).password
            return str(value).replace(f":{password}@", ":***@", 1) if password else str(value)
        return str(value)


def _origin(value: str) -> str:
    """Return scheme, host and port as a browser writes them. Raise ValueError for anything else."""
    parts = urlsplit(value.strip().lower())
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in {"http", "https"} or not parts.hostname or "*" in parts.netloc or rest:
        raise ValueError(f"{value!r} is no address like https://console.example")
    default = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(default)}"


def unknown_variables() -> Iterator[tuple[str, str]]:
    """Yield each SIGNALBOX_ variable that is no setting, with the setting that was probably meant, or nothing."""
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known and name not in NOT_SETTINGS:
            yield name, next(iter(get_close_matches(name, known, n=1)), "")
