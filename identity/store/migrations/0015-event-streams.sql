-- How a receiver may have its events: what the operator allows.
ALTER TABLE event_receiver ADD COLUMN delivery text[] NOT NULL DEFAULT '{poll}'
  CHECK (delivery <@ '{poll,push}' AND cardinality(delivery) > 0);
ALTER TABLE event_receiver ALTER COLUMN delivery DROP DEFAULT;

-- The stream of a receiver, as it wants it within what the operator allows (SSF 1.0, 8.1.1).
CREATE TABLE event_stream (
  stream_id uuid PRIMARY KEY,
  client_id text NOT NULL UNIQUE REFERENCES event_receiver (client_id) ON DELETE CASCADE,
  -- Names of events as tokens have them; null for all that the operator allows.
  events_requested text[],
  description text,
  -- What the receiver wishes, and why; the operator's own word stands in `event_receiver`.
  status text NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'paused', 'disabled')),
  reason text,
  -- Where events are pushed to (RFC 8935); null when they are polled for (RFC 8936).
  endpoint_url text,
  -- The header `Authorization` of pushes, sealed under the key-encryption key.
  sealed_authorization text,
  -- When the receiver last asked for a verification event.
  verified_at timestamptz,
  -- Pushes that have failed one after the other, and when the next is due.
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX event_stream_due ON event_stream (due_at) WHERE endpoint_url IS NOT NULL;

-- Whoever collected events until now has a stream to go on with.
INSERT INTO event_stream (stream_id, client_id) SELECT gen_random_uuid(), client_id FROM event_receiver;

ALTER TABLE event_pending DROP CONSTRAINT event_pending_client_id_fkey;
ALTER TABLE event_pending ADD FOREIGN KEY (client_id) REFERENCES event_stream (client_id) ON DELETE CASCADE;

-- Set for the news that a stream is paused or disabled, which is told all the same.
ALTER TABLE event_pending ADD COLUMN despite_status boolean NOT NULL DEFAULT false;
CREATE INDEX event_pending_despite_status ON event_pending (client_id) WHERE despite_status;

-- Streams with how they stand: as the stricter of receiver and operator says. A way that is no longer allowed pauses.
CREATE VIEW standing_event_stream AS
SELECT event_stream.*, kinds, delivery,
       CASE WHEN 'disabled' IN (event_stream.status, event_receiver.status) THEN 'disabled'
            WHEN 'paused' IN (event_stream.status, event_receiver.status) THEN 'paused'
            WHEN CASE WHEN endpoint_url IS NULL THEN 'poll' ELSE 'push' END <> ALL (delivery) THEN 'paused'
            ELSE 'enabled' END AS standing
FROM event_stream JOIN event_receiver USING (client_id);

-- What replicas do in turn, and when one of them last began.
CREATE TABLE chore (
  name text PRIMARY KEY,
  begun_at timestamptz NOT NULL
);
