-- What was not taken, by reason: how often, where first, and the form of what was found.
select
  scope, reason, column_name, source_file,
  count(*) as times, min(source_line) as first_line, max(source_line) as last_line,
  min(found) as found, count(*) over () as total
from quarantine
group by scope, reason, column_name, source_file
order by scope = 'cell', times desc, reason, column_name nulls first, source_file
limit {cap}
