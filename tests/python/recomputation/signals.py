"""Decay: what signals are still worth."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction

from .clock import Clock
from .reading import Record
from .rules import SignalType
from .values import round_half_up

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


def by_time(signal: Record) -> tuple[datetime, bytes]:
    """The order of signals: occurred_at, then signal_id in byte order."""
    return signal["occurred_at"], signal["signal_id"].encode("utf-8", "surrogatepass")


def worth(kind: SignalType, occurred_at: datetime, as_of: datetime, horizon_half_lives: Fraction) -> Fraction:
    """points * 2^(-age / half-life), nothing beyond the horizon; a type without a half-life does not decay."""
    if kind.half_life_days is None:
        return kind.points
    age_days = Fraction((as_of - occurred_at) // _MICROSECOND, _DAY // _MICROSECOND)
    half_lives = age_days / kind.half_life_days
    if half_lives > horizon_half_lives:
        return Fraction(0)
    return round_half_up(Fraction(float(kind.points) * 2.0 ** -float(half_lives)), 10)


def decayed_points(signals: Iterable[Record], types: dict[str, SignalType], as_of: datetime, clock: Clock) -> Fraction:
    """What an account's signals are worth together: the daily limit a contact first, then decay, then the caps."""
    by_day: dict[tuple[str, str | None, date], list[Record]] = {}
    for signal in signals:
        if signal["occurred_at"] <= as_of:
            day = (signal["signal_type"], signal["contact_id"], clock.day(signal["occurred_at"]))
            by_day.setdefault(day, []).append(signal)

    sums: dict[str, Fraction] = {}
    for (name, _, _), of_day in by_day.items():
        kind = types[name]
        of_day.sort(key=by_time, reverse=True)
        for signal in of_day[: kind.daily_limit_per_contact]:
            sums[name] = sums.get(name, Fraction(0)) + worth(
                kind, signal["occurred_at"], as_of, clock.horizon_half_lives
            )

    total = Fraction(0)
    for name, points in sums.items():
        cap = types[name].max_points
        total += points if cap is None else min(points, cap)
    return total
