"""Reads the small values in cells: durations, marks of attendance, team paths, zones, languages, working weeks."""

import difflib
import re
import unicodedata
import zoneinfo
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from coachfollow.rules import rotas
from coachfollow.rules.kinds import AttendanceState

LONGEST = 300
LONGEST_MEETING = 7 * 24 * 3600
_HOURS_OF_A_DAY = 24

_NEAR = 0.75  # how alike the name of a city has to be to be suggested

_NOTHING = {"-", "–", "—", "n/a", "#n/a"}
# Marks of direction and invisible spaces come along when a cell is copied; joiners stay, scripts need them.
_INVISIBLE = {"Cc", "Cs"}
_MARKS = set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")

_PART = re.compile(r"(\d{1,6}(?:[.,]\d{1,6})?)\s*([^\d\s.,:]*)\.?[\s,]*")
_CLOCK = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?")
# How “hour”, “minute” and “second” begin in reports of many languages; a space ends a unit of one letter.
_UNITS = {
    3600: ("h", "std", "stunde", "t", "g", "u", "o", "ó", "sa", "ч", "г", "ώ", "시", "時", "小"),  # noqa: RUF001 - the letters are meant
    60: ("m", "dk", "м", "хв", "λ", "분", "分"),
    1: ("s ", "sec", "sek", "seg", "sn", "с", "δ", "초", "秒"),  # noqa: RUF001 - likewise
}

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_PATH = re.compile(r"\s+[/>\u203a\u00bb]\s+")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")

_JOINING = re.compile(r"(a |se |se ha |s est )?(re)?(join|beigetreten|teilgenommen|participe|unido|unio)")
_LEAVING = re.compile(r"(a |se |ha |hat )?(left|leave|verlassen|parti|quitte|salio|salido|abandon)")

_YES = "yes y x 1 true ✓ ✔ ☑ ✅ ja j wahr oui o vrai sí s verdadero tak t prawda vero"
_NO = "no n 0 false ☐ nein falsch non faux falso nie fałsz"
_STATES: Mapping[AttendanceState, str] = {
    AttendanceState.PRESENT: f"{_YES} present attended attend p completed complete joined ok "
    "anwesend teilgenommen dabei présent présente participé a_participé presente asistió asistio participó "
    "obecny obecna presenti partecipato ha_partecipato",
    AttendanceState.PARTIAL: "partial partly partially late l teilweise zeitweise verspätet partiel partielle "
    "partiellement retard en_retard parcial parcialmente tarde częściowo spóźniony spóźniona parziale parzialmente "
    "in_ritardo",
    AttendanceState.ABSENT: f"{_NO} absent a no_show noshow did_not_attend not_attended did_not_join missed "
    "✗ ✘ ❌ abwesend fehlt gefehlt nicht_teilgenommen nicht_anwesend nicht_erschienen absente "
    "n_a_pas_participé ausente no_asistió faltó nieobecny nieobecna assente non_ha_partecipato",
    AttendanceState.EXCUSED: "excused e excused_absence authorised_absence apologies sick entschuldigt krank "
    "excusé excusée justifié justifiée justificado justificada excusado excusada usprawiedliwiony usprawiedliwiona "
    "giustificato giustificata",
    AttendanceState.INVITED: "invited registered enrolled eingeladen angemeldet registriert invité invitée inscrit "
    "inscrite invitado invitada inscrito inscrita registrado registrada zaproszony zaproszona invitato invitata "
    "iscritto iscritta",
}


