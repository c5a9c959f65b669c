-- Protected resources that identity gives access tokens for besides the graph, which is part of the configuration.
CREATE TABLE resource_server (
  -- Resource indicator (RFC 8707): an absolute URI without fragment, the audience of its tokens.
  resource text PRIMARY KEY CHECK (length(resource) <= 500 AND resource ~ '^https?://[^[:space:]#]+$'),
  -- Whose it is: tokens that are exchanged for this resource name the citizen in the form of this sector.
  sector text NOT NULL CHECK (sector ~ '^[a-z][a-z0-9-]{0,60}$'),
  -- What a client can be allowed to do for a citizen who is there.
  scopes text[] NOT NULL DEFAULT '{}',
  -- What a client can be allowed to do by itself, with no citizen behind it (RFC 6749, 4.4).
  client_scopes text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Access tokens that were given back before their time (RFC 7009), until that time is over.
CREATE TABLE revoked_token (
  -- `jti` of the token.
  token_id text PRIMARY KEY CHECK (length(token_id) BETWEEN 1 AND 200),
  expires_at timestamptz NOT NULL
);

CREATE INDEX revoked_token_expiry ON revoked_token (expires_at);
