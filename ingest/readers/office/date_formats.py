"""Days, times and durations under a format code, in the order that the code gives them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pincite.ingest.readers.office.number_places import Token

_DAY = 86_400  # seconds
_LAST_DAY = 2_958_465  # 9999-12-31
_NAMES = {  # by the language of the format code: months, then weekdays from Monday
    0x09: (
        "January February March April May June July August September October November December",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    ),
    0x07: (
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    ),
    0x0C: (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    ),
    0x0A: (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
    ),
    0x10: (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    ),
    0x13: (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    ),
    0x16: (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    ),
    0x1D: (
        "januari februari mars april maj juni juli augusti september oktober november december",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
    ),
    0x06: (
        "januar februar marts april maj juni juli august september oktober november december",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    ),
}
_ENGLISH = 0x09
_SHORT_DAY = {0x07: 2, 0x13: 2}  # letters of a weekday's short name; three elsewhere


def is_date_part(kind: str) -> bool:
    """Whether a token of this kind makes its section one of dates and times."""
    return kind in ("date", "elapsed", "ampm")


def date_text(tokens: Sequence[Token], value: float, from_1904: bool, language: int) -> str | None:
    """A day number as a date or time; None for one that is no day (negative, or after 9999)."""
    elapsed = any(token.kind == "elapsed" for token in tokens)
    if not elapsed and not 0 <= value < _LAST_DAY + 1:
        return None
    places = _second_places(tokens)
    units = round(abs(value) * _DAY * 10**places)
    seconds, fraction = divmod(units, 10**places)
    day, clock = divmod(seconds, _DAY)
    if not elapsed and day > _LAST_DAY:
        return None
    names = _NAMES.get(language, _NAMES[_ENGLISH])
    half = any(token.kind == "ampm" for token in tokens)
    out: list[str] = []
    for i, token in enumerate(tokens):
        letters = token.text.lower()
        if token.kind == "elapsed":
            out.append(str(seconds // {"h": 3600, "m": 60, "s": 1}[letters[0]]).zfill(len(letters)))
        elif token.kind == "ampm":
            mark = "PM" if clock >= _DAY // 2 else "AM"
            out.append(mark if "M" in token.text.upper() else mark[0])
        elif token.kind == "date" and (letters[0] in "hs" or _is_minute(tokens, i)):
            out.append(_clock_part(letters, clock, half))
        elif token.kind == "date":
            out.append(_day_part(letters, _date(day, from_1904), names, language))
        elif token.kind == "sign" and token.text == "0" and places:
            continue  # said with its point
        elif token.kind == "sign" and token.text == "." and _next(tokens, i) == "0":
            out.append(f".{fraction:0{places}d}")
        elif token.kind in ("quoted", "escaped", "plain") or token.text in "/.,":
            out.append(token.text)
    return ("-" if value < 0 else "") + "".join(out)


def _second_places(tokens: Sequence[Token]) -> int:
    """How many digits of a second are shown: the noughts after ``s.``"""
    for i, token in enumerate(tokens):
        if token.kind == "sign" and token.text == ".":
            run = 0
            while i + 1 + run < len(tokens) and tokens[i + 1 + run].text == "0":
                run += 1
            return min(run, 3)
    return 0


def _next(tokens: Sequence[Token], i: int) -> str:
    return tokens[i + 1].text if i + 1 < len(tokens) else ""


def _is_minute(tokens: Sequence[Token], i: int) -> bool:
    """Whether an ``m`` is minutes: it follows hours, or seconds follow it."""
    if tokens[i].text[0] not in "mM" or len(tokens[i].text) > 2:
        return False
    timed = [t.text[0].lower() for t in tokens[:i] if t.kind in ("date", "elapsed")]
    after = next((t.text[0].lower() for t in tokens[i + 1 :] if t.kind in ("date", "elapsed")), "")
    return timed[-1:] == ["h"] or after == "s"


def _clock_part(letters: str, clock: int, half: bool) -> str:
    hour = clock // 3600
    if letters[0] == "h":
        number = (hour - 1) % 12 + 1 if half else hour
    else:
        number = clock % 60 if letters[0] == "s" else clock // 60 % 60
    return str(number).zfill(min(len(letters), 2))


def _date(day: int, from_1904: bool) -> tuple[int, int, int, int]:
    """Year, month, day and weekday of a day number."""
    if from_1904:
        date = dt.date(1904, 1, 1) + dt.timedelta(day)
    elif day == 60:  # a day that never was, kept for the sake of an older program
        return 1900, 2, 29, 2
    elif day == 0:
        return 1900, 1, 0, 5
    else:
        date = dt.date(1899, 12, 31 if day < 60 else 30) + dt.timedelta(day)
    return date.year, date.month, date.day, date.weekday()


def _day_part(
    letters: str, date: tuple[int, int, int, int], names: tuple[str, str], language: int
) -> str:
    year, month, day, weekday = date
    months, days = names[0].split(), names[1].split()
    match letters[0], len(letters):
        case "y", 1 | 2:
            return f"{year % 100:02d}"
        case "y" | "e", _:
            return str(year)
        case "m", 1 | 2:
            return str(month).zfill(len(letters))
        case "m", 3:
            return months[month - 1][:3]
        case "m", 4:
            return months[month - 1]
        case "m", _:
            return months[month - 1][:1]
        case "d", 1 | 2:
            return str(day).zfill(len(letters))
        case "d", 3:
            return days[weekday][: _SHORT_DAY.get(language, 3)]
        case "d", _:
            return days[weekday]
        case _:
            return ""  # names of eras
