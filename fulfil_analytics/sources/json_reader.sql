-- What the SELECTs over JSON documents need; each is made as a temporary macro (see json_reader.install).

-- A value where an export should have text or a number; an object or a list in its place is nothing, not its JSON text.
create or replace temporary macro fa_json_scalar(value) as
    case when left(value, 1) in ('{', '[') and json_valid(value) then null else value end;

-- The value below a list, when all entries agree: one package of an order, not the first of several.
create or replace temporary macro fa_json_agreed(entries, path) as
    case
        when left(entries, 1) = '[' and len(list_distinct(json_extract_string(entries, path))) = 1
            then json_extract_string(entries, path)[1]
    end;

-- A value of the first entry of a list whose key has a given value, whatever the case.
create or replace temporary macro fa_json_filtered(entries, key, wanted, path) as
    case
        when left(entries, 1) = '['
            then json_extract_string(
                list_filter(
                    json_extract(entries, '$[*]'),
                    lambda entry: lower(json_extract_string(entry, key)) = lower(wanted)
                )[1],
                path
            )
    end;

-- Steps of `records`. A look for the key's name spares a document without it from being parsed once an alternative.
create or replace temporary macro fa_json_list(element, path, key) as
    case when contains(element::varchar, key) then nullif(json_extract(element, path), []) end;

create or replace temporary macro fa_json_object(element, path, key) as
    case
        when contains(element::varchar, key) and json_type(element, path) = 'OBJECT' then [json_extract(element, path)]
    end;

create or replace temporary macro fa_json_entries(element) as
    case when left(ltrim(element::varchar), 1) = '[' then nullif(json_extract(element, '$[*]'), []) end;

create or replace temporary macro fa_json_self(element) as
    case when left(ltrim(element::varchar), 1) = '{' then [element::json] end;
