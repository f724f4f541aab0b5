-- How one cell of text becomes a value. Each macro gives null for a cell it cannot read; the caller says so in _problems.
-- Lookups are session variables (see lookups.install). A macro is expanded where it stands, arguments and all, so one that
-- names an argument often is given a plain column.

-- Blanks of every kind, tabs and byte order marks off both ends; null when nothing is left. Most cells are ASCII without any,
-- or with one tab behind (an export guards its numbers with it): a CASE goes on with the rest alone, so their way is short.
CREATE OR REPLACE TEMP MACRO fa_clean(t) AS
  CASE
    WHEN strlen(t) = length(t) AND t >= '!' AND NOT contains(t, e'\t') AND NOT ends_with(t, ' ') AND NOT ends_with(t, e'\n')
      AND NOT ends_with(t, e'\r') THEN t
    WHEN strlen(t) = length(t) AND t >= '!' AND strpos(t, e'\t') = strlen(t) AND NOT ends_with(t, e' \t') AND NOT contains(t, e'\n')
      AND NOT contains(t, e'\r') THEN replace(t, e'\t', '')
    WHEN t IS NOT NULL THEN nullif(
      CASE
        WHEN strlen(t) <> length(t) OR contains(t, e'\n') OR contains(t, e'\r') THEN trim(t, {blanks})
        ELSE trim(replace(t, e'\t', ' '))
      END, '')
  END;

-- As fulfil_analytics.sources.folding.fold does it.
CREATE OR REPLACE TEMP MACRO fa_fold(t) AS
  CASE
    WHEN strlen(t) <> length(t) OR contains(t, '  ') OR contains(t, e'\t') OR contains(t, e'\n') OR contains(t, e'\r')
    THEN regexp_replace(lower(nfc_normalize(t)), '[\s\x{00a0}\x{3000}]+', ' ', 'g')
    ELSE lower(t)
  END;

-- Identifiers ----------------------------------------------------------------------------------------------------------

-- Most numbers are bare, digits alone or, of waybills, digits and capitals: they are what they say, and of all the macros below
-- only the search for lost digits (`fa_zeros`) and for the row's own phone can find anything in them.
CREATE OR REPLACE TEMP MACRO fa_bare_identifier(t) AS
  strlen(t) <= 40 AND regexp_full_match(t, '[0-9]+');

CREATE OR REPLACE TEMP MACRO fa_bare_waybill(t) AS
  strlen(t) <= 60 AND regexp_full_match(t, '[0-9A-Z]*[0-9][0-9A-Z]*') AND NOT regexp_full_match(t, {routed});

-- Spreadsheets guard a number with ' or ="...".
CREATE OR REPLACE TEMP MACRO fa_identifier(t) AS
  CASE WHEN regexp_matches(t, '[\s=''"\x{FF01}-\x{FF5E}]')
    THEN nullif(regexp_replace(fa_half_width(t), '^[=''"]+|["'']+$|\s+', '', 'g'), '')
    ELSE t END;

-- No blanks, no hyphens of any kind, upper case. Dots, slashes and plus signs are part of some carriers' numbers.
CREATE OR REPLACE TEMP MACRO fa_waybill_signs(t) AS
  upper(CASE WHEN regexp_matches(t, '[^0-9A-Za-z]')
    THEN regexp_replace(fa_identifier(t), '[\x{00ad}\x{2010}-\x{2015}\x{2212}\x{200b}-]', '', 'g') ELSE t END);

-- Without the postal code that a barcode has in front.
CREATE OR REPLACE TEMP MACRO fa_waybill(t) AS
  regexp_replace(fa_waybill_signs(t), '^(?:' || {routed} || ')$', '\1\2\3');

-- A word of letters beside a blank is a name or a street, and so is what has no digit. Neither is a number.
CREATE OR REPLACE TEMP MACRO fa_wordy(t, word) AS
  contains(t, ' ') AND regexp_matches(t, word);

CREATE OR REPLACE TEMP MACRO fa_no_name(t, n) AS
  CASE WHEN regexp_matches(n, '[0-9]') AND NOT fa_wordy(t, '(^|\s)\p{L}{2,}([\s,.]|$)') THEN fa_code(n) END;

-- Of waybills, the words that people type instead of one stay: a rule speaks of them. What is written as a phone number is
-- told by its length alone.
CREATE OR REPLACE TEMP MACRO fa_number(t, n) AS
  CASE
    WHEN length(t) = 12 AND regexp_full_match(t, '[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}')
      THEN 'PHONE#10'
    WHEN regexp_matches(n, '[0-9]') AND NOT fa_wordy(t, '(^|\s)\p{L}{4,}([\s,.]|$)') THEN n
    WHEN regexp_full_match(n, {dummy_words}) THEN n
  END;

