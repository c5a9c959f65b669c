-- Insurance cover, encounters and prescriptions. Amounts are in fen.

CREATE TABLE coverage (
  citizen_id text PRIMARY KEY CHECK (citizen_id ~ '^hm1_[A-Za-z0-9_-]{43}$'),
  scheme text NOT NULL CHECK (scheme IN ('EMPLOYEE', 'RESIDENT')),
  start_on date NOT NULL,
  end_on date CHECK (end_on >= start_on),
  -- The employees' scheme alone has personal accounts.
  account_balance integer CHECK (account_balance >= 0),
  CHECK ((scheme = 'EMPLOYEE') = (account_balance IS NOT NULL))
);

CREATE TABLE encounter (
  id uuid PRIMARY KEY,
  citizen_id text NOT NULL CHECK (citizen_id ~ '^hm1_[A-Za-z0-9_-]{43}$'),
  class text NOT NULL CHECK (class IN ('AMBULATORY', 'INPATIENT', 'EMERGENCY', 'VIRTUAL')),
  started_at timestamptz(0) NOT NULL,
  ended_at timestamptz(0) CHECK (ended_at >= started_at),
  service_provider text NOT NULL CHECK (service_provider <> ''),
  service_type text NOT NULL CHECK (service_type <> ''),
  reason text NOT NULL CHECK (reason <> ''),
  total_cost integer NOT NULL CHECK (total_cost >= 0),
  covered_by_fund integer NOT NULL CHECK (covered_by_fund BETWEEN 0 AND total_cost),
  UNIQUE (id, citizen_id)
);

CREATE INDEX encounter_newest_first ON encounter (citizen_id, started_at DESC, id DESC);

CREATE TABLE medication_request (
  id uuid PRIMARY KEY,
  encounter_id uuid NOT NULL,
  citizen_id text NOT NULL,
  medication text NOT NULL CHECK (medication <> ''),
  dosage_instruction text NOT NULL CHECK (dosage_instruction <> ''),
  authored_on timestamptz(0) NOT NULL,
  status text NOT NULL CHECK (status IN ('ACTIVE', 'COMPLETED', 'STOPPED')),
  -- A prescription belongs to the patient of the encounter in which it was written.
  FOREIGN KEY (encounter_id, citizen_id) REFERENCES encounter (id, citizen_id)
);

CREATE INDEX medication_request_newest_first ON medication_request (citizen_id, authored_on DESC, id DESC);
CREATE INDEX medication_request_of_encounter ON medication_request (encounter_id, authored_on DESC, id DESC);
