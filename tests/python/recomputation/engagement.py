"""Hot, warm or cold: which triggers hold, since when nobody answered, and until when somebody should."""

import math
from dataclasses import dataclass
from datetime import date, datetime

from .clock import Clock
from .reading import Record
from .rules import Trigger
from .signals import by_time


@dataclass(frozen=True)
class Engagement:
    """An account's status with the trigger that was completed first."""

    status: str
    trigger: str | None = None
    since: datetime | None = None
    respond_by: datetime | None = None
    answered_at: datetime | None = None
    response_status: str | None = None
    due: datetime | None = None
    """respond_by, answered or not."""


def engagement(
    signals: list[Record], triggers: tuple[Trigger, ...], clock: Clock, outbound: list[datetime]
) -> Engagement:
    """Hot if any hot trigger holds, else warm if any warm one does, else cold. What came up to the last outbound
    activity is answered: since when, is told of what came after it, if that alone completed a trigger of the status.

    ``outbound`` are the moments at which a rep turned to the account.
    """
    last_outbound = max(outbound, default=None)
    for status in ("hot", "warm"):
        of_status = [trigger for trigger in triggers if trigger.status == status]
        holding = [(trigger, moment) for trigger in of_status if (moment := completion(trigger, signals, clock))]
        if not holding:
            continue
        after = [
            signal
            for signal in signals
            if clock.in_last_days(signal["occurred_at"], clock.engagement_window_days)
            and (last_outbound is None or signal["occurred_at"] > last_outbound)
        ]
        open_ones = [(trigger, moment) for trigger in of_status if (moment := first_completion(trigger, after, clock))]
        trigger, since = min(open_ones or holding, key=_earliest)
        hours = trigger.respond_within_hours
        due = None if hours is None else clock.hours_later(since, hours)
        answered_at = None
        if status == "hot" and not open_ones:
            answered_at = min((moment for moment in outbound if moment >= since), default=last_outbound)
        return Engagement(
            status,
            trigger.trigger,
            since,
            due if open_ones else None,
            answered_at,
            response(due, answered_at, bool(open_ones), clock.as_of) if status == "hot" else None,
            due,
        )
    return Engagement("cold")


def response(due: datetime | None, answered_at: datetime | None, is_open: bool, as_of: datetime) -> str | None:
    """Whether a hot account was answered in time."""
    if due is None:
        return None
    if is_open:
        return "overdue" if due < as_of else "due"
    if answered_at is None:
        return None
    return "answered_in_time" if answered_at <= due else "answered_late"


def _earliest(completed: tuple[Trigger, datetime]) -> tuple[object, ...]:
    """The order of completed triggers: by moment, name, and signal type, none last."""
    trigger, moment = completed
    return moment, trigger.trigger.encode(), trigger.signal_type is None, (trigger.signal_type or "").encode()


def completion(trigger: Trigger, signals: list[Record], clock: Clock) -> datetime | None:
    """When the signal that completed the trigger occurred, by its window as of now; None while it does not hold."""
    window = [signal for signal in signals if clock.in_last_days(signal["occurred_at"], trigger.window_days)]
    counted = counting(trigger, window, clock)
    return counted[needed(trigger) - 1] if len(counted) >= needed(trigger) else None


def first_completion(trigger: Trigger, signals: list[Record], clock: Clock) -> datetime | None:
    """The first moment at which enough of the signals lay in the window that ended with its day."""
    counted = counting(trigger, signals, clock)
    for place, moment in enumerate(counted):
        begun = place + 1 - needed(trigger)
        if begun >= 0 and _within(clock.day(counted[begun]), clock.day(moment), trigger.window_days):
            return moment
    return None


def _within(first: date, last: date, days: int | None) -> bool:
    return days is None or (last - first).days < days


def needed(trigger: Trigger) -> int:
    """How many signals complete a trigger; of those that carry a value one."""
    return max(1, math.ceil(trigger.min_value or 1)) if trigger.metric == "signals" else 1


def counting(trigger: Trigger, signals: list[Record], clock: Clock) -> list[datetime]:
    """The moments of the signals that count for a trigger, in their order; of a burst that counts once, the first."""
    moments, seen = [], set()
    for signal in sorted(signals, key=by_time):
        if trigger.signal_type not in (None, signal["signal_type"]):
            continue
        value = signal["signal_value"]
        if trigger.signal_type is None and value is None:
            continue  # without a type it looks at what carries a value
        if trigger.metric == "signal_value" and (value is None or value < (trigger.min_value or 0)):
            continue
        if trigger.count_once_per != "signal":
            burst = (signal["contact_id"], clock.burst(signal["occurred_at"], trigger.count_once_per))
            if burst in seen:
                continue
            seen.add(burst)
        moments.append(signal["occurred_at"])
    return moments
