-- The carriers compared; the {cap} with the most parcels.
with moved as (
  select carrier, count(*) as parcels,
    count(*) filter (where not coalesce(covered, false)) as not_covered,
    count(*) filter (where covered and coalesce(scans, 0) = 0) as no_scan,
    quantile_cont(hours_to_scan, [0.5, 0.9]) filter (where hours_to_scan >= 0) as scan,
    quantile_cont(hours_in_transit, [0.5, 0.9]) filter (where hours_in_transit >= 0) as transit
  from seen_parcels group by carrier
), judged as (
  select carrier,
    coalesce(sum(orders) filter (where outcome = 'on_time'), 0)::bigint as on_time,
    coalesce(sum(orders) filter (where outcome <> 'open'), 0)::bigint as judged
  from seen_counts
  where mode = 'effective' and stage = 'delivery' and ({first} is null or day >= {first}) and ({last} is null or day <= {last})
  group by carrier
), flagged as (
  select carrier, count(distinct order_id) as flagged from seen_findings
  where evidence_class = 'hard' and severity in ('critical', 'high') and root_finding_id is null and waybill is not null
    and verdict is distinct from 'excused'
  group by carrier
)
select m.carrier, m.parcels, m.not_covered, m.no_scan, m.scan[1] as scan_p50, m.scan[2] as scan_p90,
  m.transit[1] as transit_p50, m.transit[2] as transit_p90,
  coalesce(j.on_time, 0) as on_time, coalesce(j.judged, 0) as judged, coalesce(f.flagged, 0) as flagged
from moved as m
left join judged as j on j.carrier is not distinct from m.carrier
left join flagged as f on f.carrier is not distinct from m.carrier
where m.carrier is not null
order by m.parcels desc, m.carrier
limit {cap}
