-- What was posted, and a settlement day that was closed, is neither changed nor deleted.
CREATE TRIGGER postings_never_change BEFORE UPDATE ON postings
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('postings are append-only');
CREATE TRIGGER postings_never_go BEFORE DELETE ON postings
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('postings are append-only');
CREATE TRIGGER postings_never_go_at_once BEFORE TRUNCATE ON postings
FOR EACH STATEMENT EXECUTE FUNCTION acquit_refuse('postings are append-only');
CREATE TRIGGER funds_keep_their_amount BEFORE UPDATE OF
  id, provider, transaction_number, kind, amount, currency, entered_at ON funds
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('money facts keep what they were entered with');
CREATE TRIGGER funds_never_go BEFORE DELETE ON funds
FOR EACH ROW EXECUTE FUNCTION acquit_refuse('money facts never go');
CREATE TRIGGER funds_never_go_at_once BEFORE TRUNCATE ON funds
FOR EACH STATEMENT EXECUTE FUNCTION acquit_refuse('money facts never go');
CREATE TRIGGER closed_days_never_change BEFORE UPDATE ON settlement_days
FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
EXECUTE FUNCTION acquit_refuse('a closed day never changes');
CREATE TRIGGER closed_days_never_go BEFORE DELETE ON settlement_days
FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
EXECUTE FUNCTION acquit_refuse('a closed day never changes');

CREATE FUNCTION acquit_line_of_open_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line settlement_lines%ROWTYPE;
BEGIN
  IF TG_OP = 'INSERT' THEN line := NEW; ELSE line := OLD; END IF;
  IF EXISTS (SELECT 1 FROM settlement_days d WHERE d.provider = line.provider
    AND d.day = line.day AND d.currency = line.currency AND d.closed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a closed day never changes';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER closed_lines_never_change BEFORE INSERT OR UPDATE OR DELETE ON settlement_lines
FOR EACH ROW EXECUTE FUNCTION acquit_line_of_open_day();
