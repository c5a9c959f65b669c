-- Signing keys lie sealed (JWE, see identity/keys/sealing.ts), and each has the times of its life.
ALTER TABLE signing_key
  ADD COLUMN algorithm text NOT NULL DEFAULT 'ES256',
  ADD COLUMN sealed text,
  -- In the published key set since then.
  ADD COLUMN published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Signs since then, and lets the next one take over once it is due.
  ADD COLUMN signing_at timestamptz,
  ADD COLUMN due_at timestamptz,
  -- Signs no more since then; published still, for what it has signed.
  ADD COLUMN retiring_at timestamptz,
  -- Published no more since then; of the key itself nothing is left.
  ADD COLUMN gone_at timestamptz,
  -- Whether it went before its time because somebody else may have it.
  ADD COLUMN compromised boolean NOT NULL DEFAULT false;

-- Keys of before lie plain until identity starts, which has the key to seal them. Plain they may have got into a
-- backup, so the one that signs is due at once.
UPDATE signing_key SET
  published_at = created_at,
  signing_at = created_at,
  due_at = now(),
  retiring_at = CASE WHEN rank < (SELECT max(rank) FROM signing_key) THEN now() END;

ALTER TABLE signing_key
  ALTER COLUMN algorithm DROP DEFAULT,
  ALTER COLUMN jwk DROP NOT NULL,
  DROP COLUMN rank,
  DROP COLUMN created_at,
  ADD COLUMN state text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN gone_at IS NOT NULL THEN 'gone'
         WHEN retiring_at IS NOT NULL THEN 'retiring'
         WHEN signing_at IS NOT NULL THEN 'signing'
         ELSE 'published' END) STORED,
  ADD CHECK (num_nonnulls(jwk, sealed) = CASE WHEN gone_at IS NULL THEN 1 ELSE 0 END),
  ADD CHECK ((signing_at IS NULL) = (due_at IS NULL)),
  ADD CHECK (retiring_at IS NULL OR signing_at IS NOT NULL),
  ADD CHECK (NOT compromised OR gone_at IS NOT NULL);

-- Of each algorithm one key signs, and one is next.
CREATE UNIQUE INDEX signing_key_signing ON signing_key (algorithm) WHERE state = 'signing';
CREATE UNIQUE INDEX signing_key_next ON signing_key (algorithm) WHERE state = 'published';
