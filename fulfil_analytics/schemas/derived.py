"""Tables that the audit derives; all of them hold what was known at the as-of moment, nothing later."""

import polars as pl

from fulfil_analytics.schemas import words
from fulfil_analytics.schemas.base import TIME, Table, col


class SourceFiles(Table):
    """The ledger: one row a loaded file."""

    source_file: pl.String = col("path below the input folder, personal data struck out", key=True)
    sha256: pl.String = col("SHA-256 of the bytes", required=True)
    bytes: pl.Int64 = col("size", required=True)
    kind: pl.String = col("orders, tracking, labels, ...", required=True)
    format: pl.String = col("format file that recognised it", required=True)
    encoding: pl.String = col("text encoding")
    market: pl.String = col("market the layout or its rows show")
    time_zone: pl.String = col("zone its local times were read with")
    exported_at: TIME = col("when it was exported: name, else latest cell, else file time; UTC")
    exported_by_clock: pl.Boolean = col("exported_at is only the file's own time, which differs between copies")
    rows_in: pl.Int64 = col("data rows in the file, without those removed since", required=True)
    rows_loaded: pl.Int64 = col("rows taken and current", required=True)
    rows_merged: pl.Int64 = col("rows that a newer export or an equal row replaces", required=True)
    rows_quarantined: pl.Int64 = col("rows not taken", required=True)
    rows_removed: pl.Int64 = col("rows that forget or purge took out; null when none")
    unknown_columns: pl.String = col("headers that no format knows, JSON list")


class Quarantine(Table):
    """Every input row or cell that was not taken."""

    source_file: pl.String = col("input file", required=True)
    source_line: pl.Int64 = col("row number a spreadsheet shows; 0 for the whole file", required=True)
    column_name: pl.String = col("canonical column; null when the whole row is concerned")
    scope: pl.String = col(
        "row: the row was not taken; cell: the row was taken without this cell", required=True, isin=("row", "cell")
    )
    reason: pl.String = col(
        "stable reason code, e.g. not_a_time, missing, out_of_range, damaged_identifier", required=True
    )
    found: pl.String = col("form of what was found, letters as A, digits as 9; never the value")


