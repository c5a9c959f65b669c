-- Sessions that have ended. A request that was under way may write its session once more; this is what keeps it dead.
CREATE TABLE ended_session (
  uid text PRIMARY KEY,
  ended_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX ended_session_time ON ended_session (ended_at);

-- The sessions and grants of an account.
CREATE INDEX oidc_artefact_account ON oidc_artefact (model, (payload ->> 'accountId'))
  WHERE payload ->> 'accountId' IS NOT NULL;

-- Clients that are still to be told that a session has ended (OpenID Connect Back-Channel Logout 1.0).
CREATE TABLE logout_notice (
  notice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id text NOT NULL,
  -- Whose session it was.
  account_id uuid NOT NULL,
  -- The session as this client's ID tokens name it.
  sid text NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX logout_notice_due ON logout_notice (due_at);

-- Which transaction an event came in: whoever reads the outbox tells by it what became visible since he last looked.
ALTER TABLE security_event ADD COLUMN transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE INDEX security_event_transaction ON security_event (transaction_id);

-- Who else receives security events, as the operator registered them: clients, each for its own citizens alone.
CREATE TABLE event_receiver (
  client_id text PRIMARY KEY REFERENCES oidc_client (client_id) ON DELETE CASCADE,
  -- Kinds of `security_event` that it wants.
  kinds text[] NOT NULL,
  status text NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'paused', 'disabled')),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What a receiver has not acknowledged yet.
CREATE TABLE event_pending (
  client_id text NOT NULL REFERENCES event_receiver (client_id) ON DELETE CASCADE,
  event_id uuid NOT NULL REFERENCES security_event (event_id) ON DELETE CASCADE,
  PRIMARY KEY (client_id, event_id)
);

CREATE INDEX event_pending_event ON event_pending (event_id);
