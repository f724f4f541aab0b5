"""An audit on Spark: the same model, clocks and rules over orders that no single machine holds (``docs/scale.md``)."""

from fulfil_analytics.audit.cluster.run import SparkRun, run_spark_audit

__all__ = ["SparkRun", "run_spark_audit"]
