-- What a citizen proves herself with, beside or instead of a password.
ALTER TABLE account
  -- How her identity was proofed: against the register's data, or by an officer who saw her and her card.
  ADD COLUMN proofing text NOT NULL DEFAULT 'remote' CHECK (proofing IN ('none', 'remote', 'in_person')),
  ADD COLUMN proofed_at timestamptz NOT NULL DEFAULT now(),
  -- The staff account of the officer, for a proofing in person.
  ADD COLUMN proofed_by uuid,
  ADD COLUMN opened_at timestamptz NOT NULL DEFAULT now(),
  -- Who she is to an authenticator (WebAuthn, user handle): random, and not the citizen ID, which stays in this schema.
  ADD COLUMN passkey_user uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  -- Whether a code by SMS is asked for after the password.
  ADD COLUMN sms_factor boolean NOT NULL DEFAULT false,
  -- Since a recovery with no proof but the SIM card; until a factor from before it is used, nothing above level 1.
  ADD COLUMN recovered_at timestamptz,
  ADD CONSTRAINT in_person_has_officer CHECK (proofing <> 'in_person' OR proofed_by IS NOT NULL),
  ADD CONSTRAINT sms_factor_has_mobile CHECK (NOT sms_factor OR mobile IS NOT NULL),
  -- An account may live on passkeys alone.
  ALTER COLUMN password_hash DROP NOT NULL;

CREATE TABLE passkey (
  -- base64url, as authenticators give it.
  credential_id text PRIMARY KEY CHECK (length(credential_id) BETWEEN 1 AND 1400),
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  -- COSE key.
  public_key bytea NOT NULL,
  -- Signature counter; stays 0 for authenticators that do not count.
  counter bigint NOT NULL CHECK (counter >= 0),
  transports text[] NOT NULL,
  -- Whether it may be copied between devices (BE flag); such a key is called `swk` in amr, a bound one `hwk`.
  synced boolean NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);

CREATE INDEX passkey_of_citizen ON passkey (citizen_id);

-- The secret of an authenticator app (RFC 6238), sealed under a key that is not in this database.
CREATE TABLE totp (
  citizen_id uuid PRIMARY KEY REFERENCES account (citizen_id) ON DELETE CASCADE,
  sealed_secret bytea NOT NULL,
  -- The time step of the last code that was accepted; none of it or before it counts again.
  last_step bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Printed codes of 120 random bits each, hence a plain SHA-256 (NIST SP 800-63B-4, 3.1.2.2).
CREATE TABLE recovery_code (
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  PRIMARY KEY (citizen_id, code_hash)
);

-- Browsers in which an account has signed in, known by a random cookie.
CREATE TABLE known_device (
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  device_hash bytea NOT NULL CHECK (length(device_hash) = 32),
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (citizen_id, device_hash)
);

CREATE INDEX known_device_hash ON known_device (device_hash);

CREATE TABLE recovery_request (
  recovery_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  -- By a printed code and the mobile at once, or by the mobile alone and a delay.
  proof text NOT NULL CHECK (proof IN ('code', 'mobile')),
  started_at timestamptz NOT NULL DEFAULT now(),
  -- From then on it may be completed, until it ends by itself.
  ready_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- SHA-256 of what the notice's link carries.
  cancel_hash bytea NOT NULL UNIQUE CHECK (length(cancel_hash) = 32),
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('completed', 'cancelled', 'replaced')),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- One at a time.
CREATE UNIQUE INDEX recovery_request_open ON recovery_request (citizen_id) WHERE ended_at IS NULL;
