-- What notes and labels hold, told by kind and never by value. The holes are patterns of content.toml.
-- Each macro is given a plain column: it names its argument often.

CREATE OR REPLACE TEMP MACRO fa_content_form(t) AS
  regexp_replace(lower(fa_half_width(t)), {harmless}, ' ', 'g');

-- A link that leads neither to a carrier's own tracking nor to the platform: a name with a scheme or www, a bare one under a
-- common ending or before a path. The links of one's own and e-mail addresses are taken out first; blanks are doubled,
-- so that two links side by side both have one before them.
CREATE OR REPLACE TEMP MACRO fa_has_link(n) AS
  contains(n, '.') AND regexp_matches(n, '[a-z0-9]\.[a-z]{2}') AND regexp_matches(
    regexp_replace(regexp_replace(regexp_replace(n, {email}, ' ', 'g'), '\s', '  ', 'g'), {own_links}, ' ', 'g'),
    '(?:https?://|www\.)(?:[a-z0-9-]+\.)+[a-z]{2}'
      '|(?:^|[^a-z0-9@._/:-])(?:[a-z0-9][a-z0-9-]*\.)+(?:(?:com|net|org|shop|store|online|xyz)(?:[/\s,;!?)。，]|\.?$|\.\s)|[a-z]{2,6}/[a-z0-9])');

CREATE OR REPLACE TEMP MACRO fa_has_email(n) AS
  contains(n, '@') AND regexp_matches(n, {email});

-- Phone numbers as their last nine digits. A run of digits is looked at as a whole: a grouped waybill is none.
CREATE OR REPLACE TEMP MACRO fa_phones(n) AS
  list_transform(
    list_filter(
      list_concat(
        list_filter(
          regexp_extract_all(n, '\(?\+?\(?[0-9][0-9 ().-]{6,}[0-9]'), lambda run: regexp_full_match(run, {phone_forms})),
        regexp_extract_all(n, {phone_words}, 1)),
      lambda phone: length(regexp_replace(phone, '[^0-9]', '', 'g')) BETWEEN 8 AND 13
        AND NOT regexp_matches(phone, '^(?:19|20)[0-9]{2}[-.][0-9]{1,2}[-.][0-9]{1,2}')),
    lambda phone: right(regexp_replace(phone, '[^0-9]', '', 'g'), 9));

CREATE OR REPLACE TEMP MACRO fa_has_digits(n) AS
  strlen(n) >= 8 AND regexp_matches(n, '[0-9][0-9 ().-]{6,}[0-9]');

-- A phone number or an e-mail address; false for no text.
CREATE OR REPLACE TEMP MACRO fa_exposes(n) AS
  coalesce(fa_has_email(n) OR (fa_has_digits(n) AND len(fa_phones(n)) > 0), FALSE);

-- On a label, what the sender's line says of the sender is no contact; in a note, a contact needs an invitation.
CREATE OR REPLACE TEMP MACRO fa_contact_text(n, place) AS
  CASE
    WHEN place = 'label' THEN regexp_replace(n, {sender}, ' ', 'g')
    WHEN regexp_matches(n, {invitation}) THEN n
    ELSE ''
  END;

-- The phone of the buyer (its last nine digits) may stand anywhere; where it is not known, no phone is held against anyone.
CREATE OR REPLACE TEMP MACRO fa_foreign_phone(n, buyer_phone) AS
  length(buyer_phone) >= 7 AND fa_has_digits(n)
    AND len(list_filter(fa_phones(n), lambda phone: NOT ends_with(phone, buyer_phone) AND NOT ends_with(buyer_phone, phone))) > 0;

-- The same for a text as it stands in the cell: most hold neither a long run of digits nor an @.
CREATE OR REPLACE TEMP MACRO fa_exposes_raw(t) AS
  coalesce(CASE WHEN contains(t, '@') OR contains(t, '＠') OR fa_has_digits(t) THEN fa_exposes(fa_content_form(t)) END, FALSE);