def clean(text: str) -> str:
    """One line without odd spaces and invisible signs; empty where the cell only says that it is empty."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join("".join(char for char in text if not _is_invisible(char)).split())
    return "" if text.casefold() in _NOTHING else text


def _is_invisible(char: str) -> bool:
    return char in _MARKS or unicodedata.category(char) in _INVISIBLE


def duration(text: str) -> int | None:
    """Seconds of “1h 2m 10s” in any language, “1:02:10”, “1:02” (hours) or “62” (minutes); None if it is none."""
    if _NUMBER.fullmatch(text):
        seconds = _number(text) * 60
    elif clock := _CLOCK.fullmatch(text):
        seconds = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    else:
        seconds = _with_units(text)
    return int(seconds) if 0 <= seconds <= LONGEST_MEETING else None


def undecided(text: str) -> int | None:
    """Seconds of what stands in a column that may count hours; ValueError where a bare number could be either."""
    if _NUMBER.fullmatch(text) and _number(text) < _HOURS_OF_A_DAY:
        either = f"“{text}” may be hours or minutes here"
        raise ValueError(f"{either}; name the column “Hours” or “Minutes”, or write 2.5 h")
    return duration(text)


def may_be_hours(text: str) -> bool:
    """Whether this is a number with decimals, and as few as the hours of a day."""
    return bool(_NUMBER.fullmatch(text)) and not text.isdecimal() and _number(text) < _HOURS_OF_A_DAY


def hours(text: str) -> int | None:
    """Seconds of what stands in a column of hours: “3,5” are hours there, the rest is what it is anywhere."""
    return duration(f"{text} h" if _NUMBER.fullmatch(text) else text)


def _with_units(text: str) -> float:
    """Add up numbers with units; three are told by their places, even if we do not know a unit; -1 if unclear."""
    text = text.casefold().removeprefix("pt")
    parts = _PART.findall(text)
    if not 1 <= len(parts) <= len(_UNITS) or _PART.sub("", text):
        return -1
    found = [_size_of(unit) for _, unit in parts]
    sizes = list(_UNITS) if len(parts) == len(_UNITS) else found
    if 0 in sizes or any(size not in {0, place} for size, place in zip(found, sizes, strict=True)):
        return -1
    return sum(_number(number) * size for (number, _), size in zip(parts, sizes, strict=True))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _size_of(unit: str) -> int:
    return next((size for size, starts in _UNITS.items() if f"{unit} ".startswith(starts)), 0)


def fold(text: str) -> str:
    """Lower case without accents and signs, words with one space between them."""
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in letters if not unicodedata.combining(char))
    return _BETWEEN_WORDS.sub(" ", text.casefold()).strip()


_SIGNS = {word: state for state, words in _STATES.items() for word in words.split() if not fold(word)}
_WORDS = {fold(word): state for state, words in _STATES.items() for word in words.split() if fold(word)}


def status(text: str) -> AttendanceState:
    """The state that a mark or a word means in the languages of `_STATES`; “P (2/2)” is “P”."""
    bare = text.partition("(")[0].strip() or text
    state = _SIGNS.get(bare) or _WORDS.get(fold(bare))
    if state is None:
        raise ValueError(
            f"“{text}” is not a state we know; write present, partial, absent, excused or invited"
        )
    return state


def absence(text: str) -> AttendanceState:
    """The state that a mark under “Absent” means: a yes is an absence there, a no is none."""
    bare = text.partition("(")[0].strip() or text
    if _is_one_of(_YES, bare):
        return AttendanceState.ABSENT
    return AttendanceState.PRESENT if _is_one_of(_NO, bare) else status(text)


def _is_one_of(words: str, text: str) -> bool:
    return any(text == word or (fold(word) and fold(text) == fold(word)) for word in words.split())


def is_yes(text: str) -> bool:
    """Whether a flag is set."""
    return _WORDS.get(fold(text)) is AttendanceState.PRESENT


def is_joining(action: str) -> bool:
    """Whether an entry of a log is a joining; otherwise it is a leaving."""
    plain = fold(action)
    if _JOINING.match(plain):
        return True
    if _LEAVING.match(plain):
        return False
    raise ValueError(f"“{action}” is neither joining nor leaving; write Joined or Left")


def is_organiser(role: str) -> bool:
    """Whether a role is that of the person who held the meeting; presenters are participants in most reports."""
    plain = fold(role)
    return "organi" in plain or plain in {"host", "co host", "gastgeber", "hote", "anfitrion"}


def team(text: str) -> tuple[str, ...]:
    """The path “Directorate / Department / Team” as names; a slash without spaces belongs to a name."""
    return tuple(name for part in _PATH.split(text) if (name := part.strip(" /")))


def zone(text: str) -> str:
    """The name of a time zone as the database writes it."""
    found = _zones().get(_as_zone(text))
    if found is None:
        raise ValueError(f"“{text}” is not a time zone we know; {_nearest_zones(text)}")
    return found


@lru_cache(maxsize=1024)
def _nearest_zones(text: str) -> str:
    """A hint; cities with another first letter are not looked at, as a list may have a wrong zone in every row."""
    wanted = _as_zone(text).rpartition("/")[2]
    cities = _cities().get(wanted[:1], {})
    near = [cities[city] for city in difflib.get_close_matches(wanted, cities, n=3, cutoff=_NEAR)]
    return f"did you mean {', '.join(near)}?" if near else "write it like Europe/Berlin"


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, Mapping[str, str]]:
    """Zones by city, by its first letter."""
    cities: dict[str, dict[str, str]] = defaultdict(dict)
    for name, found in _zones().items():
        city = name.rpartition("/")[2]
        cities[city[:1]][city] = found
    return cities


def _as_zone(text: str) -> str:
    return text.casefold().replace(" ", "_")


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones())}


def user_name(text: str) -> str | None:
    """The name of an account; it looks like an address, even where it is none, and anything else is no name."""
    return text.lower() if "@" in text else None


def locale(text: str) -> str:
    """A language as “de” or “de-CH”."""
    match = _LOCALE.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text}” is not a language; write for example en, de or de-CH")
    language, script, region = match.groups()
    parts = (language.lower(), script and script.title(), region and region.upper())
    return "-".join(part for part in parts if part)


def week(text: str) -> str:
    """A working week, or weeks that take turns, as the rules write them."""
    return rotas.canonical(text)
