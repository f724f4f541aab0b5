CREATE OR REPLACE TABLE places (
  country VARCHAR,      -- ISO 3166; for the United States the postal country, so territories and military mail are US
  postal_code VARCHAR,  -- as the post writes it, without extension
  city VARCHAR,
  state VARCHAR,        -- code where the country has codes, else the name
  latitude DOUBLE,      -- degrees north; null when the place has none (military mail)
  longitude DOUBLE,     -- degrees east
  kind VARCHAR,         -- standard, po_box, unique (one firm or office), military; null where the source does not say
  time_zone VARCHAR     -- IANA; null where the source does not say
);

-- Every name of a city, its own included, in the form of fa_place: two names are one place when they share a city here.
CREATE OR REPLACE TABLE place_names (
  country VARCHAR,
  state VARCHAR,
  city VARCHAR,
  alias VARCHAR
);

CREATE OR REPLACE TABLE place_alias (
  country VARCHAR,
  alias VARCHAR,        -- both in the form of fa_place
  place VARCHAR
);

CREATE OR REPLACE TABLE regions (
  country VARCHAR,
  code VARCHAR,
  name VARCHAR,         -- as written; compare with fa_place on both sides
  remote BOOLEAN        -- off the main road network of the country
);

-- How many leading characters of a postal code name one area.
CREATE OR REPLACE TABLE postal_levels (
  country VARCHAR,
  prefix_length INTEGER
);
