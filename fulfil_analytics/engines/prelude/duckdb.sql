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

-- Masked text: only what is visible is compared. A word that holds a mask is not visible; of a code, what stands before its
-- first mask is. The mask's own length says nothing.
CREATE OR REPLACE TEMP MACRO fa_masked(text) AS contains(text, '*') OR contains(text, '＊') OR contains(text, '•');
CREATE OR REPLACE TEMP MACRO fa_visible(text) AS fa_place(regexp_replace(text, '[^\s,，]*[*＊•][^\s,，]*', ' ', 'g'));
CREATE OR REPLACE TEMP MACRO fa_visible_words(text) AS list_filter(string_split(fa_visible(text), ' '), lambda word: length(word) >= 3);
CREATE OR REPLACE TEMP MACRO fa_words_compared(a, b, two_masks) AS CASE
    WHEN coalesce(len(a), 0) = 0 OR coalesce(len(b), 0) = 0 THEN 'cannot_tell'
    WHEN list_has_all(b, a) THEN 'match'
    WHEN two_masks AND list_has_all(a, b) THEN 'match'
    WHEN NOT two_masks AND NOT list_has_any(a, b) THEN 'clash'
    ELSE 'cannot_tell'
END;
CREATE OR REPLACE TEMP MACRO fa_masked_match(a, b) AS CASE
    WHEN a IS NULL OR b IS NULL THEN 'cannot_tell'
    WHEN fa_masked(a) AND fa_masked(b) THEN fa_words_compared(fa_visible_words(a), fa_visible_words(b), TRUE)
    WHEN fa_masked(a) THEN fa_words_compared(fa_visible_words(a), string_split(fa_place(b), ' '), FALSE)
    WHEN fa_masked(b) THEN fa_words_compared(fa_visible_words(b), string_split(fa_place(a), ' '), FALSE)
    WHEN fa_place(a) = fa_place(b) THEN 'match'
    WHEN fa_place(a) <> fa_place(b) THEN 'clash'
    ELSE 'cannot_tell'
END;
CREATE OR REPLACE TEMP MACRO fa_code_head(code) AS replace(fa_place(regexp_extract(code, '^[^*＊•]*')), ' ', '');
CREATE OR REPLACE TEMP MACRO fa_masked_code(a, b, n) AS CASE
    WHEN length(fa_code_head(a)) >= n AND length(fa_code_head(b)) >= n
        THEN CASE WHEN fa_left(fa_code_head(a), n) = fa_left(fa_code_head(b), n) THEN 'match' ELSE 'clash' END
    WHEN NOT fa_masked(a) AND NOT fa_masked(b)
        THEN CASE WHEN fa_code_head(a) = fa_code_head(b) THEN 'match' WHEN fa_code_head(a) <> fa_code_head(b) THEN 'clash' ELSE 'cannot_tell' END
    ELSE 'cannot_tell'
END;

-- For the findings themselves; rules have no use for these.
CREATE OR REPLACE TEMP MACRO fa_id(t) AS 'F' || left(sha256(t), 16);
CREATE OR REPLACE TEMP MACRO fa_iso(t) AS strftime(t, '%Y-%m-%dT%H:%M:%SZ');
CREATE OR REPLACE TEMP MACRO fa_json_text(t) AS CAST(to_json(CAST(t AS VARCHAR)) AS VARCHAR);
CREATE OR REPLACE TEMP MACRO fa_moment(t, zone) AS
    strftime((t AT TIME ZONE 'UTC') AT TIME ZONE zone, '%Y-%m-%d %H:%M:%S') || ' ' || zone;
