"""How a single cell is read: text as a loader left it, or a typed value, becomes a Python value or is unreadable."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters with the Unicode property White_Space (``str.strip`` alone would also take the ASCII separators)."""

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(Z| UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


_RUN_OF_WHITE_SPACE = re.compile(f"[{WHITE_SPACE}]+")


class Unreadable(ValueError):
    """The cell holds something, but nothing that its column can hold."""


def utc(moment: datetime) -> datetime:
    """The moment as a naive UTC timestamp; a naive one already is."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def as_text(value: object) -> str | None:
    """The trimmed text of a raw cell; null where nothing is left of it. A typed value is written out first."""
    if value is None:
        return None
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, datetime):
        value = utc(value).isoformat(sep=" ")
    elif isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, float | Decimal):
        value = _plain(value)
    return str(value).strip(WHITE_SPACE) or None


def _plain(number: float | Decimal) -> str:
    """A typed number as the one text that its value has, whatever its type: 1.000 and 1.0 are 1."""
    if isinstance(number, float):
        return str(int(number)) if abs(number) < 9e18 and number.is_integer() else repr(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_text(text: str) -> str:
    """Any text can be read."""
    return text


def read_name(text: str) -> str:
    """A text that is compared with others: in Unicode NFC, each run of white space as one blank."""
    return _RUN_OF_WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", text))


def read_flag(text: str) -> bool:
    """true/false, t/f, yes/no, y/n or 1/0, in any case; also 1 and 0 as numbers are written, such as 1.0."""
    word = text.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    number = float(read_signed_number(text))
    if number not in (0, 1):
        raise Unreadable(text)
    return number == 1


def read_signed_number(text: str) -> Fraction:
    """A plain or scientific number that is finite, exactly as written."""
    if not _NUMBER.fullmatch(text):
        raise Unreadable(text)
    approximate = float(text)
    if math.isinf(approximate):
        raise Unreadable(text)
    return Fraction(Decimal(text)) if approximate else Fraction(0)


def read_number(text: str) -> Fraction:
    """A number that is not negative."""
    number = read_signed_number(text)
    if number < 0:
        raise Unreadable(text)
    return number


def read_percentage(text: str) -> Fraction:
    """A number from 0 to 100."""
    number = read_number(text)
    if number > 100:
        raise Unreadable(text)
    return number


def read_ordinal(text: str) -> int:
    """A whole number of at least 1 that a four-byte integer holds."""
    number = read_number(text)
    if number.denominator != 1 or not 1 <= number < 2**31:
        raise Unreadable(text)
    return int(number)


def read_timestamp(text: str) -> datetime:
    """An ISO 8601 date or timestamp as a naive UTC timestamp; a date is its midnight, digits past microseconds drop."""
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        raise Unreadable(text)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros)
        return moment - _offset(offset)
    except (ValueError, OverflowError) as error:
        raise Unreadable(text) from error


def _offset(text: str | None) -> timedelta:
    """What an offset such as Z, +02, +0200 or +02:00 adds to UTC."""
    if text is None or text in ("Z", " UTC"):
        return timedelta(0)
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise Unreadable(text)
    size = timedelta(hours=hours, minutes=minutes)
    return -size if text[0] == "-" else size


def read_date(text: str) -> date:
    """A date, or the UTC day of a timestamp."""
    return read_timestamp(text).date()


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of a category: one of the words, in any case, kept in lower case."""

    def read_category(text: str) -> str:
        word = read_name(text).lower()
        if word not in words:
            raise Unreadable(text)
        return word

    return read_category


def round_half_up(number: Fraction | int, places: int) -> Fraction:
    """The number rounded to so many decimals, halves away from zero, exactly."""
    scale = 10**places
    size = math.floor(abs(number) * scale + Fraction(1, 2))
    return Fraction(-size if number < 0 else size, scale)


GREATEST_AMOUNT = 10**15


def as_amount(number: Fraction | None) -> Fraction | None:
    """An amount as it is added up: ten decimals, and no more than can be added."""
    return None if number is None else round_half_up(min(number, Fraction(GREATEST_AMOUNT)), 10)


def sum_of_amounts(numbers: Iterable[Fraction | None]) -> Fraction | None:
    """The sum of the amounts that are known; None if none is."""
    amounts = [amount for amount in map(as_amount, numbers) if amount is not None]
    return sum(amounts, Fraction(0)) if amounts else None


def published(number: Fraction | int) -> Fraction:
    """A number as the published tables hold it: six decimals. Comparisons between published numbers use this."""
    return round_half_up(number, 6)