class Orders(Table):
    """One row an order, facts as of the audit's moment, excuses beside them."""

    order_id: pl.String = col("platform's order number", key=True)
    shop: pl.String = col("shop")
    market: pl.String = col("ISO 3166 country of the recipient")
    order_status: pl.String = col("normal form of the status", isin=words.ORDER_STATUS)
    order_substatus: pl.String = col("normal form of the sub-status", isin=words.ORDER_STATUS)
    order_type: pl.String = col("normal, pre_order, ...", isin=words.ORDER_TYPE)
    created_at: TIME = col("created, UTC", required=True)
    paid_at: TIME = col("paid, UTC")
    rts_at: TIME = col("last uncancelled line ready to ship, UTC")
    shipped_at: TIME = col("platform's shipped time of the last uncancelled line, UTC")
    delivered_at: TIME = col("platform's delivered time of the last uncancelled line, UTC")
    cancel_requested_at: TIME = col("buyer asked to cancel, UTC")
    cancelled_at: TIME = col("whole order cancelled, UTC")
    cancelled_by: pl.String = col("who cancelled", isin=words.PARTY)
    cancel_reason: pl.String = col("normal form of the reason", isin=words.CANCEL_REASON)
    dispatch_scan_at: TIME = col(
        "first carrier scan of the order's last parcel; null while one covered parcel has none; UTC"
    )
    delivery_scan_at: TIME = col("carrier's first delivered event of the order's last parcel, UTC")
    tracking_covered: pl.Boolean = col("tracking input covers every parcel of the order")
    dispatched_at: TIME = col("dispatch_scan_at where covered, else shipped_at; UTC")
    received_at: TIME = col("delivery_scan_at, else delivered_at; UTC")
    platform_fulfilled: pl.Boolean = col("fulfilled by the platform: never blamed on the seller", required=True)
    label_by: pl.String = col("who provides the label", isin=words.FULFILLED_BY)
    warehouse: pl.String = col("warehouse; null when the lines differ")
    handover: pl.String = col("pickup or dropoff")
    delivery_option: pl.String = col("delivery option, as exported")
    service_level: pl.String = col("delivery programme, as exported")
    pickup_point: pl.Boolean = col("excuse: delivered to a collection point", required=True)
    is_cod: pl.Boolean = col("cash on delivery", required=True)
    is_sample: pl.Boolean = col("excuse: sample order", required=True)
    is_replacement: pl.Boolean = col("excuse: replacement order", required=True)
    is_exchange: pl.Boolean = col("excuse: exchange order", required=True)
    is_combined: pl.Boolean = col(
        "excuse: shares a parcel with other orders of the same buyer and address", required=True
    )
    combined_by: pl.String = col(
        "how that is known: the platform's tag, one buyer and address, or one package number", isin=words.COMBINED_BY
    )
    is_split: pl.Boolean = col("excuse: travels in several parcels", required=True)
    split_by: pl.String = col("how that is known: the platform's tag, or several numbers", isin=words.SPLIT_BY)
    is_rebilled: pl.Boolean = col(
        "excuse: an earlier export has the order under another number, which was replaced", required=True
    )
    cancelled_before_collection: pl.Boolean = col("excuse: cancelled before the carrier had it", required=True)
    lines: pl.Int64 = col("lines", required=True)
    units: pl.Int64 = col("units ordered")
    order_amount_cents: pl.Int64 = col("amount of the order, hundredths of the currency unit")
    currency: pl.String = col("ISO 4217 code")
    buyer_key: pl.String = col("buyer's account", personal="name")
    recipient_key: pl.String = col("recipient", personal="name")
    phone_key: pl.String = col("phone", personal="phone")
    address_key: pl.String = col("street", personal="street")
    country: pl.String = col("recipient's country")
    state: pl.String = col("recipient's state")
    city: pl.String = col("recipient's city")
    postal_code: pl.String = col("recipient's postal code")
    rts_due_at: TIME = col("platform's own rts deadline, UTC")
    collection_due_at: TIME = col("platform's own collection deadline, UTC")
    delivery_due_at: TIME = col("platform's own deliver-by time, UTC")
    auto_cancel_rts_at: TIME = col("platform's own cancel time before rts, UTC")
    auto_cancel_collection_at: TIME = col("platform's own cancel time before collection, UTC")
    handling_days: pl.Int64 = col("seller's handling time")
    handling_unit: pl.String = col("unit of handling_days")
    release_at: TIME = col("pre-order release, UTC")
    damaged: pl.String = col("identifier columns a spreadsheet damaged, comma separated")
    source_file: pl.String = col("file of the winning export", required=True)
    source_line: pl.Int64 = col("first row of the order in it", required=True)


