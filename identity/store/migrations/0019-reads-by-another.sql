-- Who read a citizen's data that is not herself: written before the data leave the graph, and never altered.
CREATE TABLE read_by_another (
  read_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  read_at timestamptz NOT NULL DEFAULT now(),
  transaction_id uuid NOT NULL,
  -- Without references: the record outlives whom it is about.
  citizen_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  client_id text NOT NULL,
  -- What she was at that time.
  department text NOT NULL,
  role text NOT NULL,
  purpose text NOT NULL,
  categories text[] NOT NULL,
  UNIQUE (transaction_id, citizen_id)
);

CREATE INDEX read_by_another_of_citizen ON read_by_another (citizen_id, read_id);

CREATE TRIGGER read_by_another_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON read_by_another
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_alteration();
