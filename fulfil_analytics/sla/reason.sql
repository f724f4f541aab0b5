-- Why a stage has no deadline that counts; null where it has one. The code is a number of outcome.sql.
CASE /*code*/
  WHEN 5 THEN coalesce(not_counted, 'outside_calendar') WHEN 6 THEN 'cancelled_in_time' WHEN 7 THEN 'stop_time_unknown'
END
