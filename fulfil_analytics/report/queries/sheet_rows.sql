-- The findings of one family as rows of a spreadsheet's sheet, XML: roots first, gravest first. A cell without a value is left
-- out, identifiers and all text are inline strings, so that nothing is a number or a formula by accident. Control characters,
-- which XML cannot hold, are dropped; what looks like Excel's own escape for them is escaped.
with numbered as (
  select f.*, row_number() over (
      order by f.root_finding_id is not null, list_position(['critical', 'high', 'medium', 'low', 'info'], f.severity), f.rule_id,
        f.order_id nulls last, f.finding_id
    ) as place
  from findings as f where f.family = {family}
), lettered as (
  select place - {before} as line, unnest([
      {'letter': 'A', 'text': finding_id}, {'letter': 'B', 'text': rule_id}, {'letter': 'D', 'text': case evidence_class when 'hard' then {word_hard} when 'soft' then {word_soft} else evidence_class end},
      {'letter': 'E', 'text': order_id}, {'letter': 'F', 'text': waybill}, {'letter': 'G', 'text': carrier},
      {'letter': 'H', 'text': shop}, {'letter': 'I', 'text': warehouse}, {'letter': 'K', 'text': message},
      {'letter': 'L', 'text': case verdict when 'upheld' then {word_upheld} when 'excused' then {word_excused} else verdict end}, {'letter': 'M', 'text': source_file}, {'letter': 'O', 'text': evidence},
      {'letter': 'P', 'text': root_finding_id}, {'letter': 'Q', 'text': rule_version},
      {'letter': 'C', 'text': case severity when 'critical' then {word_critical} when 'high' then {word_high}
        when 'medium' then {word_medium} when 'low' then {word_low} when 'info' then {word_info} else severity end}
    ], recursive := true),
    case severity when 'critical' then {style_critical} when 'high' then {style_high} when 'medium' then {style_medium}
      when 'low' then {style_low} when 'info' then {style_info} else {text} end as severity_style
  from numbered where place between {first} and {last}
), plain as (
  select line, letter,
    '<c r="' || letter || line || '" s="' || case letter when 'C' then severity_style else {text} end
      || '" t="inlineStr"><is><t xml:space="preserve">'
      || replace(replace(replace(replace(
        regexp_replace(regexp_replace(left(text, {cell}), '_(x[0-9a-fA-F]{4}_)', '_x005F_\1', 'g'),
          '[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]', '', 'g'),
        '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), chr(13), '_x000D_')
      || '</t></is></c>' as cell
  from lettered where text is not null
  union all
  select place - {before}, 'J', '<c r="J' || (place - {before}) || '" s="' || {time} || '"><v>'
    || printf('%.9f', epoch(date_trunc('second', occurred_at)) / 86400.0 + 25569) || '</v></c>'
  from numbered where occurred_at is not null and place between {first} and {last}
  union all
  select place - {before}, 'N', '<c r="N' || (place - {before}) || '"><v>' || source_line || '</v></c>'
  from numbered where source_line is not null and place between {first} and {last}
)
select '<row r="' || line || '">' || string_agg(cell, '' order by letter) || '</row>' as row_xml
from plain
group by line
order by line
