-- Numbers of digits that a spreadsheet keeps whole but for zeros in front, and hidden phone numbers. A dummy is none.
CREATE OR REPLACE TEMP TABLE zeros_suspects AS
SELECT DISTINCT carrier, waybill
FROM ${source}
WHERE carrier IS NOT NULL
  AND regexp_full_match(waybill, '[1-9][0-9]{5,14}|PHONE#[0-9]{1,2}')
  AND replace(waybill, left(waybill, 1), '') <> ''
  AND NOT contains(repeat('0123456789', 7), waybill)
  AND NOT contains(repeat('9876543210', 7), waybill);
