-- Where a session began, as its citizen reads it. Sessions themselves are artefacts of the OpenID provider.
CREATE TABLE session_origin (
  -- `uid` of the provider's session.
  uid text PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  started_at timestamptz NOT NULL DEFAULT now(),
  -- As rate limits count them, never more.
  network text NOT NULL,
  -- What the browser calls itself.
  user_agent text CHECK (length(user_agent) <= 300)
);

CREATE INDEX session_origin_of_citizen ON session_origin (citizen_id);
CREATE INDEX session_origin_time ON session_origin (started_at);

-- What a citizen decided about a client that is not the city's own; it outlives sessions.
CREATE TABLE consent (
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  client_id text NOT NULL,
  -- What the client may see.
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  -- What she was asked for and left out; she is not asked again unless the client insists.
  declined text[] NOT NULL DEFAULT '{}',
  given_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (citizen_id, client_id)
);

-- Since somebody else was at the account: nothing goes on before she has a new password.
ALTER TABLE account ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;

-- Accounts that their citizens closed. The history stays out of sight for as long as the law asks for records
-- (Cybersecurity Law, art. 21: six months at least), then it goes.
CREATE TABLE closed_account (
  citizen_id uuid PRIMARY KEY REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  closed_at timestamptz NOT NULL DEFAULT now()
);
