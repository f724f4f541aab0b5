"""Deadlines worked out day by day, the way a person with a wall calendar would: slow, plain, and no SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)


class Oracle:
    """Deadlines of one line for one zone and one set of rest days."""

    def __init__(self, zone: str, rests: Callable[[dt.date], bool]) -> None:
        self.zone = ZoneInfo(zone)
        self.rests = rests

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.replace(tzinfo=dt.UTC).astimezone(self.zone)

    def moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        # fold: where the clock strikes 23:59:59 twice (Santiago), a day ends with the second
        return dt.datetime.combine(day, time, tzinfo=self.zone).replace(fold=1).astimezone(dt.UTC).replace(tzinfo=None)

    def walk(self, day: dt.date, steps: int, unit: str, closed: frozenset[dt.date] = frozenset()) -> dt.date:
        while steps > 0:
            day += DAY
            if day not in closed and not (unit == "business_day" and self.rests(day)):
                steps -= 1
        return day

    def standard(self, line, order, start, closed=frozenset()) -> dt.datetime:
        if line.unit == "hour":
            return start + dt.timedelta(hours=line.amount + 24 * self.shift(line, start, closed))
        day = self.local(start).date()
        late = self.rests(day) or day in closed
        if line.cutoff is not None:
            late = late or self.local(start).time() >= line.cutoff
        steps = line.amount if line.cutoff is None or not late else line.amount_after_cutoff
        if line.handling:
            day = self.walk(day, order["handling_days"], order["handling_unit"], closed)
        return self.moment(self.walk(day, steps, line.unit, closed), line.due_time)

    def shift(self, line, start, closed) -> int:
        """How many closed days an hour clock meets, from its own day on."""
        day, open_days, shift = self.local(start).date(), 0, 0
        needed = -(-line.amount // 24)
        shift += day in closed
        while open_days < needed:
            day += DAY
            if day in closed:
                shift += 1
            else:
                open_days += 1
        return shift if closed else 0

    def extended(self, line, order, start, window) -> dt.datetime:
        amount, unit = window["amount"], window["unit"]
        if window["action"] == "fixed":
            return window["fixed_at"]
        if window["action"] == "replace":
            if unit == "hour":
                return start + dt.timedelta(hours=amount)
            return self.moment(self.walk(self.local(start).date(), amount, unit), line.due_time)
        due = self.standard(line, order, start)
        if unit == "hour":
            return due + dt.timedelta(hours=amount)
        day = self.local(due).date()
        end = self.walk(day, amount, unit)
        if line.unit == "hour":
            return due + (end - day)
        return self.moment(end, line.due_time)

    def closed_days(self, windows) -> frozenset[dt.date]:
        days: set[dt.date] = set()
        for window in windows:
            day, last = self.local(window["from_at"]).date(), self.local(window["to_at"]).date()
            while day <= last:
                days.add(day)
                day += DAY
        return frozenset(days)

    def modes(self, line, order, start, windows, buffer) -> dict[str, dt.datetime]:
        """The deadline under each mode, from the windows that name this line's stage and this order's place."""
        fits = [
            w
            for w in windows
            if (line.stage in ("rts", "dispatch") if w["stage"] is None else w["stage"] == line.stage)
            and w["warehouse"] in (None, order["warehouse"])
            and w["handover"] in (None, order["handover"])
        ]
        mine = self.closed_days(w for w in fits if w["mode"] == "holiday") if buffer else frozenset()
        standard = self.standard(line, order, start)
        own = max(standard, self.standard(line, order, start, mine)) if mine else standard
        found = {"standard": standard, "holiday": own, "extension": standard, "effective": own}
        for window in fits:
            if window["mode"] == "holiday" or not (window["opted_in"] or window["automatic"]):
                continue
            if not window["from_at"] <= order["created_at"] <= window["to_at"]:
                continue
            due = self.extended(line, order, start, window)
            found["effective"] = max(found["effective"], due)
            if window["mode"] == "extension":
                found["extension"] = max(found["extension"], due)
                if window["reason"] == "holiday":
                    found["holiday"] = max(found["holiday"], due)
        return found
