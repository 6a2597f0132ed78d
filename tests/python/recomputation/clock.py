"""The moment of a build, the days of its time zone, and the hours in which people work."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = timedelta(days=1)


@dataclass(frozen=True)
class WorkingHours:
    """From when to when on which days of the week (0: Monday)."""

    opens: timedelta
    closes: timedelta
    days: frozenset[int]


def read_working_hours(text: str | None) -> WorkingHours | None:
    """`09:00-17:00 Mon-Fri`; None where every hour is one."""
    if text is None:
        return None
    hours, _, days = text.strip().lower().partition(" ")
    opens, closes = (timedelta(hours=int(part[:2]), minutes=int(part[3:])) for part in hours.split("-"))
    found: set[int] = set()
    for part in (days.strip() or "mon-sun").split(","):
        ends = [_WEEK.index(name) for name in part.split("-")]
        first, last = ends[0], ends[-1]
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return WorkingHours(opens, closes, frozenset(found))


@dataclass(frozen=True)
class Clock:
    """The moment and the settings that attributes depend on."""

    as_of: datetime
    engagement_window_days: int
    horizon_half_lives: Fraction
    zone: ZoneInfo
    working_hours: WorkingHours | None

    def local(self, moment: datetime) -> datetime:
        """What clocks of the zone show."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)

    def day(self, moment: datetime) -> date:
        """The calendar day of a moment."""
        return self.local(moment).date()

    @property
    def today(self) -> date:
        """date(as_of)."""
        return self.day(self.as_of)

    def days_ago(self, moment: datetime) -> int:
        """How many calendar days before today."""
        return (self.today - self.day(moment)).days

    def in_last_days(self, moment: datetime, days: int | None) -> bool:
        """Whether the moment lies in the calendar days that end today, no later than as_of itself."""
        return moment <= self.as_of and (days is None or self.days_ago(moment) < days)

    def hours_later(self, moment: datetime, hours: Fraction) -> datetime:
        """So many hours of working time later, in whole seconds."""
        left = timedelta(seconds=int(hours * 3600 + Fraction(1, 2)))
        if self.working_hours is None:
            return moment + left
        week, local = self.working_hours, self.local(moment)
        day, now = local.date(), local - datetime.combine(local.date(), time())
        while True:
            if day.weekday() in week.days and now < week.closes:
                begins = max(now, week.opens)
                if left <= week.closes - begins:
                    due = datetime.combine(day, time()) + begins + left
                    return due.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)
                left -= week.closes - begins
            day, now = day + _MIDNIGHT, timedelta(0)

    def burst(self, moment: datetime, once_per: str) -> tuple[int, ...]:
        """The calendar minute, hour or day of a moment."""
        local = self.local(moment)
        parts = (local.year, local.month, local.day, local.hour, local.minute)
        return parts[: {"day": 3, "hour": 4, "minute": 5}[once_per]]
