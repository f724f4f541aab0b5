"""Holds the answers of the scripts against each other, against fulfil's findings and against what was planted.

``python bench/compare.py --store FILE --truth FILE ANSWERS...`` writes JSON on stdout.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).resolve().parent
QUESTIONS = ("on_time", "late", "duplicates", "untraceable", "elsewhere")
RATES = """
SELECT slice ->> '$.warehouse' AS warehouse, numerator AS on_time, denominator AS decided FROM shop.rates
WHERE metric = 'on_time_dispatch' AND mode = 'standard' AND json_keys(slice) = ['warehouse'] ORDER BY warehouse
"""


def alike(folders: list[Path]) -> dict[str, bool]:
    """Return for each question whether all scripts gave the same answer, to the byte."""
    return {
        name: len({(folder / f"{name}.csv").read_text(encoding="utf-8") for folder in folders}) == 1
        for name in QUESTIONS
    }


def against_fulfil(store: Path, truth: Path, answers: Path) -> list[dict[str, Any]]:
    """Return a row a question: how many orders each side names, and what fulfil says of those only a script names."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{store}' AS shop (READ_ONLY)")
        con.execute(f"CREATE VIEW truth AS FROM '{truth}'")
        con.execute("SET VARIABLE answers = ?", [str(answers)])
        con.execute((HERE / "questions" / "compare.sql").read_text(encoding="utf-8"))
        ours = con.execute(RATES).fetchall()
        theirs = con.execute(f"FROM read_csv('{answers}/on_time.csv') ORDER BY warehouse").fetchall()
        rows: list[dict[str, Any]] = [{"question": "on_time", "same": ours == theirs, "fulfil": ours, "script": theirs}]
        for question in QUESTIONS[1:]:
            counts = con.execute(
                "SELECT count(*) FILTER (by_scripts) AS script, count(*) FILTER (by_fulfil) AS fulfil, "
                "count(*) FILTER (by_scripts AND by_fulfil) AS both, "
                "(SELECT count(DISTINCT order_id) FROM truth JOIN asked USING (rule_id) "
                "WHERE question = ?) AS planted, "
                "count(*) FILTER (planted AND by_scripts) AS planted_script, "
                "count(*) FILTER (planted AND by_fulfil) AS planted_fulfil FROM named WHERE question = ?",
                [question, question],
            )
            names = [column[0] for column in counts.description or []]
            row: dict[str, Any] = {"question": question, **dict(zip(names, counts.fetchall()[0], strict=True))}
            for side, which in (("script", "NOT by_fulfil"), ("fulfil", "NOT by_scripts")):
                query = (
                    f"SELECT rules, count(*) FROM named WHERE question = ? AND {which} GROUP BY ALL ORDER BY 2 DESC, 1"
                )
                row[f"only_{side}"] = dict(con.execute(query, [question]).fetchall())
            rows.append(row)
    return rows


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Compares answers.")
    parser.add_argument("answers", type=Path, nargs="+")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    told = parser.parse_args()
    result = {"alike": alike(told.answers), "against": against_fulfil(told.store, told.truth, told.answers[0])}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
