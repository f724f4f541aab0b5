-- Orders whose outcome a mode changes, for people.
FROM mode_changes
WHERE mode IN {modes}
ORDER BY stage, order_id, list_position(['standard', 'holiday', 'extension', 'effective'], mode);