-- The row's own phone (its last nine digits are known) in place of a waybill is told by its length alone, in every mode:
-- a waybill stands in the outputs.
CREATE OR REPLACE TEMP MACRO fa_own_phone(n, phone) AS
  CASE WHEN length(n) BETWEEN 9 AND 15 AND right(n, 9) = phone AND regexp_full_match(n, '[0-9]+') THEN 'PHONE#' || length(n) END;

CREATE OR REPLACE TEMP MACRO fa_is_own_phone(n, phone) AS
  length(n) BETWEEN 9 AND 16 AND length(phone) = 9 AND ends_with(replace(n, '-', ''), phone);

-- A code is taken as it is, unless it is a phone number or an e-mail address. Bare digits are a code, and most are: they
-- come first, as a CASE goes on with the rest alone.
CREATE OR REPLACE TEMP MACRO fa_code(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]+') THEN t WHEN fa_struck(t) = t THEN t END;

-- Nor is the row's own phone one (`phone`: its last nine digits, or null), however bare, nor ten digits in a row a postal code.
CREATE OR REPLACE TEMP MACRO fa_own_code(t, phone) AS
  CASE WHEN strlen(t) BETWEEN 8 AND 20 AND length(phone) >= 8 AND ends_with(regexp_replace(t, '[^0-9]', '', 'g'), right(phone, 8)) THEN NULL
    ELSE fa_code(t) END;

CREATE OR REPLACE TEMP MACRO fa_postal_code(t, phone) AS
  CASE WHEN strlen(t) >= 10 AND regexp_matches(t, '[0-9]{10}') THEN NULL ELSE fa_own_code(t, phone) END;

-- A text without phone numbers and e-mail addresses (fa_struck). A bare run of digits may be a part number and stays, unless the
-- row's own phone stands there; `runs` is the pattern of those that never stay, as a place has none of ten digits.
CREATE OR REPLACE TEMP MACRO fa_own_struck(t, phone, runs) AS
  CASE
    WHEN contains(t, '@') OR strlen(t) >= 7 AND regexp_matches(t, '[0-9][0-9 ().-]{5,}[0-9]') THEN
      regexp_replace(
        fa_struck_text(t),
        CASE WHEN length(phone) >= 8 AND contains(regexp_replace(t, '[^0-9]', '', 'g'), right(phone, 8))
          THEN '\(?\+?[0-9][0-9 ().-]{5,}[0-9]' ELSE runs END,
        '[…]', 'g')
    ELSE t
  END;

CREATE OR REPLACE TEMP MACRO fa_text(t, phone) AS fa_own_struck(t, phone, '\b\B');

CREATE OR REPLACE TEMP MACRO fa_place_text(t, phone) AS fa_own_struck(t, phone, '\+?[0-9]{10,}');

CREATE OR REPLACE TEMP MACRO fa_zero_tail(t, least) AS
  length(t) >= 15 + least AND regexp_full_match(t, '[0-9]{15}0+');

CREATE OR REPLACE TEMP MACRO fa_zeros(t, zeros_are_damage) AS
  CASE WHEN ends_with(t, '000') THEN fa_zero_tail(t, CASE WHEN zeros_are_damage THEN 3 ELSE 5 END) ELSE FALSE END;

-- 5.76461E+17; 9234690390470910236904.0; digits lost to zeros beyond the 15 that a spreadsheet keeps. Three or four such
-- zeros also happen by chance, so they count only where the caller has found them to be frequent in the column.
CREATE OR REPLACE TEMP MACRO fa_damaged(t, zeros_are_damage) AS
  CASE
    WHEN contains(t, '.') OR contains(t, ',') OR contains(t, 'E') OR contains(t, 'e')
    THEN regexp_full_match(t, '[0-9][.,][0-9]+[eE]\+?[0-9]{1,2}|[0-9]+[eE]\+[0-9]{1,2}|[0-9]+[.,]0+')
    ELSE fa_zeros(t, zeros_are_damage)
  END;

-- Numbers --------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP MACRO fa_integer(t) AS
  CASE
    WHEN regexp_full_match(t, '-?[0-9]{1,18}|\+[0-9]{1,9}') THEN CAST(t AS BIGINT)
    WHEN regexp_full_match(t, '[+-]?[0-9]{1,18}\.0+') THEN CAST(split_part(t, '.', 1) AS BIGINT)
    WHEN regexp_full_match(t, '[+-]?[0-9]{1,3}(,[0-9]{3}){1,5}') THEN CAST(replace(t, ',', '') AS BIGINT)
  END;

