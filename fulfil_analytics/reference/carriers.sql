CREATE OR REPLACE TABLE carriers (
  carrier VARCHAR,          -- id
  title VARCHAR,
  countries VARCHAR[],      -- ISO 3166, where it works
  handover_to VARCHAR[],    -- carriers whose numbers its parcels may bear
  rest_weekdays INTEGER[],  -- ISO numbers (Monday is 1) of the days without scans
  rest_holidays VARCHAR,    -- 'market': the policy's holidays; 'none'; or the ISO 3166 country whose holidays it keeps
  tracking_hosts VARCHAR[], -- hosts of its own tracking links; a link's host is one of them or below one
  has_format BOOLEAN,       -- a published format is known, so a number can be judged
  complete BOOLEAN          -- a number that fits none of the formats is wrong
);

CREATE OR REPLACE TABLE carrier_names (
  name VARCHAR,             -- as fa_carrier_name gives it
  carrier VARCHAR
);
