-- All carriers in one statement: a list for each column, in its order.
INSERT INTO carriers
SELECT
  unnest($1::VARCHAR[]),
  unnest($2::VARCHAR[]),
  unnest($3::VARCHAR[][]),
  unnest($4::VARCHAR[][]),
  unnest($5::INTEGER[][]),
  unnest($6::VARCHAR[]),
  unnest($7::VARCHAR[][]),
  unnest($8::BOOLEAN[]),
  unnest($9::BOOLEAN[]);
