-- What the platform asks of a metric.
select target from rates where metric = {metric} and mode = 'effective' and slice = '{}' limit 1
