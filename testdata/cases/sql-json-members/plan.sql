CREATE TABLE e (id integer PRIMARY KEY, data jsonb);
CREATE MATERIALIZED VIEW v AS SELECT data->>'type' AS type, data->'tags'->0 AS first, data#>>'{at,city}' AS city, coalesce(data->>'n', 'none') AS n FROM e WHERE data->>'type' <> 'x';
