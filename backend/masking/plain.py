"""A text as it looks to a reader: without signs that nobody sees, digits as 0 to 9, what is coded as it is read."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache, partial
from urllib.parse import unquote

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff"
)
SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
DASHES = "\u2010-\u2015\u2212\ufe58\ufe63"
DOTS = "\u2024\u3002\uff61\ufe52"
IS_INVISIBLE, IS_SPACE, IS_DASH, IS_DOT = (re.compile(f"[{signs}]") for signs in (INVISIBLE, SPACES, DASHES, DOTS))
# What is written otherwise than it is looked for; a text without any, as nearly all are, is taken as it is. Each sign
# that a text has is looked at once, not each place of it.
TWISTED = re.compile(f"[{INVISIBLE}{SPACES}{DASHES}{DOTS}\uff01-\uff5e\ufe6b]|(?![0-9])\\d")
WIDE = 0xFEE0
# Signs between groups, @ and + as addresses of the web, pages and JSON write them: blank, tab, break, +, -, ., / and @.
# What passed through two systems is coded twice, through three thrice.
CODED = re.compile(
    r"%(?:25){0,3}(?:09|0[AaDd]|2[0BbDdEeFf]|40)"
    r"|&(?:amp;){0,3}(?:#0*(?:9|10|13|32|4[3567]|64|160)(?:;|(?![0-9;]))"
    r"|#[xX]0*(?:9|[aAdD]|2[0bBdDeEfF]|40|[aA]0)(?:;|(?![0-9a-fA-F;]))"
    r"|(?:commat|nbsp|plus|period|sol|hyphen);)"
    r"|\\u00(?:09|0[aAdD]|2[0bBdDeEfF]|40|[aA]0)"
)
# Addresses whose letters are coded one by one hide from programs that gather them. A text is read like that beside the
# way above, and for addresses alone: in "%4111 1111 1111 1111" the first sign of a card would become an A.
HEX = r"(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e])"
SPELT = re.compile(
    rf"{CODED.pattern}|%(?:25){{0,3}}{HEX}|\\u00{HEX}"
    rf"|&(?:amp;){{0,3}}(?:#[xX]0*{HEX}(?:;|(?![0-9a-fA-F;]))"
    r"|#0*(?:3[3-9]|[4-9][0-9]|1[01][0-9]|12[0-6])(?:;|(?![0-9;]))|lowbar;)"
)
LETTER_HEX = r"(?:3[0-9]|4[1-9A-Fa-f]|[56][0-9A-Fa-f]|7[0-9Aa])"
A_LETTER = re.compile(
    rf"%(?:25){{0,3}}{LETTER_HEX}|\\u00{LETTER_HEX}"
    rf"|&(?:amp;){{0,3}}#(?:[xX]0*{LETTER_HEX}|0*(?:4[89]|5[0-7]|6[5-9]|[78][0-9]|9[07-9]|1[01][0-9]|12[0-2]))"
)
# An @ beside which something stands that a reader of the page does not see, or a blank.
MARKED_UP = re.compile(r"(?<=[> ])@|@(?=[<*_`~])")
# With blanks around its @ an address looks like prose ("tomorrow @ cafe.central") or code (`a @ b.mean`): its domain
# has to end as many do, and what stands before it to be no single letter.
COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca "
    "cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo "
    "fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it "
    "je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn "
    "mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps "
    "pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj "
    "tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
WELL_KNOWN = "com org net info edu gov mil biz name app dev cloud online shop tech xyz test example"
APART = re.compile(
    rf" @ (?:[\w-]{{1,63}}\.){{1,8}}(?:{'|'.join(f'{COUNTRIES} {WELL_KNOWN}'.split())})(?![\w(\[-]|\.\w)", re.IGNORECASE
)
MAILBOX = re.compile(r"(?<![\w.+%)\]-])\w[\w.+%-]+\Z")
MAX_LOCAL = 128
MAX_TAGS, MAX_TAG = 4, 200
EMPHASIS = "*_`~"


def plain(text: str, coded: re.Pattern[str] = CODED) -> tuple[str, Sequence[int] | None]:
    """Return the text and the place of each of its signs in what was given, None where they are the same."""
    places: Sequence[int] | None = None
    for read in (partial(_read, coded=coded), _untwisted, _joined):
        text, then = read(text)
        if then is not None:
            places = then if places is None else [places[place] for place in then]
    return text, places


def spells(text: str) -> bool:
    """Tell whether a letter or a digit is coded."""
    return _may_be_coded(text) and bool(A_LETTER.search(text))


def _may_be_coded(text: str) -> bool:
    return any(sign in text for sign in ("%", "&", "\\u00"))


def _read(text: str, coded: re.Pattern[str]) -> tuple[str, Sequence[int] | None]:
    """Return the text with each coded sign as itself, and the place of each sign, that of the end behind them."""
    if not _may_be_coded(text) or not coded.search(text):
        return text, None
    pieces, places, done = list[str](), list[int](), 0
    for found in coded.finditer(text):
        start, end = found.span()
        pieces += text[done:start], _sign(text[start:end])
        places += range(done, start + 1)
        done = end
    return "".join((*pieces, text[done:])), [*places, *range(done, len(text) + 1)]


@lru_cache(1_000)
def _sign(coded: str) -> str:
    if coded[0] == "&":
        return html.unescape(f"&{coded[1:].replace('amp;', '')}")
    return unquote(f"%{coded[-2:]}")  # of %2540 as of \\u0040 the last two digits tell the sign


def _joined(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the text without tags, emphasis or a blank on both sides of an @: `ada<b>@</b>b.example`."""
    if "@" not in text or not MARKED_UP.search(text):
        return text, None
    pieces, places, done = list[str](), list[int](), 0
    for sign in MARKED_UP.finditer(text):
        at = sign.start()
        start, end = _before(text, at, done), _behind(text, at + 1)
        if APART.match(text, at - 1) and MAILBOX.search(text, max(0, at - 1 - MAX_LOCAL), at - 1):
            start, end = at - 1, at + 2
        if start >= done:
            pieces += text[done:start], "@"
            places += (*range(done, start), at)
            done = end
    return "".join((*pieces, text[done:])), [*places, *range(done, len(text) + 1)]


