-- Basic old-age insurance. Amounts are in fen, months are 'YYYY-MM'.

CREATE TABLE participant (
  citizen_id text PRIMARY KEY CHECK (citizen_id ~ '^hm1_[A-Za-z0-9_-]{43}$'),
  scheme text NOT NULL CHECK (scheme IN ('EMPLOYEE', 'RESIDENT')),
  birth_month char(7) NOT NULL CHECK (birth_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  -- Which of the three statutory retirement ages applies; the register needs no more than that.
  retirement_track text NOT NULL CHECK (retirement_track IN ('male', 'female_cadre', 'female_worker')),
  -- Whether contributions are being paid at present.
  contributing boolean NOT NULL,
  -- Months paid before the first one in table contribution (paper records, other cities).
  carried_months integer NOT NULL CHECK (carried_months BETWEEN 0 AND 720),
  -- Average of own contribution base over local average wage, year by year; 1 when she earns the average.
  wage_index numeric(5, 4) NOT NULL CHECK (wage_index BETWEEN 0 AND 3),
  account_balance integer NOT NULL CHECK (account_balance >= 0),
  -- First month for which the pension is paid; null before.
  pension_since char(7) CHECK (pension_since ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  CHECK (NOT (contributing AND pension_since IS NOT NULL))
);

CREATE TABLE contribution (
  citizen_id text NOT NULL REFERENCES participant,
  month char(7) NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  base integer NOT NULL CHECK (base > 0),
  employer_part integer NOT NULL CHECK (employer_part >= 0),
  citizen_part integer NOT NULL CHECK (citizen_part >= 0),
  PRIMARY KEY (citizen_id, month)
);

CREATE TABLE payment (
  citizen_id text NOT NULL REFERENCES participant,
  month char(7) NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  paid_on date NOT NULL,
  amount integer NOT NULL CHECK (amount > 0),
  PRIMARY KEY (citizen_id, month)
);
