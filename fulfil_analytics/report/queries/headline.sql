-- The counts that open the report: one row.
with
  f as (select * from seen_findings where verdict is distinct from 'excused'),
  -- what speaks of false shipment: the rules that the platform's kinds of it name; without such a list, those that judge parcels
  speaking as (
    select unnest(json_extract_string(case when json_valid(ways) then ways else '[]' end, '$[*].rule_id')) as rule_id from proofs
    union select rule_id from coverage where grain in ('parcel', 'waybill') and not exists (select 1 from proofs)
  ),
  suspect as (
    select rule_id, coalesce(waybill, order_id) as thing from f
    where evidence_class = 'hard' and severity in ('critical', 'high') and root_finding_id is null
      and rule_id in (select rule_id from speaking)
  )
select
  (select count(*) from seen_orders) as orders,
  (select count(*) from seen_orders where platform_fulfilled) as platform_orders,
  (select count(*) from seen_orders where cancelled_at is not null) as cancelled_orders,
  -- its status says that it has left or arrived, and neither a column nor the tracking says when: no rate counts it
  (select count(distinct d.order_id) from deadlines as d join seen_orders as o on o.order_id = d.order_id
   where d.mode = 'effective' and d.stage in ('rts', 'dispatch', 'delivery') and d.outcome = 'not_applicable'
     and contains(d.why, '"not_applicable":"stop_time_unknown"')) as left_unknown,
  (select count(*) from parcels where order_id in (select order_id from seen_orders)) as parcels,
  (select count(*) from tracking_events) as events,
  (select min(created_at) from seen_orders) as created_from,
  (select max(created_at) from seen_orders) as created_to,
  (select list(distinct shop order by shop) from seen_orders where shop is not null) as shops,
  (select list(distinct market order by market) from seen_orders where market is not null) as markets,
  (select count(*) from source_files) as files,
  (select coalesce(sum(rows_in), 0) from source_files) as rows_in,
  (select coalesce(sum(rows_loaded), 0) from source_files) as rows_loaded,
  (select coalesce(sum(rows_merged), 0) from source_files) as rows_merged,
  (select coalesce(sum(rows_quarantined), 0) from source_files) as rows_quarantined,
  (select count(*) from quarantine where scope = 'cell') as cells_quarantined,
  (select count(*) from f) as findings,
  (select count(*) from f where root_finding_id is null) as roots,
  (select count(distinct order_id) from f) as orders_with_findings,
  (select count(*) from seen_findings where verdict = 'excused') as findings_excused,
  (select count(*) from f where severity = 'critical') as critical,
  (select count(*) from f where severity = 'high') as high,
  (select count(*) from f where severity = 'medium') as medium,
  (select count(*) from f where severity = 'low') as low,
  (select count(*) from f where severity = 'info') as info,
  (select count(*) from coverage) as rules,
  (select count(*) from coverage where status = 'not_testable') as rules_not_testable,
  (select count(*) from coverage where status = 'failed') as rules_failed,
  (select count(distinct thing) from suspect) as suspect_parcels,
  (select list({'rule_id': rule_id, 'n': n} order by n desc, rule_id)
   from (select rule_id, count(distinct thing) as n from suspect group by rule_id)) as suspect_rules
