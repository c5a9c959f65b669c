-- The population register. Nothing about ethnicity, religion, politics or bodies has a place here.
CREATE TABLE citizen (
  -- Random, permanent and derived from nothing; it never leaves this schema as it is.
  citizen_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- GB 11643, upper-case X.
  resident_id char(18) NOT NULL UNIQUE CHECK (resident_id ~ '^[0-9]{17}[0-9X]$'),
  name text NOT NULL CHECK (name <> ''),
  name_latin text CHECK (name_latin <> ''),
  birth_date date NOT NULL,
  address_district text,
  address_line text,
  address_postal_code char(6) CHECK (address_postal_code ~ '^[0-9]{6}$'),
  preferred_language text NOT NULL DEFAULT 'zh-CN' CHECK (preferred_language IN ('zh-CN', 'ug', 'kk', 'en')),
  -- An address is there as a whole or not at all.
  CHECK (num_nonnulls(address_district, address_line, address_postal_code) IN (0, 3))
);

-- How a citizen signs in. Not everybody in the register has an account.
CREATE TABLE account (
  citizen_id uuid PRIMARY KEY REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  -- Mainland number without country code.
  mobile char(11) UNIQUE CHECK (mobile ~ '^1[3-9][0-9]{9}$'),
  -- argon2id in PHC string format.
  password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%')
);

-- What the OpenID provider must not forget: sessions, grants, refresh tokens.
CREATE TABLE oidc_artefact (
  model text NOT NULL,
  -- SHA-256 of the identifier, so that who reads this table holds nothing that can be presented.
  id_hash bytea NOT NULL CHECK (length(id_hash) = 32),
  payload jsonb NOT NULL,
  grant_id text,
  uid text,
  expires_at timestamptz,
  consumed_at timestamptz,
  PRIMARY KEY (model, id_hash)
);

CREATE INDEX oidc_artefact_grant ON oidc_artefact (grant_id) WHERE grant_id IS NOT NULL;
CREATE UNIQUE INDEX oidc_artefact_uid ON oidc_artefact (model, uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_artefact_expiry ON oidc_artefact (expires_at) WHERE expires_at IS NOT NULL;

-- The provider's private keys (JWK). The one with the highest rank signs; all are published.
CREATE TABLE signing_key (
  key_id text PRIMARY KEY,
  rank integer NOT NULL UNIQUE,
  jwk jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
