-- What turns a carrier's words into the house's statuses; each is made as a temporary macro (see events.install). The
-- tests in front are cheap and mostly spare the replacement, which is not.

-- A status code or word as vocabularies spell it: case and blanks do not matter.
create or replace temporary macro fa_event_code(value) as
    nullif(
        case
            when regexp_matches(value, '^ | $|  |[\t\r\n\x{a0}\x{3000}]')
                then trim(regexp_replace(lower(nfc_normalize(value)), '[\s\x{a0}\x{3000}]+', ' ', 'g'))
            else lower(nfc_normalize(value))
        end,
        ''
    );

-- Free text as phrases are looked up in it: letters and digits, one blank between words, at least one at either end.
create or replace temporary macro fa_event_text(value) as
    case
        when regexp_matches(value, '[^A-Za-z0-9 ]|  ')
            then ' ' || regexp_replace(lower(nfc_normalize(value)), '[^\p{L}\p{M}\p{N}]+', ' ', 'g') || ' '
        else ' ' || lower(value) || ' '
    end;
