-- What was logged or signed is neither changed nor deleted.
CREATE FUNCTION acquit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER exchanges_never_change BEFORE UPDATE ON exchanges
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('the exchange log is append-only');
CREATE TRIGGER exchanges_never_go BEFORE DELETE ON exchanges
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('the exchange log is append-only');
CREATE TRIGGER exchanges_never_go_at_once BEFORE TRUNCATE ON exchanges
FOR EACH STATEMENT EXECUTE FUNCTION acquit_refuse('the exchange log is append-only');
CREATE TRIGGER checkpoints_never_change BEFORE UPDATE ON checkpoints
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('checkpoints are append-only');
CREATE TRIGGER checkpoints_never_go BEFORE DELETE ON checkpoints
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('checkpoints are append-only');
CREATE TRIGGER checkpoints_never_go_at_once BEFORE TRUNCATE ON checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION acquit_refuse('checkpoints are append-only');

-- The nodes that write, each with the number of its last commit: what a node whose connection
-- broke during a commit looks at to learn what became of it.
CREATE TABLE writers (
  node TEXT NOT NULL PRIMARY KEY,
  committed BIGINT NOT NULL,
  since TIMESTAMPTZ NOT NULL DEFAULT now()
);
