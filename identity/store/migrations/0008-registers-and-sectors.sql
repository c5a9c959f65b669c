-- Circles of trust: who shares one form of the citizen ID. A sector is never removed, only retired: were its name
-- given to another company, that company's pseudonyms would be its predecessor's.
CREATE TABLE sector (
  sector text PRIMARY KEY CHECK (sector ~ '^[a-z][a-z0-9-]{0,60}$'),
  document jsonb NOT NULL,
  -- The version of the sector's key with which pseudonyms are made.
  issued_version smallint NOT NULL DEFAULT 1 CHECK (issued_version BETWEEN 1 AND 9999),
  -- While the key changes: the other version that is accepted, the next one before the switch, the last one after it.
  also_accepted smallint CHECK (also_accepted BETWEEN 1 AND 9999),
  change_begun_at timestamptz,
  change_switched_at timestamptz,
  retired_at timestamptz,
  CHECK ((also_accepted IS NULL) = (change_begun_at IS NULL)),
  CHECK (also_accepted IS NULL OR also_accepted - issued_version = CASE WHEN change_switched_at IS NULL THEN 1 ELSE -1 END),
  CHECK (change_switched_at IS NULL OR change_begun_at IS NOT NULL)
);

INSERT INTO sector (sector, document)
VALUES ('government', '{"kind": "department", "organisation": "The departments of the city"}');

-- A client's own tokens bear its ID as their subject: it must not read like a citizen's (RFC 9068, 5).
ALTER TABLE oidc_client ADD CONSTRAINT oidc_client_id_is_no_pseudonym CHECK (client_id !~ '^hm[0-9]+_');

-- What clients may ask for beside the scopes that come with the city, and reasons to read.
CREATE TABLE scope (
  scope text PRIMARY KEY CHECK (scope ~ '^[a-z][a-z0-9-]{0,40}(:[a-z][a-z0-9-]{0,40}){1,2}$'),
  document jsonb NOT NULL
);

CREATE TABLE purpose (
  purpose text PRIMARY KEY CHECK (purpose ~ '^[a-z][a-z0-9-]{0,60}$'),
  document jsonb NOT NULL
);

-- The accounts that may administer identity over its API.
CREATE TABLE administrator (
  account_id uuid PRIMARY KEY,
  document jsonb NOT NULL
);

-- What was administered, by whom. Nothing in it is ever altered or removed.
CREATE TABLE admin_change (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  changed_at timestamptz NOT NULL DEFAULT now(),
  -- Who: an account through a client, or a person at the operator's machine.
  actor text NOT NULL CHECK (actor <> '' AND length(actor) <= 300),
  register text NOT NULL,
  entry text NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z][a-z-]{1,40}$'),
  before jsonb,
  after jsonb
);

CREATE FUNCTION refuse_alteration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER admin_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON admin_change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_alteration();

-- A citizen ID belongs to one person for ever: other tables, in other houses, go on holding its pseudonyms when she
-- has left the register. Only digests stay, so that who left is not in a list.
CREATE TABLE retired_citizen_id (
  digest bytea PRIMARY KEY CHECK (length(digest) = 32)
);

CREATE FUNCTION retire_citizen_ids() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO retired_citizen_id SELECT sha256(uuid_send(citizen_id)) FROM gone ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER citizen_id_retires AFTER DELETE ON citizen
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION retire_citizen_ids();

CREATE FUNCTION refuse_retired_citizen_ids() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM added JOIN retired_citizen_id ON digest = sha256(uuid_send(citizen_id))) THEN
    RAISE EXCEPTION 'a citizen ID is never used again';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER citizen_id_is_new AFTER INSERT ON citizen
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_retired_citizen_ids();

CREATE FUNCTION refuse_new_citizen_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a citizen ID is permanent';
END $$;

CREATE TRIGGER citizen_id_is_permanent BEFORE UPDATE OF citizen_id ON citizen
  FOR EACH ROW WHEN (OLD.citizen_id <> NEW.citizen_id) EXECUTE FUNCTION refuse_new_citizen_id();
