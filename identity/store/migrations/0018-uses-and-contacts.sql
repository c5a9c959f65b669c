-- On which day an application was last given a token for a citizen. A day and no more: that answers her question, and
-- is written once a day instead of with every token.
CREATE TABLE application_use (
  citizen_id uuid NOT NULL REFERENCES account (citizen_id) ON DELETE CASCADE,
  client_id text NOT NULL,
  -- By the city's calendar.
  used_on date NOT NULL,
  PRIMARY KEY (citizen_id, client_id)
);

CREATE INDEX application_use_client ON application_use (client_id);

-- A mobile of hers that the register knows from elsewhere than from herself today: whoever opens an account in her name
-- must hold it. Mainland number without country code; a family may share one.
ALTER TABLE citizen ADD COLUMN contact_mobile char(11) CHECK (contact_mobile ~ '^1[3-9][0-9]{9}$');