class Parcels(Table):
    """One row an order and waybill, with what the order says of its destination."""

    parcel_id: pl.String = col("order_id + '/' + waybill", key=True)
    order_id: pl.String = col("order", required=True)
    package_id: pl.String = col("platform's package number")
    waybill: pl.String = col("normalised waybill number", required=True)
    waybill_damaged: pl.Boolean = col("a spreadsheet damaged the number: never matched to anything", required=True)
    carrier: pl.String = col("carrier id; null when the name is unknown")
    carrier_as_given: pl.String = col("shipping provider, as exported")
    waybill_check: pl.String = col("ok, bad, unknown", isin=words.WAYBILL_CHECK)
    waybill_reason: pl.String = col(
        "fits, handover, check_digit, no_format_fits, low_confidence, no_published_format, unknown_carrier, damaged"
    )
    waybill_format: pl.String = col("format that fits, or was expected")
    placeholder: pl.String = col(
        "why the number is a dummy: repeated_character, sequence, dummy_word, order_number, phone_number; else null"
    )
    fits_carriers: pl.String = col(
        "carriers whose format and check digit a bad number fits, none of which hands over to its own; null when none"
    )
    given_at: TIME = col(
        "when the number was given to the platform: rts, else shipped, else label time; "
        "a number that replaced another: when an export first shows it; UTC"
    )
    shop: pl.String = col("shop")
    market: pl.String = col("market")
    warehouse: pl.String = col("warehouse")
    platform_fulfilled: pl.Boolean = col("fulfilled by the platform", required=True)
    order_created_at: TIME = col("order created, UTC")
    order_cancelled_at: TIME = col("order cancelled, UTC")
    cancelled_before_collection: pl.Boolean = col("excuse: cancelled before the carrier had it", required=True)
    pickup_point: pl.Boolean = col("excuse: delivered to a collection point", required=True)
    is_sample: pl.Boolean = col("excuse: sample", required=True)
    is_replacement: pl.Boolean = col("excuse: replacement", required=True)
    is_exchange: pl.Boolean = col("excuse: exchange", required=True)
    is_combined: pl.Boolean = col("excuse: shared with other orders of the same buyer and address", required=True)
    is_split: pl.Boolean = col("excuse: its order travels in several parcels", required=True)
    combined_orders: pl.Int64 = col("orders of the same buyer and address on this carrier and number, itself included")
    buyer_key: pl.String = col("buyer's account", personal="name")
    recipient_key: pl.String = col("recipient", personal="name")
    phone_key: pl.String = col("phone", personal="phone")
    address_key: pl.String = col("street", personal="street")
    country: pl.String = col("destination country")
    state: pl.String = col("destination state")
    city: pl.String = col("destination city")
    postal_code: pl.String = col("destination postal code")
    shipped_at: TIME = col("platform's shipped time, UTC")
    delivered_at: TIME = col("platform's delivered time, UTC")
    source_file: pl.String = col("file", required=True)
    source_line: pl.Int64 = col("first row of the parcel", required=True)


class Journeys(Table):
    """One row a parcel: what the carrier's events say."""

    parcel_id: pl.String = col("parcel", key=True)
    order_id: pl.String = col("order", required=True)
    waybill: pl.String = col("normalised waybill number", required=True)
    covered: pl.Boolean = col("tracking input covers the carrier and the time the number was given", required=True)
    not_covered_why: pl.String = col(
        "no_tracking_input, carrier_not_covered, given_before_tracking, waybill_damaged; null when covered"
    )
    tracking_from: TIME = col("first event of the whole tracking input, UTC")
    events: pl.Int64 = col("events of any kind", required=True)
    scans: pl.Int64 = col("events that show the carrier has the parcel", required=True)
    first_event_at: TIME = col("first event of any kind, UTC")
    label_at: TIME = col("first label event, UTC")
    first_scan_at: TIME = col("first scan, UTC")
    second_scan_at: TIME = col("second scan at another moment, UTC")
    last_scan_at: TIME = col("last scan, UTC")
    last_status: pl.String = col("status of the last event", isin=words.EVENT_STATUS)
    out_for_delivery_at: TIME = col("last out-for-delivery event, UTC")
    attempted_at: TIME = col("first attempt, UTC")
    delivered_at: TIME = col("first delivered event, UTC")
    last_delivered_at: TIME = col("last delivered event, UTC")
    returned_at: TIME = col("first returning or returned event, UTC")
    first_city: pl.String = col("city of the first scan that names one")
    first_state: pl.String = col("state of that scan")
    first_postal_code: pl.String = col("postal code of that scan")
    last_city: pl.String = col("city of the place of delivery, else of the last event that names a place")
    last_state: pl.String = col("state of that event")
    last_postal_code: pl.String = col("postal code of that event")
    last_country: pl.String = col("country of that event")
    last_place_at: TIME = col("time of that event, UTC")
    weight_g: pl.Int64 = col("largest weight a scan measured, grams")
    source_file: pl.String = col("file of the event that named the last place")
    source_line: pl.Int64 = col("row of that event")


class Deadlines(Table):
    """One row an order, stage and mode."""

    order_id: pl.String = col("order", key=True)
    stage: pl.String = col("stage", key=True, isin=words.STAGE)
    mode: pl.String = col("SLA mode", key=True, isin=words.SLA_MODE)
    clock_start: TIME = col("when the clock started, UTC")
    due_at: TIME = col("when it was due, UTC; null when not applicable")
    stopped_at: TIME = col("when the stop event happened, UTC; null while open")
    outcome: pl.String = col("outcome", required=True, isin=words.OUTCOME)
    why: pl.String = col("JSON: policy line, days skipped, windows applied, or why not applicable", required=True)


