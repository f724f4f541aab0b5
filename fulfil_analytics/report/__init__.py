"""The audit as people read it: the HTML report, the workbook, the CSV, one order explained, the summary of a run."""

from __future__ import annotations

from fulfil_analytics.report.explain import Explanation, explain
from fulfil_analytics.report.files import write_findings_csv
from fulfil_analytics.report.page import write_report
from fulfil_analytics.report.summary import console_summary
from fulfil_analytics.report.workbook import write_findings_xlsx

__all__ = [
    "Explanation",
    "console_summary",
    "explain",
    "write_findings_csv",
    "write_findings_xlsx",
    "write_report",
]
