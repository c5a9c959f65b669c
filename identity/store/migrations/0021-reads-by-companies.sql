-- A company in its own name is a reader too: its sector stands in the place of a person.
ALTER TABLE read_by_another
  ALTER COLUMN reader_id DROP NOT NULL,
  ADD COLUMN sector text,
  DROP CONSTRAINT read_by_another_says_as_what,
  ADD CONSTRAINT read_by_another_says_as_what CHECK (
    CASE reader
      WHEN 'caseworker' THEN num_nulls(reader_id, department, role, purpose) = 0 AND num_nonnulls(basis, right_id, sector) = 0
      WHEN 'delegate' THEN num_nulls(reader_id, basis, right_id) = 0 AND num_nonnulls(department, role, purpose, sector) = 0
      WHEN 'company' THEN num_nulls(sector, purpose) = 0 AND num_nonnulls(reader_id, department, role, basis, right_id) = 0
      ELSE false
    END
  );