-- What an amount says of its currency: an ISO code, or a sign that only one currency has.
CREATE OR REPLACE TEMP MACRO fa_currency(t) AS
  CASE WHEN NOT regexp_full_match(t, '-?[0-9.,]+') THEN coalesce(
    nullif(regexp_extract(upper(t), '^[^A-Z]*([A-Z]{3})[^A-Z]*$', 1), ''),
    getvariable('fa_currency_signs')[nullif(regexp_replace(upper(t), '[-−–()0-9.,''’\s\x{00a0}\x{202f}]', '', 'g'), '')])
  END;

CREATE OR REPLACE TEMP MACRO fa_is_plain_amount(t) AS
  regexp_full_match(t, '-?[0-9]{1,12}(\.[0-9]{1,2})?');

-- The digits and separators of an amount; null when there are several numbers, or none.
CREATE OR REPLACE TEMP MACRO fa_amount_digits(t) AS
  CASE WHEN length(t) <= 40 AND regexp_full_match(t, '[^0-9]*[0-9](?:[0-9.,''’\s\x{00a0}\x{202f}]*[0-9])?[^0-9]*')
    THEN regexp_replace(regexp_extract(t, '[0-9](?:.*[0-9])?'), '[''’\s\x{00a0}\x{202f}]', '', 'g') END;

-- Which separator is the decimal one: the last of two kinds; never one that stands more than once; a single comma unless
-- exactly three digits follow (11,000). A single point with three digits behind it is what `point` says: 'decimal',
-- 'thousands' (Rp120.000), or unknown and then nothing is guessed.
CREATE OR REPLACE TEMP MACRO fa_plain_number(n, point) AS
  CASE
    WHEN regexp_full_match(n, '[1-9][0-9]{0,2}\.[0-9]{3}') AND point = 'thousands' THEN replace(n, '.', '')
    WHEN regexp_full_match(n, '[1-9][0-9]{0,2}\.[0-9]{3}') AND point = 'unknown' THEN NULL
    WHEN regexp_full_match(n, '[0-9]+(\.[0-9]+)?') THEN n
    WHEN regexp_full_match(n, '[1-9][0-9]{0,2}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]+)?') THEN replace(n, ',', '')
    WHEN regexp_full_match(n, '[1-9][0-9]{0,2}(\.[0-9]{3}){2,}') THEN replace(n, '.', '')
    WHEN regexp_full_match(n, '[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+') THEN replace(replace(n, '.', ''), ',', '.')
    WHEN regexp_full_match(n, '[0-9]+,[0-9]+') THEN replace(n, ',', '.')
  END;

CREATE OR REPLACE TEMP MACRO fa_is_negative(t) AS
  regexp_matches(t, '^[^0-9]*[-−–(]');

CREATE OR REPLACE TEMP MACRO fa_plain_cents(t) AS
  CAST(CAST(t AS DECIMAL(18, 2)) * 100 AS BIGINT);

-- 41, 8.99, THB 199.00, MXN 1,234.56, "11,000 JPY", Rp1.234.567, (3.50): hundredths of the unit, of a text `t`, its
-- digits `n` (fa_amount_digits; not needed where t is plain) and the currency it names.
CREATE OR REPLACE TEMP MACRO fa_cents(t, n, currency, point) AS
  CASE
    WHEN fa_is_plain_amount(t) THEN fa_plain_cents(t)
    ELSE CASE WHEN fa_is_negative(t) THEN -1 ELSE 1 END
      * TRY_CAST(round(TRY_CAST(fa_plain_number(
          n, CASE WHEN list_contains(getvariable('fa_whole_currencies'), currency) THEN 'thousands' ELSE point END
        ) AS DECIMAL(22, 6)) * 100) AS BIGINT)
  END;

-- A weight, with its unit written or not. The point is always decimal; a comma is, unless a point stands behind it. In grams
-- 1,200 may be either, and then nothing is guessed: a parcel of one gram would be an accusation.
CREATE OR REPLACE TEMP MACRO fa_decimal(t) AS
  TRY_CAST(
    CASE WHEN contains(t, ',') AND contains(t, '.') THEN replace(t, ',', '') ELSE replace(t, ',', '.') END
    AS DOUBLE);

CREATE OR REPLACE TEMP MACRO fa_weight(t, unit, grams) AS
  TRY_CAST(round(
    TRY_CAST(
      CASE WHEN grams = 1 AND contains(t, ',') AND regexp_matches(t, '[1-9][0-9]*,[0-9]{3}([^0-9]|$)') THEN NULL
        WHEN regexp_full_match(t, '[+-]?[0-9]*[.,]?[0-9]+') THEN replace(t, ',', '.')
        ELSE replace(regexp_extract(lower(t), '^([0-9]*[.,]?[0-9]+)\s*' || unit || '$', 1), ',', '.') END
      AS DECIMAL(22, 6)) * grams) AS BIGINT);

