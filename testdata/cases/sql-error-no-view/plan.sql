-- Names alone write nothing.
CREATE VIEW paid AS SELECT id FROM orders WHERE status = 'paid';
