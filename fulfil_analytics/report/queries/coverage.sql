-- What each rule could judge, and what it could not.
select rule_id, family, grain, status, in_scope, tested, flagged, excused, not_testable, why
from coverage
order by status = 'done', family, rule_id
