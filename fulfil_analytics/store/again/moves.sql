-- Stands in place of the moves of all parcels where only their first moment is asked for.
CREATE OR REPLACE TEMP TABLE moves AS
SELECT min(event_at) AS event_at
FROM parcel_events
WHERE event_at IS NOT NULL AND status NOT IN ('label_created', 'not_found', 'expired');
