"""Deadlines worked out day by day, as a person with a wall calendar and the policy would: slow, plain, no SQL."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
MODES = ("standard", "holiday", "extension", "effective")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Oracle:
    """Every deadline and outcome of an order under one policy."""

    def __init__(self, policy, windows, as_of):
        self.policy, self.as_of = policy, as_of
        self.zone = ZoneInfo(policy.zone)
        self.windows = [*map(self._notice, filter(self._holds, policy.windows)), *filter(_in_force, windows)]
        self._rests, self._walks = {}, {}

    # ------------------------------------------------------------------------------------------------------- calendar

    def local(self, moment):
        return moment.replace(tzinfo=dt.UTC).astimezone(self.zone)

    def moment(self, day, time):
        # fold: where the clock strikes 23:59:59 twice (Santiago), a day ends with the second
        return dt.datetime.combine(day, time, tzinfo=self.zone).replace(fold=1).astimezone(dt.UTC).replace(tzinfo=None)

    def rests(self, name, day):
        if name is None:
            return False
        if (name, day) not in self._rests:
            calendar = self.policy.calendars[name]
            public = calendar.holidays and day in _holidays(calendar.holidays, calendar.observed, day.year)
            off = WEEKDAYS[day.weekday()] in calendar.rest_weekdays or public or day in calendar.add
            self._rests[name, day] = bool(off) and day not in calendar.remove
        return self._rests[name, day]

    def walk(self, line, day, steps, unit, closed=frozenset()):
        key = (line.calendar, day, steps, unit)
        if not closed and key in self._walks:
            return self._walks[key]
        while steps > 0:
            day += DAY
            if day not in closed and not (unit == "business_day" and self.rests(line.calendar, day)):
                steps -= 1
        if not closed:
            self._walks[key] = day
        return day

    # ------------------------------------------------------------------------------------------------ which line, when

    def version(self, order):
        day = self.local(order["created_at"]).date()
        return next(
            (v.id for v in self.policy.versions if v.from_day <= day and (v.until_day is None or day <= v.until_day)),
            None,
        )

    def line(self, stage, order):
        version = self.version(order)
        fits = [
            (-line.priority, -len(line.select), place, line)
            for place, line in enumerate(self.policy.lines)
            if line.stage == stage
            and version in line.versions
            and all(self.accepts(order, key, values) for key, values in line.select.items())
        ]
        return min(fits)[-1] if fits else None

    def accepts(self, order, selector, values):
        found = order.get(f"_{selector}", order.get(selector))
        if selector in ("category", "carrier"):
            return any(value in values for value in found)
        if selector == "value_band":
            bands = (
                b.id
                for b in self.policy.value_bands
                if b.currency == order["currency"]
                and b.from_cents <= order["order_amount_cents"]
                and (b.below_cents is None or order["order_amount_cents"] < b.below_cents)
            )
            return next(bands, None) in values
        if selector == "origin":
            market, country = order["market"], order["_warehouse_country"]
            if market is None or country is None:
                return False
            home = self.policy.seller_country or market
            return (
                "cross_border" if country != market else "domestic" if market == home else "overseas_warehouse"
            ) in values
        return found is not None and found in values

    def start(self, line, order):
        start = order.get(line.start)
        return order.get(line.start_else) if start is None and line.start_else else start

    # ------------------------------------------------------------------------------------------------------- deadlines

    def end(self, line, start, day):
        """The end of the last day: the day's own, or as long before it as the clock started before the end of its."""
        if not line.is_exact:
            return self.moment(day, line.due_time)
        last = dt.time(23, 59, 59)
        return start + (self.moment(day, last) - self.moment(self.local(start).date(), last))

    def own(self, line, order, start, closed=frozenset()):
        """Day and moment at which a line's own time runs out, days in `closed` not counted."""
        if line.fixed_at is not None:
            due = line.fixed_at.replace(tzinfo=self.zone).astimezone(dt.UTC).replace(tzinfo=None)
            return self.local(due).date(), due
        day = self.local(start).date()
        if line.unit == "hour":
            later = self.shift(line.amount, day, closed)
            due = start + dt.timedelta(hours=line.amount)
            if line.is_exact:
                due += later * DAY
                return self.local(due).date(), due
            day = self.local(due).date() + later * DAY
            return day, self.moment(day, line.due_time)
        shut, rest = day in closed, line.calendar is not None and self.rests(line.calendar, day)
        late = line.cutoff is not None and (shut or rest or self.local(start).time() >= line.cutoff)
        steps = line.amount_after_cutoff if late else line.amount
        if line.day_0 == "next_business_day" and (shut or rest):
            day, steps = self.walk(line, day, 1, "business_day", closed), line.amount
        if line.day_0 == "counts" and not shut and not (line.unit == "business_day" and rest):
            steps -= 1
        if line.handling:
            days, unit = self.handling(line, order)
            day = self.walk(line, day, days, unit, closed)
        day = self.walk(line, day, steps, line.unit, closed)
        return day, self.end(line, start, day)

    def handling(self, line, order):
        days = line.handling_default if order["handling_days"] is None else order["handling_days"]
        days = days if line.handling_max is None else min(days, line.handling_max)
        days = days if line.handling_min is None else max(days, line.handling_min)
        return days, order["handling_unit"] or "business_day"

    def shift(self, hours, day, closed):
        """How many closed days a clock of hours meets, from its own day on."""
        if not closed:
            return 0
        open_days, shift = 0, int(day in closed)
        while open_days < -(-hours // 24):
            day += DAY
            if day in closed:
                shift += 1
            else:
                open_days += 1
        return shift

    def moved(self, line, start, own, action, amount, unit, fixed_at):
        """The deadline that one window gives."""
        day, due = own
        if action == "fixed":
            return fixed_at
        if unit == "hour":
            return (start if action == "replace" else due) + dt.timedelta(hours=amount)
        to = self.walk(line, self.local(start).date() if action == "replace" else day, amount, unit)
        if line.unit == "hour" and line.is_exact and action == "add":
            return due + (to - day)
        return self.moment(to, line.due_time) if line.unit == "hour" else self.end(line, start, to)

    def modes(self, line, order, start, follows_hours=False):
        """The deadline under each mode."""
        own = self.own(line, order, start)
        fits = [w for w in self.windows if self.fits(w, line, order)]
        closed = (
            frozenset() if follows_hours or line.fixed_at else self.closed(w for w in fits if w["mode"] == "holiday")
        )
        buffered = max(own[1], self.own(line, order, start, closed)[1]) if closed else own[1]
        found = {}
        for mode in MODES:
            first = buffered if mode in ("holiday", "effective") else own[1]
            given = [w for w in fits if w["mode"] != "holiday" and self.counts(w, mode, order)]
            dues = [self.moved(line, start, own, *what) for what in self.stacked(given)]
            found[mode] = max([first, *dues])
            if line.extension_cap is not None:
                last = self.end(line, start, self.walk(line, own[0], line.extension_cap, line.unit))
                found[mode] = min(found[mode], last)
        return found

    def stacked(self, windows):
        """What the windows do; where they stack, those that add one unit are one."""
        keys = ("action", "amount", "unit", "fixed_at")
        if self.policy.stacking == "latest":
            return [tuple(w[key] for key in keys) for w in windows]
        sums = {}
        for window in windows:
            if window["action"] == "add":
                sums[window["unit"]] = sums.get(window["unit"], 0) + window["amount"]
        others = [tuple(w[key] for key in keys) for w in windows if w["action"] != "add"]
        return [*others, *(("add", amount, unit, None) for unit, amount in sums.items())]

    def fits(self, window, line, order):
        """Whether a window speaks of this stage, of this order's place, and of its time."""
        in_time = window["mode"] == "holiday" or window["from_at"] <= order["created_at"] < window["to_at"] + SECOND
        return (
            in_time
            and line.stage in window["stages"]
            and all(window[key] in (None, order[key]) for key in ("market", "warehouse", "handover"))
            and (not window["states"] or order["state"] in window["states"])
            and (not window["warehouse_states"] or order["_warehouse_state"] in window["warehouse_states"])
            and (window["mode"] != "holiday" or self.policy.holiday_reading == "buffer")
        )

    def counts(self, window, mode, order):
        if mode == "standard":
            return False
        holiday = window["mode"] == "extension" and window["reason"] == "holiday"
        return mode == "effective" or (window["mode"] == "extension" if mode == "extension" else holiday)

    def closed(self, windows):
        days = set()
        for window in windows:
            day, last = self.local(window["from_at"]).date(), self.local(window["to_at"]).date()
            while day <= last:
                days.add(day)
                day += DAY
        return frozenset(days)

    def _holds(self, window):
        return window.automatic or (
            window.opted_in_at is not None
            and (
                window.opt_in_until is None
                or self._ends(window.opted_in_at, first=True) <= self._ends(window.opt_in_until)
            )
        )

    def _ends(self, at, first=False):
        if not isinstance(at, dt.datetime):
            at = dt.datetime.combine(at, dt.time() if first else dt.time(23, 59, 59))
        return at.replace(tzinfo=self.zone).astimezone(dt.UTC).replace(tzinfo=None)

    def _notice(self, window):
        fixed = None if window.fixed_at is None else self._ends(window.fixed_at)
        kept = (
            "mode",
            "reason",
            "stages",
            "market",
            "warehouse",
            "handover",
            "states",
            "warehouse_states",
            "action",
            "amount",
        )
        return {key: getattr(window, key) for key in (*kept, "unit")} | {
            "from_at": self._ends(window.from_at, first=True),
            "to_at": self._ends(window.to_at),
            "fixed_at": fixed,
        }

    # ----------------------------------------------------------------------------------------------------------- judge

    def judge(self, order, stage):
        """Mode to (due, outcome) of a stage; ``None`` where the order has no such row."""
        line = self.line(stage, order)
        if line is None:
            # without any line that says so, a stage whose rows begin with their clock has none
            whole = any(other.stage == stage and not other.only_when_started for other in self.policy.lines)
            return dict.fromkeys(MODES, (None, "not_applicable")) if whole else None
        start = self.start(line, order)
        if start is None and line.only_when_started:
            return None
        dues = self.dues(line, order, start)
        if line.platform_due is not None and order[line.platform_due] is not None:
            dues["effective"] = order[line.platform_due]
        if self.blocked(line, order, start):
            dues = dict.fromkeys(MODES)
        return {mode: self.outcome(line, order, dues[mode]) for mode in MODES}

    def dues(self, line, order, start):
        if line.after is not None:
            before = self.line(line.after, order)
            began = None if before is None else self.start(before, order)
            exact = before is not None and before.is_exact and before.fixed_at is None and before.amount is not None
            if exact and (before.start, before.start_else) != (line.start, line.start_else):
                return dict.fromkeys(MODES)
            bases = dict.fromkeys(MODES) if before is None else self.dues(before, order, began)
            if None in bases.values():
                return bases
            return {mode: self.modes(line, order, bases[mode], exact)[mode] for mode in MODES}
        unknown = line.amount is None and line.fixed_at is None
        untold = line.handling and order["handling_days"] is None and line.handling_default is None
        if start is None or unknown or untold:
            return dict.fromkeys(MODES)
        return self.modes(line, order, start)

    def blocked(self, line, order, start):
        if order["platform_fulfilled"] and "platform_fulfilled" not in line.includes:
            return True
        if order["_unpaid"] and "unpaid" not in line.includes:
            return True
        moot = min((order[m] for m in line.moot if order[m] is not None), default=None)
        return moot is not None and start is not None and moot < start

    def outcome(self, line, order, due):
        stop = min((order[e] for e in line.stop if order[e] is not None), default=None)
        proven = min((order[e] for e in line.proof if order[e] is not None), default=None)
        cancelled = None if "cancelled_at" in line.stop else order["cancelled_at"]
        stopped = proven if stop is None else stop
        if due is None:
            return None, "not_applicable"
        last = due + SECOND + dt.timedelta(minutes=line.grace_minutes)
        if cancelled is not None and cancelled < last and (stopped is None or stopped > cancelled):
            return None, "not_applicable"
        if stopped is not None and stopped < last:
            return due, "on_time"
        if stop is None and proven is not None:
            return None, "not_applicable"
        if stopped is not None or cancelled is not None:
            return due, "late"
        return due, "open" if self.as_of < last else "overdue"


@cache
def _holidays(name, observed, year):
    country, _, subdivision = name.partition("-")
    # a substitute day can fall into the year after
    years = [year - 1, year, year + 1]
    return set(country_holidays(country, subdiv=subdivision or None, years=years, observed=observed))


def _in_force(window):
    return window["mode"] == "holiday" or bool(window["opted_in"] or window["automatic"])
