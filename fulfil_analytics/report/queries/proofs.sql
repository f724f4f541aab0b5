-- What the files can prove, kind by kind; `ways` and `further` are JSON lists.
select kind, title, answer, tested, in_scope, flagged, ways, further, outside
from proofs
order by place
