-- Rates with what stands beside each, for people; all orders before their slices.
SELECT r.*, d.* EXCLUDE (metric, mode, slice)
FROM rates AS r
JOIN rate_details AS d ON d.metric = r.metric AND d.mode = r.mode AND d.slice = r.slice
WHERE r.mode IN {modes}
ORDER BY r.metric, r.slice <> '{}', r.slice, list_position(['standard', 'holiday', 'extension', 'effective'], r.mode);
