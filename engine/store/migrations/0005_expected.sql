-- Orders that wait for money of just their total.
CREATE INDEX orders_expected ON orders (total) WHERE state IN ('created', 'live');
