-- A typed load as one would write it by hand: every column of the order export and of the tracking template, text
-- trimmed of its TABs, numbers as numbers, times as UTC timestamps. The yardstick of `fulfil audit`.
-- Variable: inputs (folder).
SET TimeZone = 'UTC';
CREATE OR REPLACE MACRO text_(cell) AS nullif(trim(cell, chr(9) || ' '), '');
CREATE OR REPLACE MACRO money(cell) AS (nullif(cell, '')::DECIMAL(18, 2));
CREATE OR REPLACE MACRO utc(cell) AS
  timezone('UTC', timezone('America/Los_Angeles', strptime(text_(cell), '%m/%d/%Y %-I:%M:%S %p')));

CREATE TABLE order_lines AS
SELECT
  text_("Order ID") AS order_id, "Order Status" AS order_status, "Order Substatus" AS order_substatus,
  "Cancelation/Return Type" AS cancelation_type, "Normal or Pre-order" AS order_type,
  text_("SKU ID") AS sku_id, "Seller SKU" AS seller_sku, text_("Product ID") AS product_id, "Product Name" AS product_name,
  "Variation" AS variation, "Virtual Bundle Seller SKU" AS bundle_seller_sku,
  "Quantity"::INTEGER AS quantity, "Sku Quantity of return"::INTEGER AS returned_quantity,
  money("SKU Unit Original Price") AS unit_price, money("SKU Subtotal Before Discount") AS subtotal_before_discount,
  money("SKU Platform Discount") AS platform_discount, money("SKU Seller Discount") AS seller_discount,
  money("SKU Subtotal After Discount") AS subtotal, money("Shipping Fee After Discount") AS shipping_fee,
  money("Original Shipping Fee") AS original_shipping_fee, money("Shipping Fee Seller Discount") AS shipping_seller_discount,
  money("Co-Funded Shipping Fee Discount") AS shipping_co_funded, money("Shipping Fee Platform Discount") AS shipping_platform_discount,
  money("Payment platform discount") AS payment_discount, money("Retail Delivery Fee") AS retail_delivery_fee,
  money("Taxes") AS taxes, money("Order Amount") AS order_amount, money("Order Refund Amount") AS refund_amount,
  utc("Created Time") AS created_at, utc("Paid Time") AS paid_at, utc("RTS Time") AS rts_at,
  utc("Shipped Time") AS shipped_at, utc("Delivered Time") AS delivered_at, utc("Cancelled Time") AS cancelled_at,
  "Cancel By" AS cancelled_by, "Cancel Reason" AS cancel_reason, "Fulfillment Type" AS fulfillment_type,
  "Warehouse Name" AS warehouse, text_("Tracking ID") AS waybill, "Delivery Option Type" AS delivery_option_type,
  "Delivery Option" AS delivery_option, "Shipping Provider Name" AS carrier, "Buyer Message" AS buyer_message,
  "Buyer Nickname" AS buyer_nickname, "Buyer Username" AS buyer_username, "Recipient" AS recipient, "Phone #" AS phone,
  "Country" AS country, "State" AS state, "City" AS city, text_("Zipcode") AS postal_code, "Address Line 1" AS address_1,
  "Address Line 2" AS address_2, "Delivery Instruction" AS delivery_instruction, "Payment Method" AS payment_method,
  "Weight(kg)"::DECIMAL(9, 3) AS weight_kg, "Product Category" AS category, text_("Package ID") AS package_id,
  "Seller Note" AS seller_note, "Shipping Information" AS shipping_information, "Combined Listing" AS combined_listing,
  "Order Channel" AS order_channel, "Creator Handle" AS creator_handle
FROM read_csv(getvariable('inputs') || '/All order*.csv', header = true, all_varchar = true, normalize_names = false);

CREATE TABLE tracking_events AS
SELECT tracking_number, carrier, timezone('UTC', event_time::TIMESTAMPTZ) AS event_time, status, description,
  location, city, state, postal_code, country, weight_g::INTEGER AS weight_g
FROM read_csv(getvariable('inputs') || '/tracking*.csv', header = true, all_varchar = true);
