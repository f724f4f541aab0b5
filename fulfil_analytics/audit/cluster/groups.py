"""Which rows belong together: orders that share a waybill, all their parcels, events, labels and returns.

Everything that the model says of one order is decided inside its group, so a part that holds whole groups can work
alone. Almost every group is one order; where numbers are shared, the least order number wanders through the group until
nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster.parts import KEY
from fulfil_analytics.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MOST_ROUNDS = 40
"""Orders chained by more shared numbers than this are no trade but a mistake of the exports."""
_LINKS = {"order_lines": "waybill", "labels": "waybill", "returns": "return_waybill"}


def grouped(spark: SparkSession, tables: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of orders, events, labels and returns with the key of each row's group.

    Raises
    ------
    InputError
        Orders are chained by shared numbers without an end in sight.
    """
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    told = (tables[table].select("order_id", F.col(number).alias("waybill")) for table, number in _LINKS.items())
    # a phone number typed as a waybill is told by its length alone, and matched to nothing
    named = reduce(DataFrame.union, told).where("waybill IS NOT NULL AND NOT startswith(waybill, 'PHONE#')")
    links = named.distinct().persist()
    roots = _roots(links)
    orders = links.join(roots, "order_id", "left").select(
        "order_id", "waybill", F.coalesce("root", "order_id").alias("root")
    )
    numbers = orders.groupBy("waybill").agg(F.min("root").alias("root"))
    keyed = {}
    for table in _LINKS:
        rows = tables[table].join(roots, "order_id", "left")
        keyed[table] = rows.withColumn(KEY, F.concat(F.lit("o"), F.coalesce("root", "order_id"))).drop("root")
    events = (
        tables["tracking_events"]
        .join(numbers, "waybill", "left")
        .join(roots.withColumnRenamed("root", "order_root"), "order_id", "left")
    )
    key = F.when(
        F.col("waybill").isNotNull(),
        F.coalesce(F.concat(F.lit("o"), F.col("root")), F.concat(F.lit("w"), F.col("waybill"))),
    ).otherwise(F.concat(F.lit("o"), F.coalesce("order_root", "order_id", F.lit(""))))
    keyed["tracking_events"] = events.withColumn(KEY, key).drop("root", "order_root")
    return keyed


def _roots(links: DataFrame) -> DataFrame:
    """Return the least order number of the group of each order that shares a number: ``order_id``, ``root``."""
    from pyspark.sql import functions as F

    shared = links.groupBy("waybill").agg(F.count("order_id").alias("orders")).where("orders > 1").select("waybill")
    edges = links.join(shared, "waybill").persist()
    roots = edges.select("order_id").distinct().withColumn("root", F.col("order_id")).localCheckpoint()
    for _ in range(MOST_ROUNDS):
        least = edges.join(roots, "order_id").groupBy("waybill").agg(F.min("root").alias("least"))
        fresh = edges.join(least, "waybill").groupBy("order_id").agg(F.min("least").alias("root")).localCheckpoint()
        known = roots.withColumnRenamed("root", "was")
        moved = fresh.join(known, "order_id").where("root <> was").limit(1).count()
        roots = fresh
        if not moved:
            edges.unpersist()
            return roots
    raise InputError(
        "orders are chained by shared waybills over more than 40 others",
        remedy="Look at the numbers that stand on most orders; audit the exports on DuckDB meanwhile",
    )
