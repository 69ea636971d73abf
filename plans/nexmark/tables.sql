-- The tables of Nexmark, an auction: people, what they sell, what others bid for it. The queries stand in files of
-- their own beside this one:
--   ssp -p tables.sql -p q05.sql log.ndjson
CREATE TABLE person (id bigint PRIMARY KEY, name text, email text, credit_card text, city text, state text,
                     date_time timestamp NOT NULL);
CREATE TABLE auction (id bigint PRIMARY KEY, item text, description text, initial_bid bigint, reserve bigint,
                      date_time timestamp NOT NULL, expires timestamp NOT NULL, seller bigint NOT NULL,
                      category bigint NOT NULL);
CREATE TABLE bid (auction bigint NOT NULL, bidder bigint NOT NULL, price bigint NOT NULL, channel text, url text,
                  date_time timestamp NOT NULL);
-- of query 13
CREATE TABLE side_input (key bigint PRIMARY KEY, value text NOT NULL);
