-- Who may act for whom, and the caseworkers' accounts.

ALTER TABLE citizen
  ADD COLUMN deceased_on date,
  -- Whoever acts for her must not learn where she is (Anti-Domestic Violence Law of the PRC, art. 23 and 29; a
  -- witness, a child in care). Only that it is so is kept, never why.
  ADD COLUMN whereabouts_protected boolean NOT NULL DEFAULT false;

-- Guardians of minors and of adults without capacity (Civil Code of the PRC, art. 26 to 39), as the register has them.
CREATE TABLE guardianship (
  guardianship_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  guardian uuid NOT NULL REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  ward uuid NOT NULL REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('parent-of-minor', 'appointed-guardian')),
  valid_from timestamptz NOT NULL DEFAULT now(),
  -- Set when a court ends it; what began in the ward's minority ends with that besides.
  valid_until timestamptz,
  -- When its end was told to both; null before.
  end_noted_at timestamptz,
  CHECK (guardian <> ward)
);

CREATE INDEX guardianship_guardian ON guardianship (guardian);
CREATE INDEX guardianship_ward ON guardianship (ward);

CREATE TABLE company (
  -- Random like a citizen ID, and sealed for sectors in the same way.
  company_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Unified social credit code, GB 32100: no I, O, S, V, Z.
  credit_code char(18) NOT NULL UNIQUE CHECK (credit_code ~ '^[0-9A-HJ-NP-RTUWXY]{18}$'),
  name text NOT NULL CHECK (name <> ''),
  legal_representative uuid NOT NULL REFERENCES citizen (citizen_id),
  dissolved_on date
);

CREATE INDEX company_legal_representative ON company (legal_representative);

-- Delegations that somebody gave: for herself, or for the company that she represents.
CREATE TABLE delegation (
  delegation_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('elderly-parent', 'company-representative')),
  giver uuid NOT NULL REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  company_id uuid REFERENCES company (company_id) ON DELETE CASCADE,
  -- Null when the register knows nobody of the number and the name that the giver wrote: nobody can accept it.
  holder uuid REFERENCES citizen (citizen_id) ON DELETE CASCADE,
  -- As the giver wrote it.
  holder_name text NOT NULL CHECK (length(holder_name) BETWEEN 1 AND 100),
  scopes text[] NOT NULL,
  offered_at timestamptz NOT NULL DEFAULT now(),
  accepted_at timestamptz,
  revoked_at timestamptz,
  valid_until timestamptz NOT NULL,
  end_noted_at timestamptz,
  CHECK ((kind = 'company-representative') = (company_id IS NOT NULL)),
  CHECK (giver <> holder)
);

CREATE INDEX delegation_giver ON delegation (giver);
CREATE INDEX delegation_holder ON delegation (holder) WHERE holder IS NOT NULL;

-- The grants with which somebody acts for another, by the right that they rest on.
CREATE INDEX oidc_artefact_acting ON oidc_artefact ((payload #>> '{actingFor,rightId}'))
  WHERE model = 'Grant' AND payload #>> '{actingFor,rightId}' IS NOT NULL;

-- Caseworkers. A human who is also a citizen has two accounts, and nothing here joins them.
CREATE TABLE staff_account (
  staff_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  department text NOT NULL CHECK (department ~ '^[a-z][a-z0-9-]{0,60}$'),
  role text NOT NULL CHECK (role ~ '^[a-z][a-z0-9-]{0,60}$'),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz
);

CREATE TABLE staff_passkey (
  -- WebAuthn credential ID.
  credential_id bytea PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES staff_account (staff_id) ON DELETE CASCADE,
  -- COSE_Key.
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  transports text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);

CREATE INDEX staff_passkey_account ON staff_passkey (staff_id);

-- One-time links with which a caseworker registers a passkey.
CREATE TABLE staff_enrolment (
  -- SHA-256 of what is in the link.
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  staff_id uuid NOT NULL REFERENCES staff_account (staff_id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
