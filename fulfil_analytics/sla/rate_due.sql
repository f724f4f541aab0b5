CASE
  WHEN m.due_/*mode*/ IS NULL OR coalesce(m.due_/*mode*/ NOT BETWEEN {period_from} AND {period_to}, FALSE) THEN 'elsewhere'
  WHEN m.due_/*mode*/ > {as_of} THEN 'ahead'
  ELSE 'passed'
END
