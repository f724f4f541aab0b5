-- Places that touched parcels named and name no more. One that no other parcel names either goes.
CREATE TABLE part.main.gone_places AS
WITH old_parcels AS (
  SELECT p.* FROM whole.main.parcels AS p WHERE p.parcel_id IN (FROM part.main.touched_parcels)
)
SELECT fa_place_id(coalesce(e.country, p.market), e.state, e.city, e.postal_code) AS place_id
FROM whole.main.parcel_events AS e
JOIN old_parcels AS p ON p.parcel_id = e.parcel_id
WHERE e.is_scan AND coalesce(e.state, e.city, e.postal_code) IS NOT NULL
UNION
SELECT fa_place_id(p.market, w.state, w.city, w.postal_code)
FROM old_parcels AS p
JOIN warehouses AS w ON w.warehouse = p.warehouse
UNION
SELECT fa_place_id(market, state, NULL, postal_code) FROM old_parcels
EXCEPT
SELECT place_id FROM part.main.track_places;
