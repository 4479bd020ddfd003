"""Hold a rule to what can be watched."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from backend.alerts.shapes import CHOICES
from backend.alerts.types import MAX_NAME, Measure, NewAlert
from backend.columns import storable
from backend.conversations.types import Filters
from backend.errors import InvalidInput
from backend.identity.emails import checked_email

MAX_EMAILS, MAX_URL, MAX_CHOICES, MAX_WORDS = 10, 2_000, 50, 200
RANGES = {
    "window_minutes": (5, 7 * 24 * 60), "min_count": (0, 1_000_000), "looks": (1, 60), "margin": (0, 1),
    "quiet_minutes": (0, 7 * 24 * 60),
}  # fmt: skip
SHARES = {Measure.FAILED_SHARE, Measure.HELPFUL_SHARE, Measure.COMPLETED_SHARE}


def checked(rule: NewAlert) -> NewAlert:
    """Return the rule with its texts put straight. Raise InvalidInput with a sentence for each field."""
    name = " ".join(storable(rule.name).split())
    wrong: dict[str, str] = {}
    if not name or len(name) > MAX_NAME:
        wrong["name"] = f"A name has 1 to {MAX_NAME} characters."
    for field, (low, high) in RANGES.items():
        if not low <= getattr(rule, field) <= high:
            wrong[field] = f"This is a number from {low} to {high:,}."
    if not math.isfinite(rule.threshold) or rule.threshold < 0:
        wrong["threshold"] = "The threshold is a number, not below 0."
    elif rule.measure in SHARES and rule.threshold > 1:
        wrong["threshold"] = "A share lies between 0 and 1."
    if len(rule.emails) > MAX_EMAILS:
        wrong["emails"] = f"A rule tells at most {MAX_EMAILS} addresses."
    if len(rule.webhook_url) > MAX_URL:
        wrong["webhook_url"] = f"An address has at most {MAX_URL:,} characters."
    if wrong:
        raise InvalidInput("The alert was not kept.", fields=wrong)
    try:
        emails = tuple(dict.fromkeys(checked_email(one) for one in rule.emails))
    except InvalidInput as error:
        raise InvalidInput(error.message, fields={"emails": error.fields["email"]}) from error
    filters, url = _checked_filters(rule.filters), rule.webhook_url.strip()
    private = rule.allow_private_address and url != ""
    return replace(rule, name=name, emails=emails, webhook_url=url, filters=filters, allow_private_address=private)


def _checked_filters(filters: Filters) -> Filters:
    """Return them with each choice once: a statement holds only so many values. Raise InvalidInput."""
    chosen: dict[str, Any] = {one: tuple(dict.fromkeys(storable(getattr(filters, one)))) for one in CHOICES}
    if any(len(values) > MAX_CHOICES for values in chosen.values()):
        raise InvalidInput("The alert was not kept.", fields={"filters": f"It has at most {MAX_CHOICES} choices each."})
    if any(len(str(one)) > MAX_WORDS for values in (*chosen.values(), (filters.text,)) for one in values):
        words = f"A choice, or the words looked for, have at most {MAX_WORDS} characters."
        raise InvalidInput("The alert was not kept.", fields={"filters": words})
    return replace(filters, text=storable(filters.text).strip(), since=None, until=None, **chosen)
