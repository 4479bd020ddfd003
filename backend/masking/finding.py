"""Where telling words stand in a text. Each rule reads a text once: hostile ones cost no more than long ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from backend.masking.base64_texts import BETWEEN, decoded
from backend.masking.plain import CODED, SPELT, plain, spells
from backend.masking.types import Found, Kind
from backend.ports.masking import Expression, Finders, Place

# Start, end, the rank of the rule and the name of what it looks for.
Ranked = tuple[int, int, int, str]
# In a text with more, what stands behind the last one is not kept at all.
MAX_FOUND = 2_000
LOCAL = frozenset("!#$%'*+^_`{|}~.-")
MAX_LOCAL = 128
DOMAIN = r"(?:\w(?:[\w-]{0,61}\w)?\.){1,8}(?:xn--[a-zA-Z0-9-]{2,59}|[^\W\d_]{2,24})(?!\w)"
AT = re.compile(rf"@(?=({DOMAIN}))")
# Between groups of an account number stand two signs at most, a break of the line too: its check digits tell it.
APART = r"[ \t\r\n./_-]{0,2}"
IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}[0-9]{{2}}(?={APART}[A-Za-z0-9])")
DIGITS = re.compile(r"[0-9]+")
RUN_OF_DIGITS = re.compile(r"(?<![0-9])[0-9](?:(?:  |[ ./_-])?[0-9]){12,}")
CARD_LENGTHS = range(13, 20)
FIRST_DIGITS = "23456"
# Beyond so many groups of digits in one text, rows of digits that could be a card are taken for one.
MAX_LOOKED_AT = 20_000
# Of what stands in Base64, by whose digits nobody is known.
NUMBERS = frozenset({Kind.CARD.value, Kind.PHONE.value})
REACH = 40
IN_AN_ID = re.compile(r"[-_]?[A-Za-z0-9]")
IN_JSON = re.compile(r'"\s*:\s*\Z')
BEGINS = re.compile(rf"(?:\A|{BETWEEN})[A-Za-z_]*[:=]?\Z")
ENDS_THERE = re.compile(rf"\Z|{BETWEEN}")
# Of the registry of IBANs: how many signs one has in each country.
LENGTHS = {
    country: int(length)
    for length, countries in (
        line.split(":")
        for line in (
            "15:NO", "16:BE", "18:DK FO FI GL NL SD FK", "19:MK SI", "20:AT BA EE KZ XK LT LU MN",
            "21:CH HR LI LV", "22:BG BH CR DE GB GE IE ME RS VA", "23:AE GI IL IQ OM SO TL",
            "24:AD CZ ES MD PK RO SA SE SK TN VG", "25:LY PT ST", "26:IS TR", "27:BI DJ FR GR IT MC MR SM",
            "28:AL AZ BY CY DO GT HU LB NI PL SV", "29:BR EG PS QA UA", "30:JO KW MU YE", "31:MT SC", "32:LC",
            "33:RU",
        )
    )
    for country in countries.split()
}  # fmt: skip
# What follows the country and the check digits of an account number so long.
ENDS = {
    length: re.compile(rf"(?:{APART}[A-Za-z0-9]){{{length - 4}}}(?![A-Za-z0-9])") for length in set(LENGTHS.values())
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for."""

    kinds: frozenset[Kind]
    finders: Finders
    regions: Sequence[str] = ()
    own: Mapping[str, Expression] = field(default_factory=dict)


def found_in(text: str, looked: Looked) -> list[Found]:
    """Return what stands in a text from the left, nothing of it twice; of two that overlap, the first rule names both.

    Where a rule finds more than MAX_FOUND, the rest of the text is one of the kind "".
    """
    found, cut = _shown(text, looked)
    if Kind.EMAIL in looked.kinds and spells(text):
        spelt, cut_there = _spelt(text)
        found, cut = [*found, *spelt], min(cut, cut_there)
    merged: list[Ranked] = []
    for start, end, rank, kind in sorted(found):
        if start >= cut:
            break
        if merged and start < merged[-1][1]:
            at, until, first, name = merged[-1]
            merged[-1] = (at, max(until, end), *min((first, name), (rank, kind)))
        else:
            merged.append((start, end, rank, kind))
    if cut < len(text):
        merged.append((max(cut, merged[-1][1] if merged else 0), len(text), 0, ""))
    return [Found(start, end, kind) for start, end, _, kind in merged if end > start]


def _shown(text: str, looked: Looked) -> tuple[list[Ranked], int]:
    """Return what every rule finds in the text as it looks to a reader, and before which place one found too much."""
    shown, places = plain(text)
    found, cut = _all(shown, looked)
    hidden, cut_there = _hidden(shown, looked)
    return _placed(text, [*found, *hidden], min(cut, cut_there), places, CODED)


def _spelt(text: str) -> tuple[list[Ranked], int]:
    """Return the addresses of a text whose letters are coded one by one."""
    shown, places = plain(text, SPELT)
    found = [(start, end, 0, Kind.EMAIL.value) for start, end in islice(emails(shown), MAX_FOUND + 1)]
    return _placed(text, found, found[-1][0] if len(found) > MAX_FOUND else len(shown), places, SPELT)


