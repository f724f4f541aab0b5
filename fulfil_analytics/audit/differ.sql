-- One table of an audit's folder against the same table made anew: rows that only one of them has, and cells that differ.
-- `/*…*/` are names checked before they come here; values are literals.
CREATE OR REPLACE TEMP TABLE differences AS
WITH folder AS (SELECT *, row_number() OVER (PARTITION BY /*keys*/ ORDER BY /*all*/) AS nth FROM read_parquet({folder})),

fresh AS (SELECT *, row_number() OVER (PARTITION BY /*keys*/ ORDER BY /*all*/) AS nth FROM read_parquet({fresh})),

joined AS (
  SELECT f AS f, n AS n, /*key*/ AS key, f.nth IS NULL AS missing, n.nth IS NULL AS added
  FROM folder AS f
  FULL JOIN fresh AS n ON /*same*/ AND f.nth = n.nth
)

SELECT key, '' AS column_name, CASE WHEN missing THEN '(no row)' ELSE '(row)' END AS in_folder,
  CASE WHEN missing THEN '(row)' ELSE '(no row)' END AS follows, /*figure_row*/ AS figure
FROM joined
WHERE missing OR added
/*cells*/
