"""Hot, warm or cold: which triggers hold, and the signal that completed the first of them."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from .reading import Record
from .rules import Trigger
from .signals import by_time, in_last_days


@dataclass(frozen=True)
class Engagement:
    """An account's status with the trigger that was completed first."""

    status: str
    trigger: str | None = None
    since: datetime | None = None
    respond_by: datetime | None = None


def engagement(signals: list[Record], triggers: tuple[Trigger, ...], as_of: datetime) -> Engagement:
    """Hot if any hot trigger holds, else warm if any warm one does, else cold."""
    for status in ("hot", "warm"):
        completed = [
            (moment, trigger.trigger, trigger)
            for trigger in triggers
            if trigger.status == status and (moment := completion(trigger, signals, as_of)) is not None
        ]
        if completed:
            since, name, trigger = min(completed, key=lambda found: found[:2])
            hours = trigger.respond_within_hours
            respond_by = None if hours is None else since + timedelta(hours=float(hours))
            return Engagement(status, name, since, respond_by)
    return Engagement("cold")


def completion(trigger: Trigger, signals: list[Record], as_of: datetime) -> datetime | None:
    """When the signal that completed the trigger occurred; None while the trigger does not hold."""
    window = sorted(
        (
            signal
            for signal in signals
            if trigger.signal_type in (None, signal["signal_type"])
            and in_last_days(signal["occurred_at"], trigger.window_days, as_of)
        ),
        key=by_time,
    )
    if trigger.metric == "signal_value":
        window = [
            signal
            for signal in window
            if signal["signal_value"] is not None and signal["signal_value"] >= (trigger.min_value or 0)
        ]
        needed = 1
    else:
        needed = max(1, math.ceil(trigger.min_value or 1))
    return window[needed - 1]["occurred_at"] if len(window) >= needed else None
