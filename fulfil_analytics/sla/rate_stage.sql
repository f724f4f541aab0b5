-- A stage's clocks, each with its verdict under each mode: 1 counts, 2 counts and hits, 3 still open and left out, 4 still open
-- and counted, 5 cannot be known and left out. No verdict: the metric does not speak of the order. Orders that agree in all
-- that decides are counted first and judged once.
SELECT
  /*keys*/ first_at, last_at, orders, p_standard, p_holiday, p_extension, p_effective,
  /*verdicts*/
FROM (
  SELECT
    /*key_columns*/ min(o.created_at) AS first_at, max(o.created_at) AS last_at, /*weights_sum*/ AS orders,
    m.code_standard, m.code_holiday, m.code_extension, m.code_effective, m.not_counted_kind AS kind,
    m.stopped_at IS NOT NULL AS has_stopped,
    /*dues*/,
    /*falls*/
  FROM deadline_modes AS m
  JOIN sla_rate_orders AS o ON o.order_no = m.order_no
  /*joins*/
  /*weights*/
  WHERE m.stage = {stage} /*leaves_out*/ AND ({among} <> 'confirmed' OR m.not_counted_kind IS DISTINCT FROM 2)
    AND ({axis} <> 'created' OR (
      coalesce(o.created_at >= {period_from}, TRUE) AND coalesce(o.created_at <= {period_to}, TRUE)))
    AND ({axis} <> 'stopped' OR coalesce(coalesce(m.stopped_at, {as_of}) BETWEEN {period_from} AND {period_to}, TRUE))
    -- no mode gives a later deadline than `effective`, none an earlier one than `standard`, but for the platform's own
    AND ({axis} <> 'due' OR (
      coalesce(least(m.due_standard, m.due_effective) <= {period_to}, TRUE)
      AND coalesce(greatest(m.due_standard, m.due_holiday, m.due_extension, m.due_effective) >= {period_from}, TRUE)))
  GROUP BY ALL
)
