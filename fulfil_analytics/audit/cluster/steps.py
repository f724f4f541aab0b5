"""What is done with a part: each step runs the model's own SQL, with what only the whole tells put in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster.parts import Kit, from_ipc, put
from fulfil_analytics.audit.cluster.shapes import shape
from fulfil_analytics.sql import Given, fill, read_sql, run_script

if TYPE_CHECKING:
    from fulfil_analytics.store import Store

Results = Iterator[tuple[str, str]]
PACKAGE = "fulfil_analytics.audit.cluster"
FROM_PARTS = (
    "orders",
    "parcels",
    "journeys",
    "parcel_events",
    "tracked_waybills",
    "order_quantities",
    "record_conflicts",
    "stray_waybills",
    "order_weights",
    "order_contents",
    "order_days",
    "deadlines",
    "order_deadlines",
    "cancel_deadlines",
    "tracks",
    "track_steps",
    "track_places",
    "destination_names",
    "origin_names",
    "masked_places",
    "masked_labels",
)
"""Tables of the model that a part can tell of its own orders and parcels."""
FROM_WHOLE = {"open_orders": "70_stock", "shared_addresses": "85_contents", "carrier_periods": "85_contents"}
"""Tables that look across parts, to the model file whose portable SELECT Spark runs over the views of all parts."""
ELSEWHERE = ("stock_needs", "track_runs", "rest_days", "order_inputs", "source_files", "quarantine", "raised")
"""Tables that the driver or a shuffle of their own gives."""
MISSING = ("forecast", "late_causes")
"""Tables that are not there on Spark: a rule that reads one of them fails there, and says so."""


def blocks(file: str) -> dict[str, str]:
    """Return the named SELECTs of a ``.sql`` file: each begins with a line ``-- [name]``."""
    parts = read_sql(PACKAGE, f"sql/{file}.sql").split("\n-- [")[1:]
    return {title: text for title, _, text in (part.partition("]\n") for part in parts)}


def survey(store: Store, kit: Kit) -> Results:
    """Tell what a part says of the whole: see ``sql/survey.sql``."""
    from fulfil_analytics.store import build_model

    build_model(store, kit.carriers, kit.as_of, {"unweighed_skus": "SELECT DISTINCT sku FROM load_items"})
    for kind, select in blocks("survey").items():
        yield kind, f"({select})"
    yield "bounds", f"({read_sql('fulfil_analytics.sla', 'bounds.sql').rstrip().rstrip(';')})"


def derive(store: Store, kit: Kit) -> Results:
    """Derive all that rules and rates read of a part's orders and parcels."""
    from fulfil_analytics.audit.cluster.rates import count_cells
    from fulfil_analytics.sla import build_deadlines
    from fulfil_analytics.store import build_model, build_tracks

    known: dict[str, object] = {table: from_ipc(data) for table, data in kit.given.items()}
    nothing = "SELECT 1 AS none WHERE FALSE"  # what only the whole tells comes later
    later = {"shared_scans": nothing, "track_runs": read_sql(PACKAGE, "sql/scans.sql"), "rest_days": nothing}
    given: Given = {**known, **later}
    build_model(store, kit.carriers, kit.as_of, given)
    _places(store, kit)
    build_tracks(store, kit.policy, kit.as_of, given)
    build_deadlines(store.con, kit.policy, kit.as_of, kit.bounds)
    yield from ((kind, kind) for kind in (*FROM_PARTS, "owed"))
    yield "scans", "track_runs"
    yield from count_cells(store.con, kit)


def learn(store: Store, kit: Kit) -> Results:
    """Learn the weights of the SKUs of a part from the parcels that hold one SKU alone."""
    script = read_sql("fulfil_analytics.store", "model/80_weights.sql")
    run_script(store.con, _statement(script, "learned_weights"))
    yield "learned_weights", "learned_weights"


def queue(store: Store, kit: Kit) -> Results:
    """Put the units owed from each warehouse and SKU into the order in which they must be served."""
    script = fill(read_sql("fulfil_analytics.store", "model/70_stock.sql"), {"as_of": kit.as_of})
    run_script(store.con, _statement(script, "stock_needs"))
    yield "stock_needs", "stock_needs"


def wholes() -> dict[str, str]:
    """Return the SELECTs of tables that look across parts, for Spark: :data:`FROM_WHOLE` as the model has them."""
    scripts = {table: read_sql("fulfil_analytics.store", f"model/{file}.sql") for table, file in FROM_WHOLE.items()}
    whole = {table: _statement(script, table).partition(" AS\n")[2] for table, script in scripts.items()}
    return {**whole, "track_runs": read_sql(PACKAGE, "sql/track_runs.sql")}


def roots(store: Store, kit: Kit) -> Results:
    """Give each finding its root and its reviewer's verdict."""
    from fulfil_analytics.audit.findings import write_findings

    columns = ", ".join(shape("findings"))
    write_findings(store.con, store.con.sql(f"SELECT {columns} FROM found").to_arrow_table(), kit.runs)
    yield "findings", "(SELECT * FROM findings)"


def order_rows(store: Store, kit: Kit) -> Results:
    """Tell each order's facts, findings and risk."""
    from fulfil_analytics.audit.files import ORDERS
    from fulfil_analytics.audit.risk import write_risk

    write_risk(store.con)
    yield "orders_out", f"({ORDERS})"


def _places(store: Store, kit: Kit) -> None:
    from fulfil_analytics.reference import install_places

    install_places(store.con, set())
    for table, data in kit.places.items():
        put(store, table, from_ipc(data))


def _statement(script: str, table: str) -> str:
    """Return the statement of a script that makes `table`."""
    found = [part for part in script.split(";\n") if f"TABLE {table} AS" in part]
    (one,) = found
    return one.strip().removesuffix(";")
