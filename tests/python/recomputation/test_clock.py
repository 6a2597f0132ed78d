"""Days and working hours by hand, also where clocks are changed."""

from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from recomputation.clock import Clock, read_working_hours


def clock(zone: str, working_hours: str | None = None) -> Clock:
    """A clock of a Tuesday evening in summer."""
    week = read_working_hours(working_hours)
    return Clock(datetime(2026, 6, 30, 22, 30), 90, Fraction(10), ZoneInfo(zone), week)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", datetime(2026, 6, 30, 23, 59, 59), date(2026, 6, 30)),
        ("Europe/Berlin", datetime(2026, 6, 30, 21, 59, 59), date(2026, 6, 30)),
        ("Europe/Berlin", datetime(2026, 6, 30, 22), date(2026, 7, 1)),
        ("Europe/Berlin", datetime(2026, 3, 28, 22, 59, 59), date(2026, 3, 28)),  # winter: an hour later
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, 59), date(2026, 3, 29)),  # a day of 23 hours
        ("Asia/Kolkata", datetime(2026, 6, 30, 18, 30), date(2026, 7, 1)),
    ],
)
def test_a_day_is_one_of_the_zone(zone, moment, day):
    assert clock(zone).day(moment) == day


@pytest.mark.parametrize(
    ("hours", "since", "due"),
    [
        (4, "2026-06-30 07:00", "2026-06-30 11:00"),  # 09:00 in Berlin
        (4, "2026-06-30 05:00", "2026-06-30 11:00"),  # before they open
        (8, "2026-06-30 07:00", "2026-06-30 15:00"),  # just when they close
        (4, "2026-06-30 13:00", "2026-07-01 09:00"),  # two hours today, two tomorrow
        (4, "2026-06-30 15:00", "2026-07-01 11:00"),  # at closing time tomorrow begins
        (4, "2026-07-03 14:30", "2026-07-06 10:30"),  # over the weekend
        (4, "2026-07-04 10:00", "2026-07-06 11:00"),
        (20, "2026-07-02 13:00", "2026-07-07 09:00"),  # 2, 8, 8 and 2 hours
        (4, "2026-03-27 15:00", "2026-03-30 10:00"),  # 15:00 UTC is 16:00, then summer time: 3 hours from 09:00
        (0, "2026-07-04 10:00", "2026-07-06 07:00"),
        (Fraction(1, 7200), "2026-06-30 07:00", "2026-06-30 07:00:01"),  # half a second is rounded up
    ],
)
def test_hours_of_work(hours, since, due):
    berlin = clock("Europe/Berlin", "09:00-17:00 Mon-Fri")
    assert berlin.hours_later(datetime.fromisoformat(since), Fraction(hours)) == datetime.fromisoformat(due)


def test_every_hour_is_one_unless_said_otherwise():
    moment = datetime(2026, 7, 4, 22)
    assert clock("Europe/Berlin").hours_later(moment, Fraction(4)) == datetime(2026, 7, 5, 2)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("09:00-17:00 Mon-Fri", {0, 1, 2, 3, 4}),
        ("09:00-17:00 sun-thu", {6, 0, 1, 2, 3}),
        ("09:00-24:00 Mon,Wed", {0, 2}),
        ("09:00-17:00 Mon-Tue,Sat", {0, 1, 5}),
        ("09:00-17:00", {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_days_of_work(text, days):
    week = read_working_hours(text)
    assert week is not None
    assert week.days == days


def test_as_of_is_in_utc():
    now = clock("Asia/Kolkata")
    assert now.local(now.as_of).replace(tzinfo=ZoneInfo("Asia/Kolkata")).astimezone(UTC).hour == 22
