DELETE FROM part.main.gone_places
WHERE place_id IN (
  SELECT fa_place_id(coalesce(e.country, p.market), e.state, e.city, e.postal_code)
  FROM whole.main.parcel_events AS e
  JOIN whole.main.parcels AS p ON p.parcel_id = e.parcel_id
  WHERE e.is_scan AND coalesce(e.state, e.city, e.postal_code) IS NOT NULL AND e.event_at IS NOT NULL
    AND e.status NOT IN ('label_created', 'not_found', 'expired') AND e.parcel_id NOT IN (FROM part.main.touched_parcels)
  UNION
  SELECT fa_place_id(p.market, w.state, w.city, w.postal_code)
  FROM whole.main.parcels AS p
  JOIN warehouses AS w ON w.warehouse = p.warehouse
  WHERE p.parcel_id NOT IN (FROM part.main.touched_parcels)
  UNION
  SELECT fa_place_id(market, state, NULL, postal_code)
  FROM whole.main.parcels
  WHERE parcel_id NOT IN (FROM part.main.touched_parcels)
);