def _before(text: str, place: int, least: int) -> int:
    """Return where the tags begin that end at a place."""
    for _ in range(MAX_TAGS):
        start = text.rfind("<", max(least, place - MAX_TAG), place) if text[place - 1 : place] == ">" else -1
        if start < 0 or text.find(">", start, place - 1) >= 0:
            break
        place = start
    return place


def _behind(text: str, place: int) -> int:
    """Return where the tags or signs of emphasis end that begin at a place."""
    for _ in range(MAX_TAGS):
        end = text.find(">", place, place + MAX_TAG) if text[place : place + 1] == "<" else -1
        if end < 0 or text.find("<", place + 1, end) >= 0:
            break
        place = end + 1
    while text[place : place + 1] in set(EMPHASIS):
        place += 1
    return place


def _untwisted(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the text without signs that nobody sees, and with usual ones in the place of rare ones."""
    if text.isascii() or not (twisted := {ord(sign): _seen(sign) for sign in set(text) if TWISTED.match(sign)}):
        return text, None
    shown = text.translate(twisted)
    if len(shown) == len(text):
        return shown, None
    places = [place for place, sign in enumerate(text) if twisted.get(ord(sign), sign)]
    return shown, [*places, len(text)]


def _seen(sign: str) -> str:
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - WIDE)
    for pattern, seen in ((IS_INVISIBLE, ""), (IS_SPACE, " "), (IS_DASH, "-"), (IS_DOT, ".")):
        if pattern.match(sign):
            return seen
    if sign == "\ufe6b":
        return "@"
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)