-- Of a folded text.
CREATE OR REPLACE TEMP MACRO fa_boolean(f) AS
  CASE
    WHEN f IN ('true', 'yes', 'y', '1', 't', 'on', '是', 'sí', 'si', 'sim', 'はい') THEN TRUE
    WHEN f IN ('false', 'no', 'n', '0', 'f', 'off', '否', 'não', 'nao', 'いいえ') THEN FALSE
  END;

CREATE OR REPLACE TEMP MACRO fa_country(t) AS
  getvariable('fa_countries')[fa_fold(t)];

-- Times ----------------------------------------------------------------------------------------------------------------

-- Exports before the shop existed, or a century ahead, are no times of an order.
CREATE OR REPLACE TEMP MACRO fa_sane_time(u) AS
  CASE WHEN u >= TIMESTAMP '2000-01-01' AND u < TIMESTAMP '2101-01-01' THEN u END;

-- Local wall time to UTC. In the hour that a clock change repeats, ICU takes the second pass; a skipped hour moves on.
CREATE OR REPLACE TEMP MACRO fa_to_utc(u, zone) AS
  make_timestamp(epoch_us(timezone(zone, u)));

-- Unix seconds, or milliseconds when too large for seconds of this millennium.
CREATE OR REPLACE TEMP MACRO fa_epoch(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{1,16}(\.[0-9]+)?') AND TRY_CAST(t AS DOUBLE) BETWEEN 1 AND 1e14
    THEN make_timestamp(CAST(
      CAST(t AS DECIMAL(24, 6)) * CASE WHEN CAST(t AS DOUBLE) > 1e11 THEN 1000 ELSE 1000000 END AS BIGINT)) END;

-- A date without a time, as the end of a window means it: the last second of the day.
CREATE OR REPLACE TEMP MACRO fa_day_end(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}') THEN t || ' 23:59:59' ELSE t END;

-- Forms that need no decision: ISO 8601 with or without offset, year first, a spreadsheet's serial day, Unix time.
CREATE OR REPLACE TEMP MACRO fa_plain_time(t, zone) AS
  CASE
    WHEN t LIKE '____-__-__T__:__:__Z' THEN TRY_CAST(t AS TIMESTAMP)
    WHEN regexp_full_match(t, '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[T ]+[0-9:.]+ *([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)')
      THEN CAST(TRY_CAST(regexp_replace(replace(t, '/', '-'), ' +([+-][0-9:]+)$', '\1') AS TIMESTAMPTZ) AS TIMESTAMP)
    WHEN regexp_full_match(t, '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?')
      THEN fa_to_utc(TRY_CAST(replace(left(t, 10), '/', '-').replace('.', '-') || substr(t, 11) AS TIMESTAMP), zone)
    WHEN regexp_full_match(t, '[0-9]{5}(\.[0-9]+)?')
      THEN fa_to_utc(TIMESTAMP '1899-12-30' + to_seconds(CAST(round(CAST(t AS DOUBLE) * 86400) AS BIGINT)), zone)
    WHEN regexp_full_match(t, '[0-9]{10}(\.[0-9]+)?|[0-9]{13}') THEN fa_epoch(t)
  END;

-- What a cell says of the order of day and month: 'day-first', 'month-first', 'either', or null when it has no such date.
CREATE OR REPLACE TEMP MACRO fa_date_order(t) AS
  CASE WHEN regexp_matches(t, '^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}') THEN
    CASE
      WHEN regexp_matches(t, '(?i)[0-9] ?[ap]\.? ?m\.?$') THEN 'month-first'
      WHEN regexp_matches(t, '^[0-9]{1,2}\.[0-9]{1,2}\.') THEN 'day-first'
      WHEN CAST(regexp_extract(t, '^[0-9]{1,2}') AS INTEGER) > 12 THEN 'day-first'
      WHEN CAST(regexp_extract(t, '^[0-9]{1,2}.([0-9]{1,2})', 1) AS INTEGER) > 12 THEN 'month-first'
      ELSE 'either'
    END
  END;

-- Places ---------------------------------------------------------------------------------------------------------------

-- "LOS ANGELES, CA 90001, US" taken apart, and only this form: a city before a comma and a short state behind it. Anything
-- else may name a facility or a street.
CREATE OR REPLACE TEMP MACRO fa_location(t) AS
  regexp_extract(t,
    '^([^,0-9]+),\s*([A-Za-z]{2,3})(?:,?\s+([0-9][0-9A-Za-z -]{2,8}[0-9A-Za-z]))?(?:,\s*([^,0-9]+))?$',
    ['city', 'state', 'postal_code', 'country']);

-- Markets and currencies ------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP MACRO fa_market_of_currency(code) AS
  getvariable('fa_currency_markets')[code];

CREATE OR REPLACE TEMP MACRO fa_currency_of_market(market) AS
  getvariable('fa_market_currencies')[market];
