-- Every deadline of every order, stage and mode, read to the last one: their number and a fingerprint.
SELECT count(due_at), bit_xor(hash(order_id, stage, mode, due_at, outcome)) FROM deadlines
