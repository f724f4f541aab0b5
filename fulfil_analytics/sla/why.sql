-- Why a stage was due when it was and came out as it did, as JSON. /*why*/ is the text of the case, still open at its end.
/*why*/
|| CASE WHEN /*by_platform*/ AND /*has_due*/ THEN ',"deadline":"platform"' ELSE '' END
|| CASE /*code*/
  WHEN 5 THEN ',"not_applicable":"' || coalesce(not_counted, 'outside_calendar') || '"'
  WHEN 6 THEN ',"not_applicable":"cancelled_in_time"'
  WHEN 7 THEN ',"not_applicable":"stop_time_unknown"'
  ELSE coalesce(',"stop":"' || stop_event || '"', '')
END
|| '}'
