
LEFT JOIN (SELECT warehouse, max(country) AS country, max(state) AS state FROM warehouses GROUP BY warehouse) AS warehouse
  ON warehouse.warehouse = o.warehouse
