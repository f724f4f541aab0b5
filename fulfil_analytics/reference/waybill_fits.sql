CREATE OR REPLACE TEMP TABLE ${into} AS
SELECT waybill, list_filter([${carriers}]::VARCHAR[], lambda carrier: carrier IS NOT NULL) AS carriers
FROM (SELECT DISTINCT waybill FROM ${source} WHERE waybill IS NOT NULL);
