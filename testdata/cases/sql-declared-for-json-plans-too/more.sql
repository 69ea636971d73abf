CREATE TABLE t (id int, n numeric, ts timestamp NOT NULL, PRIMARY KEY (id));
CREATE MATERIALIZED VIEW v AS SELECT * FROM t WHERE n > 1;
