-- The fa_ functions on DuckDB. One meaning on every engine: docs/architecture.md says what each gives.
-- Temporary, so that a store which is open read-only can have them.

CREATE OR REPLACE TEMP MACRO fa_seconds(a, b) AS
    CAST(floor((epoch_us(CAST(b AS TIMESTAMP)) - epoch_us(CAST(a AS TIMESTAMP))) / 1000000.0) AS BIGINT);
CREATE OR REPLACE TEMP MACRO fa_hours(a, b) AS
    CAST(floor((epoch_us(CAST(b AS TIMESTAMP)) - epoch_us(CAST(a AS TIMESTAMP))) / 3600000000.0) AS BIGINT);
CREATE OR REPLACE TEMP MACRO fa_add_hours(t, n) AS t + to_hours(CAST(n AS BIGINT));
CREATE OR REPLACE TEMP MACRO fa_add_seconds(t, n) AS t + to_seconds(CAST(n AS BIGINT));
CREATE OR REPLACE TEMP MACRO fa_date(t) AS CAST(t AS DATE);
CREATE OR REPLACE TEMP MACRO fa_local(t, zone) AS (t AT TIME ZONE 'UTC') AT TIME ZONE zone;
CREATE OR REPLACE TEMP MACRO fa_div(x, y) AS CAST(x AS DOUBLE) / nullif(CAST(y AS DOUBLE), 0);
CREATE OR REPLACE TEMP MACRO fa_left(t, n) AS left(t, CAST(n AS BIGINT));
CREATE OR REPLACE TEMP MACRO fa_join(a, b) AS a || '/' || b;

-- Sundays (UTC) from the day of a to the day of b, both included: day 3 after 1970-01-01 was one.
CREATE OR REPLACE TEMP MACRO fa_sundays(a, b) AS CAST(
    floor((floor(epoch_us(CAST(b AS TIMESTAMP)) / 86400000000.0) + 4) / 7) - floor((floor(epoch_us(CAST(a AS TIMESTAMP)) / 86400000000.0) + 3) / 7) AS BIGINT
);

-- The next two mean what reference/text.sql and reference/places.sql mean (a test compares them).
CREATE OR REPLACE TEMP MACRO fa_fold(text) AS
CASE WHEN strlen(text) = length(text) THEN lower(text)
ELSE replace(replace(replace(translate(
  lower(strip_accents(translate(nfc_normalize(text),
    '　！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
    ' !"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~'))),
  'đøłħı', 'dolhi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
END;
CREATE OR REPLACE TEMP MACRO fa_place(text) AS
nullif(trim(regexp_replace(
  replace(replace(replace(replace(replace(replace(replace(replace(
    ' ' || replace(
      regexp_replace(regexp_replace(replace(fa_fold(text), '&', ' and '), '[''’‘ʼ`´]', '', 'g'), '[^\p{L}\p{M}\p{N}]+', ' ', 'g'),
      ' ', '  '
    ) || ' ',
    ' st ', ' saint '), ' ste ', ' sainte '), ' ft ', ' fort '), ' mt ', ' mount '),
    ' n ', ' north '), ' s ', ' south '), ' e ', ' east '), ' w ', ' west '),
  ' +', ' ', 'g')), '');

-- Whether a text holds a mask; what it leaves visible is compared in the model (store/model/63_masks.sql).
CREATE OR REPLACE TEMP MACRO fa_masked(text) AS contains(text, '*') OR contains(text, '＊') OR contains(text, '•');

-- For the findings themselves; rules have no use for these.
CREATE OR REPLACE TEMP MACRO fa_id(t) AS 'F' || left(sha256(t), 16);
CREATE OR REPLACE TEMP MACRO fa_iso(t) AS strftime(t, '%Y-%m-%dT%H:%M:%SZ');
CREATE OR REPLACE TEMP MACRO fa_json_text(t) AS CAST(to_json(CAST(t AS VARCHAR)) AS VARCHAR);
CREATE OR REPLACE TEMP MACRO fa_moment(t, zone) AS
    strftime((t AT TIME ZONE 'UTC') AT TIME ZONE zone, '%Y-%m-%d %H:%M:%S') || ' ' || zone;
