-- Names in the form in which they are compared. Temporary, so that a store opened read-only can have them too.

-- Half width, without accents, lower case, apostrophes straight.
-- DuckDB has NFC but not NFKC; of the latter only full width matters in exports. Plain ASCII takes the short way.
CREATE OR REPLACE TEMP MACRO fa_plain_name(text) AS
CASE WHEN strlen(text) = length(text) THEN lower(text)
ELSE replace(replace(replace(translate(
  lower(strip_accents(translate(nfc_normalize(text),
    '　！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
    ' !"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~'))),
  'đøłħı’‘ʼ´', 'dolhi'''''''''), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
END;

-- A carrier's name as it is looked up: letters and digits only.
CREATE OR REPLACE TEMP MACRO fa_carrier_name(text) AS
regexp_replace(fa_plain_name(text), '[^\p{L}\p{M}\p{N}]', '', 'g');

-- A place name: punctuation to blanks, apostrophes dropped, usual abbreviations spelled out; null when nothing is left.
-- Words stand two blanks apart meanwhile, so that two abbreviations side by side are both found.
CREATE OR REPLACE TEMP MACRO fa_place(text) AS
nullif(trim(replace(
  replace(replace(replace(replace(replace(replace(replace(replace(
    ' ' || regexp_replace(
      replace(replace(replace(fa_plain_name(text), '''', ''), '`', ''), '&', ' and '), '[^\p{L}\p{M}\p{N}]+', '  ', 'g'
    ) || ' ',
    ' st ', ' saint '), ' ste ', ' sainte '), ' ft ', ' fort '), ' mt ', ' mount '),
    ' n ', ' north '), ' s ', ' south '), ' e ', ' east '), ' w ', ' west '),
  '  ', ' ')), '');