def _placed(
    text: str, found: list[Ranked], cut: int, places: Sequence[int] | None, coded: re.Pattern[str]
) -> tuple[list[Ranked], int]:
    """Return what was found, and the cut, by their places in the text that was read."""
    if places is None:
        return found, cut
    there = [(places[start], _end(text, places[end - 1], coded), rank, kind) for start, end, rank, kind in found]
    return there, places[cut]


def _hidden(text: str, looked: Looked) -> tuple[list[Ranked], int]:
    """Return which tokens of Base64 hold something, and before which one too much was found. One level is read."""
    within = decoded(text)
    said, places = plain(within.text)
    found, cut = _all(said, looked) if said else ([], 0)
    found = [one for one in found if one[3] not in NUMBERS or not _is_counted(said, one[0], one[1])]

    def token(place: int) -> tuple[int, int]:
        return within.token_at(place if places is None else places[place])

    there = [(*token(start), rank, kind) for start, _, rank, kind in found if start < cut]
    return there, token(cut)[0] if cut < len(said) else len(text)


def _is_counted(text: str, start: int, end: int) -> bool:
    """Tell whether digits of a token are a number of a machine: a part of an id, a bare number of JSON, a cursor."""
    if IN_AN_ID.match(text, end) or text[max(0, start - 1) : start] in {"-", "_"} or text[start - 1 : start].isalnum():
        return True
    if not text[start:end].isdigit():
        return False
    return bool(IN_JSON.search(text, max(0, start - REACH), start)) or bool(
        BEGINS.search(text, max(0, start - REACH), start) and ENDS_THERE.match(text, end)
    )


def _end(text: str, place: int, coded: re.Pattern[str]) -> int:
    """Return where the sign at a place ends."""
    sign = coded.match(text, place)
    return sign.end() if sign else place + 1


def _all(text: str, looked: Looked) -> tuple[list[Ranked], int]:
    """Return what every rule finds, and where the first that finds too much was stopped."""
    rules: list[tuple[str, Iterator[Place]]] = [
        (kind.value, rule(text))
        for kind, rule in ((Kind.EMAIL, emails), (Kind.IBAN, ibans), (Kind.CARD, cards))
        if kind in looked.kinds
    ]
    rules += [(name, expression.places(text)) for name, expression in looked.own.items()]
    if Kind.PHONE in looked.kinds:
        rules.append((Kind.PHONE.value, looked.finders.phones(text, looked.regions)))
    found, cut = [], len(text)
    for rank, (kind, places) in enumerate(rules):
        these = list(islice(places, MAX_FOUND + 1))
        if len(these) > MAX_FOUND:
            cut = min(cut, these[-1][0])
        found += [(start, end, rank, kind) for start, end in these if end > start]
    return found, cut


def emails(text: str) -> Iterator[Place]:
    """Yield addresses, letters of any script among them, from each @ to both sides."""
    last = 0  # the last sign of the one before: whatever goes back so far is one with it
    for sign in AT.finditer(text):
        start, first = sign.start(), max(last, sign.start() - MAX_LOCAL)
        while start > first and ((before := text[start - 1]).isalnum() or before in LOCAL):
            start -= 1
        while start < sign.start() and not (begin := text[start]).isalnum() and begin not in "_+":
            start += 1
        if start < sign.start():
            last = sign.end(1) - 1
            yield start, last + 1


def ibans(text: str) -> Iterator[Place]:
    """Yield account numbers as long as their country writes them, whose check digits are right."""
    for begin in IBAN.finditer(text):
        length = LENGTHS.get(begin.group()[:2].upper())
        rest = ENDS[length].match(text, begin.end()) if length else None
        if rest and _is_iban("".join(filter(str.isalnum, begin.group() + rest.group())).upper()):
            yield begin.start(), rest.end()


def _is_iban(number: str) -> bool:
    turned = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1  # ISO 7064, MOD 97-10


def cards(text: str) -> Iterator[Place]:
    """Yield card numbers: 13 to 19 digits, in groups or not, of a card's first digits and with a right check digit."""
    num_groups = 0
    for run in RUN_OF_DIGITS.finditer(text):
        if num_groups > MAX_LOOKED_AT:
            yield run.span()
            continue
        groups = [(run.start() + one.start(), one.group()) for one in DIGITS.finditer(run.group())]
        num_groups += len(groups)
        if len(groups) > MAX_LOOKED_AT:
            yield run.span()
            continue
        at = 0
        while at < len(groups):
            taken = _card_at(groups[at : at + CARD_LENGTHS[-1]])
            if taken:
                last, digits = groups[at + taken - 1]
                yield groups[at][0], last + len(digits)
            at += max(1, taken)


def _card_at(groups: Sequence[tuple[int, str]]) -> int:
    """Return how many groups make a card, the most that do; 0 for none."""
    digits, best = "", 0
    if groups[0][1][0] not in FIRST_DIGITS:
        return 0
    for num, (_, group) in enumerate(groups, 1):
        if len(digits) + len(group) > CARD_LENGTHS[-1]:
            break
        digits += group
        if len(digits) in CARD_LENGTHS and _luhn(digits):
            best = num
    return best


def _luhn(digits: str) -> bool:
    doubled: Iterable[int] = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