class Rates(Table):
    """One row a metric, mode and slice."""

    metric: pl.String = col("metric", key=True)
    mode: pl.String = col("SLA mode", key=True, isin=words.SLA_MODE)
    slice: pl.String = col("JSON of dimension to value; {} = all", key=True)
    period_start: TIME = col("first order creation counted, UTC")
    period_end: TIME = col("last order creation counted, UTC")
    numerator: pl.Int64 = col("orders that count", required=True)
    denominator: pl.Int64 = col("orders judged", required=True)
    rate: pl.Float64 = col("numerator / denominator; null when nothing was judged")
    ci_low: pl.Float64 = col("Wilson 95 % lower bound")
    ci_high: pl.Float64 = col("Wilson 95 % upper bound")
    target: pl.Float64 = col("platform's target")
    enforce: pl.Float64 = col("platform's enforcement line")
    status: pl.String = col("ok, watch, breach, too_few", isin=("ok", "watch", "breach", "too_few"))
    headroom: pl.Int64 = col("how many more late orders until the limit")


class RateDetails(Table):
    """Beside each row of ``rates``: how final it is, and its penalty (null outside `{}` and shops)."""

    metric: pl.String = col("metric", key=True)
    mode: pl.String = col("SLA mode", key=True, isin=words.SLA_MODE)
    slice: pl.String = col("JSON of dimension to value; {} = all", key=True)
    pending: pl.Int64 = col("orders whose outcome is still open", required=True)
    unknown: pl.Int64 = col("orders whose outcome the inputs do not show", required=True)
    lowest: pl.Float64 = col("rate if no pending or unknown order counted in the end")
    highest: pl.Float64 = col("rate if every pending and unknown order counted in the end")
    provisional: pl.Boolean = col("not final: see reasons", required=True)
    reasons: pl.String = col(
        "JSON list: open_orders, period_not_over, tracking_ends_early, missing_days; empty when final", required=True
    )
    missing_days: pl.Int64 = col(
        "local days of the period without any order, where orders come every day", required=True
    )
    points: pl.Int64 = col("violation points that the rate leads to")
    cap_share: pl.Float64 = col("share of the usual orders a day that the platform lets in")
    order_cap: pl.Int64 = col("that share in orders a day")
    cap_days: pl.Int64 = col("days for which the cap holds")
    charge_cents: pl.Int64 = col("charges for all counted orders, hundredths of the currency unit")
    currency: pl.String = col("ISO 4217 code of the charge")
    points_until: pl.Date = col("local day on which points given at as-of expire; null when they do not")


class Findings(Table):
    """One row a finding."""

    finding_id: pl.String = col("stable id: same facts, same id", key=True)
    rule_id: pl.String = col("rule", required=True)
    family: pl.String = col("folder of the rule", required=True)
    severity: pl.String = col("severity", required=True, isin=words.SEVERITY)
    evidence_class: pl.String = col("hard or soft", required=True, isin=words.EVIDENCE)
    order_id: pl.String = col("order")
    package_id: pl.String = col("package")
    waybill: pl.String = col("waybill")
    carrier: pl.String = col("carrier id")
    shop: pl.String = col("shop")
    warehouse: pl.String = col("warehouse")
    occurred_at: TIME = col("when it happened, UTC")
    verdict: pl.String = col("a reviewer's verdict", isin=("upheld", "excused"))
    message: pl.String = col("one sentence a seller understands", required=True)
    evidence: pl.String = col("JSON: the values that decided", required=True)
    source_file: pl.String = col("input file of the deciding row")
    source_line: pl.Int64 = col("row number a spreadsheet shows")
    rule_version: pl.String = col("first 12 characters of the SHA-256 of the rule file", required=True)
    root_finding_id: pl.String = col("the finding that explains this one")
    explanations: pl.String = col(
        "JSON list of innocent explanations: name, says, result (possible: the case fits it; ruled_out; cannot_tell: "
        "the files lack what it takes; not_tested: no file could show it)",
        required=True,
    )


