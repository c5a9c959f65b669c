-- What the gateway is to hear of, until it has; see subgraphs/kit/announce.ts.
CREATE TABLE outbox (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  event jsonb NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX outbox_in_order ON outbox (noted_at);
