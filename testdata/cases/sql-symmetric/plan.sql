CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT id, a BETWEEN SYMMETRIC 2 AND 0 AS b, b = ANY (ARRAY[1, 3]) AS some, b <> ALL (ARRAY[1, NULL]) AS every FROM t;
