-- A recovery that an officer opened, who saw the citizen and her identity card: she goes on with a one-time code.
ALTER TABLE recovery_request
  DROP CONSTRAINT recovery_request_proof_check,
  ADD CONSTRAINT recovery_request_proof_check CHECK (proof IN ('code', 'mobile', 'counter')),
  -- SHA-256 of the code.
  ADD COLUMN code_hash bytea UNIQUE CHECK (length(code_hash) = 32),
  -- The staff account of the officer.
  ADD COLUMN opened_by uuid,
  ADD CONSTRAINT counter_has_code CHECK ((proof = 'counter') = (code_hash IS NOT NULL)),
  ADD CONSTRAINT counter_has_officer CHECK ((proof = 'counter') = (opened_by IS NOT NULL));

-- Since somebody else was at the account: at the next sign-in she says which passkeys are hers.
ALTER TABLE account ADD COLUMN must_review_passkeys boolean NOT NULL DEFAULT false;
