-- Events that concern no account: a signing key that was withdrawn, the verification of a receiver's stream.
ALTER TABLE security_event ALTER COLUMN account_id DROP NOT NULL;
