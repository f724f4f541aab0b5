-- The fa_ functions on Spark. One meaning on every engine: docs/architecture.md says what each gives, and a test puts the two
-- preludes side by side. Every backslash that Spark is to see stands once: the engine doubles it.

CREATE OR REPLACE TEMPORARY FUNCTION fa_seconds(a TIMESTAMP, b TIMESTAMP) RETURNS BIGINT RETURN
    CAST(floor((unix_micros(b) - unix_micros(a)) / 1000000.0BD) AS BIGINT);
CREATE OR REPLACE TEMPORARY FUNCTION fa_hours(a TIMESTAMP, b TIMESTAMP) RETURNS BIGINT RETURN
    CAST(floor((unix_micros(b) - unix_micros(a)) / 3600000000.0BD) AS BIGINT);
CREATE OR REPLACE TEMPORARY FUNCTION fa_add_hours(t TIMESTAMP, n BIGINT) RETURNS TIMESTAMP RETURN
    timestamp_micros(unix_micros(t) + n * 3600000000);
CREATE OR REPLACE TEMPORARY FUNCTION fa_add_seconds(t TIMESTAMP, n BIGINT) RETURNS TIMESTAMP RETURN
    timestamp_micros(unix_micros(t) + n * 1000000);
CREATE OR REPLACE TEMPORARY FUNCTION fa_date(t TIMESTAMP) RETURNS DATE RETURN CAST(t AS DATE);
-- Wall time of the zone, told in the session's zone, which is UTC: no wall time is skipped or told twice.
CREATE OR REPLACE TEMPORARY FUNCTION fa_local(t TIMESTAMP, zone STRING) RETURNS TIMESTAMP RETURN from_utc_timestamp(t, zone);
CREATE OR REPLACE TEMPORARY FUNCTION fa_div(x DOUBLE, y DOUBLE) RETURNS DOUBLE RETURN x / nullif(y, 0D);
CREATE OR REPLACE TEMPORARY FUNCTION fa_left(t STRING, n BIGINT) RETURNS STRING RETURN
    CASE
      WHEN n >= 0 THEN substr(t, 1, CAST(n AS INT))
      WHEN n < 0 THEN substr(t, 1, greatest(length(t) + CAST(n AS INT), 0))
    END;
CREATE OR REPLACE TEMPORARY FUNCTION fa_join(a STRING, b STRING) RETURNS STRING RETURN a || '/' || b;

-- Sundays (UTC) from the day of a to the day of b, both included: day 3 after 1970-01-01 was one.
CREATE OR REPLACE TEMPORARY FUNCTION fa_sundays(a TIMESTAMP, b TIMESTAMP) RETURNS BIGINT RETURN CAST(
    floor((unix_date(CAST(b AS DATE)) + 4) / 7.0BD) - floor((unix_date(CAST(a AS DATE)) + 3) / 7.0BD) AS BIGINT
);

-- What a character becomes is asked of DuckDB when the prelude is installed: one character for one, or none. The few that
-- become two follow. Spark's own lower and upper make two of some ("ß" becomes "SS"): rules get these instead.
CREATE OR REPLACE TEMPORARY FUNCTION fa_lower(t STRING) RETURNS STRING RETURN translate(t, {lower_from}, {lower_to});
CREATE OR REPLACE TEMPORARY FUNCTION fa_upper(t STRING) RETURNS STRING RETURN translate(t, {upper_from}, {upper_to});
CREATE OR REPLACE TEMPORARY FUNCTION fa_fold(t STRING) RETURNS STRING RETURN
    replace(replace(replace(translate(t, {folded_from}, {folded_to}), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
CREATE OR REPLACE TEMPORARY FUNCTION fa_place(t STRING) RETURNS STRING RETURN
nullif(trim(regexp_replace(
  replace(replace(replace(replace(replace(replace(replace(replace(
    ' ' || replace(
      regexp_replace(regexp_replace(replace(fa_fold(t), '&', ' and '), '[''’‘ʼ`´]', ''), '[^\p{L}\p{M}\p{N}]+', ' '),
      ' ', '  '
    ) || ' ',
    ' st ', ' saint '), ' ste ', ' sainte '), ' ft ', ' fort '), ' mt ', ' mount '),
    ' n ', ' north '), ' s ', ' south '), ' e ', ' east '), ' w ', ' west '),
  ' +', ' ')), '');

-- Whether a text holds a mask.
CREATE OR REPLACE TEMPORARY FUNCTION fa_masked(t STRING) RETURNS BOOLEAN RETURN
    contains(t, '*') OR contains(t, '＊') OR contains(t, '•');

-- For the findings themselves; rules have no use for these.
CREATE OR REPLACE TEMPORARY FUNCTION fa_id(t STRING) RETURNS STRING RETURN 'F' || left(sha2(t, 256), 16);
CREATE OR REPLACE TEMPORARY FUNCTION fa_iso(t TIMESTAMP) RETURNS STRING RETURN date_format(t, 'yyyy-MM-dd''T''HH:mm:ss''Z''');
CREATE OR REPLACE TEMPORARY FUNCTION fa_json_text(t STRING) RETURNS STRING RETURN
    CASE WHEN t IS NOT NULL THEN substr(to_json(named_struct('t', t)), 6, length(to_json(named_struct('t', t))) - 6) END;
CREATE OR REPLACE TEMPORARY FUNCTION fa_moment(t TIMESTAMP, zone STRING) RETURNS STRING RETURN
    date_format(from_utc_timestamp(t, zone), 'yyyy-MM-dd HH:mm:ss') || ' ' || zone;
