-- Who acts for a citizen is a reader like a caseworker: as whom, and by which right, stands with each read.
ALTER TABLE read_by_another RENAME COLUMN staff_id TO reader_id;
ALTER TABLE read_by_another
  ADD COLUMN reader text NOT NULL DEFAULT 'caseworker',
  ALTER COLUMN department DROP NOT NULL,
  ALTER COLUMN role DROP NOT NULL,
  ALTER COLUMN purpose DROP NOT NULL,
  -- On what it rests that she acts for the citizen, and the guardianship or delegation that it is.
  ADD COLUMN basis text,
  ADD COLUMN right_id uuid,
  ADD CONSTRAINT read_by_another_says_as_what CHECK (
    CASE reader
      WHEN 'caseworker' THEN num_nulls(department, role, purpose) = 0 AND num_nonnulls(basis, right_id) = 0
      WHEN 'delegate' THEN num_nulls(basis, right_id) = 0 AND num_nonnulls(department, role, purpose) = 0
      ELSE false
    END
  ),
  -- One name for all reads of the same citizens by one access token: services were asked with the same tokens.
  DROP CONSTRAINT read_by_another_transaction_id_citizen_id_key,
  ALTER COLUMN transaction_id TYPE text;
ALTER TABLE read_by_another ALTER COLUMN reader DROP DEFAULT;

-- What a delegate reads stands in a history once an hour, not once a request. The digest keeps the index narrow.
CREATE UNIQUE INDEX account_history_once_an_hour
  ON account_history (citizen_id, client_id, md5(detail::text), date_trunc('hour', occurred_at AT TIME ZONE 'UTC'))
  WHERE kind = 'read-by-delegate';
