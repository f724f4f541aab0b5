-- What generate.py fills in from the facts of the sample, and what was planted.
CREATE TABLE given_places (
  place INT, zip TEXT, city TEXT, state TEXT, state_name TEXT, lat DOUBLE, lon DOUBLE, offset_h INT, is_remote BOOL
);
CREATE TABLE given_houses (house INT, name TEXT, place INT);
CREATE TABLE given_products (
  product INT, seller_sku TEXT, product_name TEXT, category TEXT, variation TEXT, price_cents INT, weight_g INT,
  sku_id TEXT, product_id TEXT
);
CREATE TABLE given_holidays (day DATE);
CREATE TABLE truth (rule_id TEXT, order_id TEXT, waybill TEXT);
