-- What is personal: keys of names, phones and streets, struck text, the form of a value without the value.
-- The holes are patterns of privacy.py, so that SQL and Python strike the same text. The key is a session variable.

-- Full-width forms to half width (the part of NFKC that shop data needs); the ideographic blank is a blank.
CREATE OR REPLACE TEMP MACRO fa_half_width(t) AS
  CASE WHEN strlen(t) <> length(t) THEN translate(t, {full_width}, {half_width}) ELSE t END;

-- Words only: no case, accents, punctuation or doubled blanks. Plain words with one sign between them are most, and cheap.
CREATE OR REPLACE TEMP MACRO fa_words(t) AS
  CASE
    WHEN regexp_full_match(t, '[0-9A-Za-z]+(?:[ ._-][0-9A-Za-z]+)*') THEN replace(replace(replace(lower(t), '.', ' '), '_', ' '), '-', ' ')
    ELSE trim(regexp_replace(
      CASE WHEN strlen(t) <> length(t)
        THEN translate(lower(strip_accents(fa_half_width(nfc_normalize(t)))), 'đıøłßæœ', 'diolsao')
        ELSE lower(t) END,
      '[^\p{L}\p{N}\p{M}]+', ' ', 'g'))
  END;

-- Each form is made of words or digits that are at hand as a column: a macro repeats its argument wherever it names it.

-- "SMITH, John" and "John Smith" are one name. Most are of two words, which need no list to be sorted: a blank comes before
-- all that words are made of, so that the whole is compared with its second word as its first would be.
CREATE OR REPLACE TEMP MACRO fa_name_form(words) AS
  CASE
    WHEN NOT contains(words, ' ') THEN words
    WHEN NOT contains(substr(words, strpos(words, ' ') + 1), ' ') THEN
      CASE WHEN words <= substr(words, strpos(words, ' ') + 1) THEN words
        ELSE substr(words, strpos(words, ' ') + 1) || ' ' || left(words, strpos(words, ' ') - 1) END
    ELSE array_to_string(list_sort(string_split(words, ' ')), ' ')
  END;

-- The last nine digits: country codes, trunk zeros and separators are written or left out at will. An extension is no
-- part of the number; most have none, and then the digits are all there is to look for. Of what a spreadsheet made of a number
-- the zero behind a point falls away (12135550100.0), and 6.28123E+12 has lost its digits: it is nobody's number.
CREATE OR REPLACE TEMP MACRO fa_lost_digits(t) AS
  contains(upper(t), 'E+') AND regexp_full_match(upper(t), '[0-9](?:[.,][0-9]+)?E\+[0-9]+');

CREATE OR REPLACE TEMP MACRO fa_phone_form(t) AS
  CASE
    WHEN regexp_full_match(t, '[0-9()+ .-]+') AND NOT ends_with(t, '.0')
      THEN right(replace(replace(replace(replace(replace(replace(t, '(', ''), ')', ''), '+', ''), ' ', ''), '.', ''), '-', ''), 9)
    WHEN NOT fa_lost_digits(t)
      THEN right(regexp_replace(regexp_replace(lower(fa_half_width(regexp_replace(t, '^(\+?[0-9]{7,})\.0$', '\1'))), '(ext|x|#|分机).*$', ''), '[^0-9]', '', 'g'), 9)
  END;

-- The +4 of a ZIP falls away.
CREATE OR REPLACE TEMP MACRO fa_street_words(t) AS
  CASE WHEN contains(t, '-') THEN fa_words(regexp_replace(t, '\b([0-9]{5})-[0-9]{4}\b', '\1', 'g')) ELSE fa_words(t) END;

-- P.O. Box, PO Box, Post Office Box.
CREATE OR REPLACE TEMP MACRO fa_po_box(words) AS
  CASE WHEN contains(words, ' o box') OR contains(words, 'office box')
    THEN trim(replace(replace(' ' || words || ' ', ' p o box ', ' po box '), ' post office box ', ' po box ')) ELSE words END;

-- Street types and directions are abbreviated; the words for a unit fall away ("Apt 4" = "#4").
CREATE OR REPLACE TEMP MACRO fa_street_form(words) AS
  array_to_string(
    list_filter(
      list_transform(string_split(fa_po_box(words), ' '), lambda word: coalesce(getvariable('fa_street_words')[word], word)),
      lambda word: word <> ''),
    ' ');

-- HMAC-SHA-256 (RFC 2104), the first hex digits of it.
CREATE OR REPLACE TEMP MACRO fa_hmac(t) AS
  left(sha256(getvariable('fa_outer_pad') || unhex(sha256(getvariable('fa_inner_pad') || encode(t)))), {key_digits});

CREATE OR REPLACE TEMP MACRO fa_masked(t) AS
  contains(t, '*') OR (strlen(t) <> length(t) AND (contains(t, '＊') OR contains(t, '•')));

-- A form too short to tell people apart gives no key.
CREATE OR REPLACE TEMP MACRO fa_key(form, least) AS
  CASE
    WHEN getvariable('fa_pii') = 'drop' OR length(form) < least THEN NULL
    WHEN getvariable('fa_pii') = 'keep' THEN form
    ELSE fa_hmac(form)
  END;

-- The same in one call, for a single value.
CREATE OR REPLACE TEMP MACRO fa_name_key(t) AS
  CASE WHEN NOT fa_masked(t) THEN fa_key(fa_name_form(fa_words(t)), 1) END;

CREATE OR REPLACE TEMP MACRO fa_phone_key(t) AS
  CASE WHEN NOT fa_masked(t) THEN fa_key(fa_phone_form(t), 7) END;

CREATE OR REPLACE TEMP MACRO fa_street_key(t) AS
  CASE WHEN NOT fa_masked(t) THEN fa_key(fa_street_form(fa_street_words(t)), 1) END;

CREATE OR REPLACE TEMP MACRO fa_struck_text(t) AS
  regexp_replace(regexp_replace(t, {email}, '[…]', 'g'), {phone}, '[…]', 'g');

-- Most texts hold neither, and are told by a look.
CREATE OR REPLACE TEMP MACRO fa_struck(t) AS
  CASE
    WHEN contains(t, '@') OR strlen(t) >= 7 AND regexp_matches(t, '[0-9][0-9 ().-]{5,}[0-9]')
    THEN fa_struck_text(t)
    ELSE t
  END;

CREATE OR REPLACE TEMP MACRO fa_shape(t) AS
  left(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(t,
      '[A-Z]', 'A', 'g'), '[a-z]', 'a', 'g'), '[0-9]', '9', 'g'), '[^\x00-\x7F]', 'X', 'g'), '[\x00-\x1F\x7F|]', ' ', 'g'),
    24);
