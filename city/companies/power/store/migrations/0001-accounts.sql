-- Contracts and bills of the power company. It knows a citizen by the form of its own sector alone, and nothing in these
-- tables is known to anybody else: no address, no identifier of another house. Amounts are in fen, months are 'YYYY-MM'.

CREATE TABLE account (
  number text PRIMARY KEY CHECK (number ~ '^[0-9]{16}$'),
  citizen_id text NOT NULL UNIQUE CHECK (citizen_id ~ '^hm[1-9][0-9]{0,3}_[A-Za-z0-9_-]{43}$'),
  since date NOT NULL
);

CREATE TABLE bill (
  id uuid PRIMARY KEY,
  account text NOT NULL REFERENCES account,
  month char(7) NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  -- Kilowatt-hours, by day and by night together.
  consumption numeric(12, 3) NOT NULL CHECK (consumption >= 0),
  night_consumption numeric(12, 3) NOT NULL CHECK (night_consumption BETWEEN 0 AND consumption),
  amount integer NOT NULL CHECK (amount >= 0),
  due_on date NOT NULL,
  paid_on date,
  UNIQUE (account, month)
);