class Coverage(Table):
    """One row a rule and outcome."""

    rule_id: pl.String = col("rule", key=True)
    family: pl.String = col("family", required=True)
    grain: pl.String = col("what the rule judges: order, parcel, waybill, file", required=True)
    status: pl.String = col("done, not_testable or failed", required=True, isin=("done", "not_testable", "failed"))
    in_scope: pl.Int64 = col("how many it speaks about", required=True)
    tested: pl.Int64 = col("judged", required=True)
    flagged: pl.Int64 = col("flagged", required=True)
    excused: pl.Int64 = col("not flagged because of an excuse", required=True)
    not_testable: pl.Int64 = col("could not be judged", required=True)
    why: pl.String = col("JSON: reason to count, for excused and not testable; the error when failed", required=True)


class RiskOfOrder(Table):
    """One row an order with a finding that counts: its risk, and where a reader begins (docs/risk.md)."""

    place: pl.Int64 = col("order of reading, from 1", required=True)
    order_id: pl.String = col("order", key=True)
    shop: pl.String = col("shop")
    risk: pl.String = col("risk", required=True, isin=words.SEVERITY[:4])
    why: pl.String = col("which rule of docs/risk.md gave it", required=True, isin=words.RISK_REASON)
    roots: pl.Int64 = col("root findings that count", required=True)
    hard_roots: pl.Int64 = col("of these, those of hard evidence", required=True)
    folded: pl.Int64 = col("findings that another one explains", required=True)
    excused: pl.Int64 = col("findings that a reviewer excused", required=True)
    leading_finding_id: pl.String = col("the gravest root, hard before soft", required=True)
    leading_rule_id: pl.String = col("its rule", required=True)
    reason: pl.String = col("its message: the risk in one sentence", required=True)
    further_rules: pl.String = col("JSON list of the rules of the other roots", required=True)


class RiskOfShop(Table):
    """One row a shop: how many of its orders, not fulfilled by the platform, are of which risk (docs/risk.md)."""

    shop: pl.String = col("shop; null where the orders name none")
    orders: pl.Int64 = col("orders", required=True)
    critical: pl.Int64 = col("of these, those of critical risk", required=True)
    high: pl.Int64 = col("of high risk", required=True)
    medium: pl.Int64 = col("of medium risk", required=True)
    low: pl.Int64 = col("of low risk", required=True)
    leading_rule_id: pl.String = col("rule that leads most of its critical and high orders")
    risk: pl.String = col("risk of the shop", required=True, isin=(*words.SEVERITY[:4], "none"))


class Proofs(Table):
    """One row a kind of false shipment that the platform names: what the given files can say of it."""

    place: pl.Int64 = col("the platform's order of the kinds, from 1", required=True)
    kind: pl.String = col("kind, e.g. empty_or_short", key=True)
    title: pl.String = col("the kind in the run's language", required=True)
    answer: pl.String = col(
        "prove: a finding would prove it; suggest: only hint at it; cannot: no rule could judge anything",
        required=True,
        isin=("prove", "suggest", "cannot"),
    )
    tested: pl.Int64 = col("orders or parcels that the widest rule of that answer judged", required=True)
    in_scope: pl.Int64 = col("of how many that rule speaks", required=True)
    flagged: pl.Int64 = col("orders or parcels flagged by the rules of this kind, all together", required=True)
    ways: pl.String = col(
        "JSON list, one a rule: rule_id, shows (prove or suggest), status, in_scope, tested, flagged, not_testable "
        "(reason to count)",
        required=True,
    )
    further: pl.String = col(
        "JSON list of inputs that are missing: need, title, then (prove or suggest: what it would help to show), rules",
        required=True,
    )
    outside: pl.String = col("what would show it that no export holds, in the run's language", required=True)


