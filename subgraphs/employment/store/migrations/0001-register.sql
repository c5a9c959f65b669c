-- Jobs and registered unemployment.

CREATE TABLE person (
  citizen_id text PRIMARY KEY CHECK (citizen_id ~ '^hm1_[A-Za-z0-9_-]{43}$'),
  -- First day of an old-age pension; null before.
  retired_on date
);

CREATE TABLE job (
  id uuid PRIMARY KEY,
  citizen_id text NOT NULL REFERENCES person,
  employer text NOT NULL CHECK (employer <> ''),
  occupation text NOT NULL CHECK (occupation <> ''),
  start_on date NOT NULL,
  end_on date CHECK (end_on >= start_on)
);

CREATE INDEX job_newest_first ON job (citizen_id, start_on DESC, id DESC);
-- One employment relationship at a time.
CREATE UNIQUE INDEX job_present ON job (citizen_id) WHERE end_on IS NULL;

-- The registration in force; it goes when the person finds work or retires.
CREATE TABLE unemployment (
  citizen_id text PRIMARY KEY REFERENCES person,
  registered_on date NOT NULL,
  -- Whether the work was lost against the person's will (Social Insurance Law, art. 45).
  involuntary boolean NOT NULL,
  -- Months of unemployment insurance paid since the last benefit.
  contribution_months integer NOT NULL CHECK (contribution_months >= 0),
  -- Months of benefit paid out in this registration.
  months_paid integer NOT NULL CHECK (months_paid BETWEEN 0 AND 24)
);
