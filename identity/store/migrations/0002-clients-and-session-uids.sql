-- Client applications that are not the city's own, as the operator registered them (RFC 7591 metadata).
-- The city's clients are part of the configuration.
CREATE TABLE oidc_client (
  client_id text PRIMARY KEY CHECK (client_id ~ '^[A-Za-z0-9._-]{1,100}$'),
  metadata jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Two tabs may each give a session its next identifier at the same moment: for a while it has two rows.
DROP INDEX oidc_artefact_uid;
CREATE INDEX oidc_artefact_uid ON oidc_artefact (model, uid) WHERE uid IS NOT NULL;