class Reviews(Table):
    """A person's verdicts, kept across runs: one row a verdict, of several on one finding the latest counts."""

    finding_id: pl.String = col("finding", key=True)
    rule_id: pl.String = col("its rule", required=True)
    order_id: pl.String = col("its order")
    verdict: pl.String = col("upheld or excused", required=True, isin=("upheld", "excused"))
    reason: pl.String = col("why; e-mail addresses and phone numbers struck out", required=True)
    author: pl.String = col("who", required=True)
    reviewed_at: TIME = col("when, UTC", key=True)


class Forecast(Table):
    """One row an open clock that runs out soon."""

    place: pl.Int64 = col("rank, the most urgent first", required=True)
    order_id: pl.String = col("order", key=True)
    stage: pl.String = col("stage", key=True, isin=words.STAGE)
    clock_start: TIME = col("when the clock started, UTC")
    due_at: TIME = col("when it is due under the effective mode, UTC", required=True)
    seconds_left: pl.Int64 = col("seconds from the as-of moment to due_at", required=True)
    shop: pl.String = col("shop")
    market: pl.String = col("market")
    warehouse: pl.String = col("warehouse")
    carrier: pl.String = col("carrier of its parcels, as given where unknown; null without or with several")
    auto_cancel_at: TIME = col("when the platform cancels the order if nothing happens, UTC")
    basis: pl.String = col(
        "whose share is shown: past orders of the same warehouse, weekday and hour, or of a wider group",
        required=True,
        isin=("warehouse_weekday_hour", "warehouse_weekday", "warehouse", "all", "too_few"),
    )
    still_open: pl.Int64 = col("past orders of that group not done with as much time left", required=True)
    made_it: pl.Int64 = col("of these, those done in time", required=True)
    share: pl.Float64 = col("made_it / still_open; null when too few")


class LateCauses(Table):
    """One row a late order and stage: where its time went. Seconds; what has not ended counts to as-of."""

    order_id: pl.String = col("order", key=True)
    stage: pl.String = col("late stage", key=True, isin=("rts", "dispatch", "collection", "delivery"))
    outcome: pl.String = col("late or overdue", required=True, isin=("late", "overdue"))
    due_at: TIME = col("when it was due under the effective mode, UTC", required=True)
    ended_at: TIME = col("when the stage stopped, else cancellation, else as-of; UTC", required=True)
    late_seconds: pl.Int64 = col("from due_at to ended_at", required=True)
    shop: pl.String = col("shop")
    warehouse: pl.String = col("warehouse")
    carrier: pl.String = col("carrier of its parcels; null without or with several")
    label_by: pl.String = col("who provides the label", isin=words.FULFILLED_BY)
    label_seconds: pl.Int64 = col("from the start of the clock to the label (ready to ship)")
    label_over: pl.Int64 = col("of these, beyond the label's allowance")
    hand_over_seconds: pl.Int64 = col(
        "from the label to the hand-over; to the carrier's scan where no hand-over is known"
    )
    hand_over_over: pl.Int64 = col("of these, beyond the hand-over's allowance")
    scan_seconds: pl.Int64 = col("from the hand-over to the carrier's first scan; null where no hand-over is known")
    scan_over: pl.Int64 = col("of these, beyond the dispatch deadline")
    transit_seconds: pl.Int64 = col("from the carrier's first scan to the delivery")
    transit_over: pl.Int64 = col("of these, beyond the time between the dispatch and the delivery deadline")
    cause: pl.String = col(
        "the stretch that overran most; not_told_apart where the exports do not part them",
        isin=("label", "hand_over", "scan", "transit", "not_told_apart"),
    )
    answers: pl.String = col("who must answer for the cause; null where that is not known", isin=("seller", "carrier"))


DERIVED: dict[str, type[Table]] = {
    "source_files": SourceFiles,
    "quarantine": Quarantine,
    "orders": Orders,
    "parcels": Parcels,
    "journeys": Journeys,
    "deadlines": Deadlines,
    "rates": Rates,
    "rate_details": RateDetails,
    "forecast": Forecast,
    "late_causes": LateCauses,
    "findings": Findings,
    "coverage": Coverage,
    "risk_of_order": RiskOfOrder,
    "risk_of_shop": RiskOfShop,
    "proofs": Proofs,
    "reviews": Reviews,
}
