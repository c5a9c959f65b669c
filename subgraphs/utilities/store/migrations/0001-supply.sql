-- Homes, their residents, meters, readings and bills. Amounts are in fen, months are 'YYYY-MM';
-- quantities are in the unit of the service (cubic metres, kilowatt-hours, gigajoules).

CREATE TABLE premises (
  id uuid PRIMARY KEY,
  district text NOT NULL CHECK (district <> ''),
  line text NOT NULL CHECK (line <> ''),
  postal_code char(6) NOT NULL CHECK (postal_code ~ '^[0-9]{6}$')
);

-- Who lives in a home, and so sees its meters and bills.
CREATE TABLE resident (
  citizen_id text NOT NULL CHECK (citizen_id ~ '^hm1_[A-Za-z0-9_-]{43}$'),
  premises_id uuid NOT NULL REFERENCES premises,
  PRIMARY KEY (citizen_id, premises_id)
);

CREATE TABLE meter (
  id uuid PRIMARY KEY,
  premises_id uuid NOT NULL REFERENCES premises,
  service text NOT NULL CHECK (service IN ('WATER', 'POWER', 'GAS', 'HEATING'))
);

CREATE INDEX meter_of_premises ON meter (premises_id);

CREATE TABLE reading (
  meter_id uuid NOT NULL REFERENCES meter,
  month char(7) NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  value numeric(12, 3) NOT NULL CHECK (value >= consumption),
  consumption numeric(12, 3) NOT NULL CHECK (consumption >= 0),
  PRIMARY KEY (meter_id, month)
);

CREATE TABLE bill (
  id uuid PRIMARY KEY,
  premises_id uuid NOT NULL REFERENCES premises,
  service text NOT NULL CHECK (service IN ('WATER', 'POWER', 'GAS', 'HEATING')),
  month char(7) NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  consumption numeric(12, 3) NOT NULL CHECK (consumption >= 0),
  amount integer NOT NULL CHECK (amount >= 0),
  due_on date NOT NULL,
  paid_on date,
  UNIQUE (premises_id, service, month)
);

CREATE INDEX bill_newest_first ON bill (premises_id, month DESC, id DESC);
CREATE INDEX bill_unpaid ON bill (premises_id) WHERE paid_on IS NULL;
