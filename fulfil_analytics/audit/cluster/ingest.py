"""Raw exports on Spark: each executor reads whole files, then what is current is decided group by group.

The driver looks at the head of each file to know what it is; executors must see the files under the same paths. A file
is read by one executor from its beginning to its end, so many files of some hundred thousand rows go faster than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster.parts import PACKED, Desk, collected, pack
from fulfil_analytics.audit.cluster.settled import settled
from fulfil_analytics.audit.cluster.source import Source
from fulfil_analytics.audit.options import silent
from fulfil_analytics.schemas import LOADED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from fulfil_analytics.audit.intake import Intake
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.privacy import Privacy
    from fulfil_analytics.sources import Recognised


def open_exports(spark: SparkSession, inputs: Sequence[str], options: Options, parts: int | None = None) -> Source:
    """Read the exports behind `inputs`, each file inside an executor.

    Parameters
    ----------
    inputs : sequence of str
        Files, folders or globs that the driver and all executors see under the same paths.
    options : Options
        `pii`, `dates`, `policy` and the configuration have the meaning they have on one machine.
    parts : int, optional
        Into how many parts the rows are cut for deciding what is current; by default as many as fit their number.

    Raises
    ------
    InputError
        Nothing usable, or a file that cannot be read to its end.
    """
    from pyspark import StorageLevel

    from fulfil_analytics.audit.intake import choose, look
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.privacy import Privacy, load_key
    from fulfil_analytics.resources import rules_folder

    desk = Desk(memory=options.memory, temp=options.temp)
    with desk.store() as store:
        intake = _once(look(store.con, inputs))
        policy = choose(intake, store.con, load_policies([rules_folder() / "policies"]), options)
    privacy = Privacy(options.pii, load_key(options.config.key_file) if options.pii == "hash" else b"")
    quiet = replace(options, progress=silent, db=None)
    files = spark.range(len(intake.files), numPartitions=len(intake.files))
    packed = files.mapInArrow(partial(_read, intake, policy, quiet, privacy), PACKED)
    packed = packed.persist(StorageLevel.DISK_ONLY)
    ledger = collected(packed, ("source_files",))["source_files"]
    tables = settled(spark, packed, ledger, desk, parts)
    skipped = tuple(intake.skipped)
    return Source(tables, options.pii, ", ".join(inputs), skipped)


def _once(intake: Intake) -> Intake:
    """Leave out files of the same bytes, and tell files of one name apart, as a store does."""
    from fulfil_analytics.audit.intake import named_apart

    kept: dict[str, Recognised] = {}
    names: dict[str, str] = {}
    for item in intake.files:
        if item.source.sha256 not in kept:
            told = named_apart(item, names.get(item.source.shown))
            names[told.source.shown] = told.source.sha256
            kept[told.source.sha256] = told
    return replace(intake, files=list(kept.values()))


def _read(
    intake: Intake, policy: Policy, options: Options, privacy: Privacy, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Load files inside an executor, one after the other, each into a store of its own."""
    from fulfil_analytics.audit.intake import load_all

    desk = Desk(memory=options.memory, temp=options.temp)
    for batch in batches:
        for number in batch.column("id").to_pylist():
            with desk.store(threads=1) as store:
                load_all(store, replace(intake, files=[intake.files[number]], skipped=[]), policy, options, privacy)
                for kind in (*LOADED, "quarantine", "source_files"):
                    yield from pack(store, kind, f"loaded_{kind}" if kind in LOADED else kind)
