-- What happened to an account, as its citizen reads it. Never the content of what anybody read.
CREATE TABLE account_history (
  entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{1,60}$'),
  occurred_at timestamptz NOT NULL DEFAULT now(),
  -- The client application through which it happened, if any.
  client_id text,
  -- The network that it came from (a /24 or /48, as rate limits count them), never the whole address.
  network text,
  -- What the browser calls itself.
  user_agent text CHECK (length(user_agent) <= 300),
  -- The rest, by kind; no secret is ever in it.
  detail jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX account_history_of_citizen ON account_history (citizen_id, entry_id DESC);

-- Outbox of the security event stream (SSF, CAEP): written in the transaction of what happened.
CREATE TABLE security_event (
  event_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Gaps and late commits are possible: a reader must not take the highest number it saw for all before it.
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  -- The raw citizen ID, or the ID of a staff account.
  account_id uuid NOT NULL,
  kind text NOT NULL,
  payload jsonb NOT NULL,
  occurred_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX security_event_time ON security_event (occurred_at);
