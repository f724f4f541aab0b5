-- How many findings each family has.
select family, count(*) as findings from findings group by family order by family
