"""Names, folders, tags and labels, as they are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from backend.columns import storable
from backend.errors import InvalidInput
from backend.ids import slug_from
from backend.prompts.repository import PromptRepository
from backend.prompts.types import LATEST

MAX_NAME = 255
MAX_SLUG = 60
MAX_FOLDER = 200
MAX_DESCRIPTION = 10_000
MAX_COMMENT = 2_000
MAX_TAGS, MAX_TAG = 1_000, 100
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# What has the shape of an id, though it may be none.
_UUID = re.compile(r"[0-9a-z]{8}(-[0-9a-z]{4}){3}-[0-9a-z]{12}")


def checked_text(value: Any, field: str, longest: int, *, shortest: int = 0) -> str:
    """Return it without what no database keeps. Raise InvalidInput unless its length fits."""
    text = str(storable(value))
    if not shortest <= len(text.strip() if shortest else text) <= longest:
        sentence = f"{field.replace('_', ' ').capitalize()} has {shortest or 'at most'}"
        sentence += f" to {longest:,} characters." if shortest else f" {longest:,} characters."
        raise InvalidInput(sentence, fields={field: sentence})
    return text


def checked_name(name: Any) -> str:
    return checked_text(name, "name", MAX_NAME, shortest=1)


def checked_folder(folder: Any) -> str:
    """Return the names between the slashes: " support / tone " gives support/tone."""
    parts = (" ".join(part.split()) for part in checked_text(folder, "folder", MAX_FOLDER).split("/"))
    return "/".join(part for part in parts if part)


def checked_tags(tags: Sequence[str] | None) -> list[str]:
    if tags is None:
        return []
    if len(tags) > MAX_TAGS:
        sentence = f"A prompt has at most {MAX_TAGS} tags."
        raise InvalidInput(sentence, fields={"tags": sentence})
    return [checked_text(tag, "tags", MAX_TAG) for tag in tags]


def checked_label(label: str) -> str:
    """Return it. Raise InvalidInput unless it can be a label."""
    if not _LABEL.fullmatch(label) or label == LATEST:
        words = f"A label has 1 to 32 small letters, digits, - and _, begins with a letter, and is not {LATEST}."
        raise InvalidInput(words, fields={"label": words})
    return label


async def free_slug(rows: PromptRepository, name: str) -> str:
    """Return a slug that no other prompt of the project has, and that no id could be."""
    wanted = slug_from(name, longest=MAX_SLUG, otherwise="prompt")
    if _UUID.fullmatch(wanted):
        wanted = f"prompt-{wanted}"
    taken = await rows.slugs_like(wanted)
    if wanted not in taken:
        return wanted
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{wanted}-{number}") not in taken)
