-- Sorted, then unfolded in one go: a table between the two would be cut into pieces that differ from run to run, and with it
-- the bytes of the file. The texts leave as texts made anew: DuckDB 2.0.0 writes Parquet dictionaries that lack words where
-- what it is given is an enumeration, or a piece of a list.
SELECT
  order_id, concat(stage, '') AS stage, concat(one.mode, '') AS mode, clock_start, one.due_at AS due_at, stopped_at,
  concat(coalesce(/*outcomes*/[one.code], /*otherwise*/), '') AS outcome,
  concat(getvariable('sla_whys')[one.why_no], '') AS why
FROM (
  SELECT order_id, stage, clock_start, stopped_at, unnest([/*modes*/]) AS one
  FROM (
    SELECT
      m.order_id, CAST(m.stage AS /*stage_type*/) AS stage, m.clock_start, m.stopped_at, k.key_no, /*codes*/
    FROM deadline_modes AS m
    JOIN sla_why_keys AS k
      ON k.case_id = m.case_id AND k.code_standard = m.code_standard AND k.code_holiday = m.code_holiday
      AND k.code_extension = m.code_extension AND k.code_effective = m.code_effective
      AND k.not_counted IS NOT DISTINCT FROM m.not_counted AND k.stop_event IS NOT DISTINCT FROM m.stop_event
      AND k.by_platform = (m.platform_due_at IS NOT NULL) AND k.has_due = (m.due_effective IS NOT NULL)
    WHERE m.stage IN {stages}
    ORDER BY m.order_id, CAST(m.stage AS /*stage_type*/)
  )
)
