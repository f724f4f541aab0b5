-- Clocks that run: no other outcome turns with the moment. And parcels that show nothing yet of what settles a rule.
UNION
SELECT order_id FROM deadline_modes
WHERE code_standard IN (3, 4) OR code_holiday IN (3, 4) OR code_extension IN (3, 4) OR code_effective IN (3, 4)
UNION
SELECT parcels.order_id
FROM parcels
LEFT JOIN journeys ON journeys.parcel_id = parcels.parcel_id
LEFT JOIN tracks ON tracks.parcel_id = parcels.parcel_id
WHERE /*unsettled*/
