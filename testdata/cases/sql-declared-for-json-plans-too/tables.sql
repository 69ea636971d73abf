CREATE TABLE t (id integer PRIMARY KEY, n numeric, ts timestamp NOT NULL);
