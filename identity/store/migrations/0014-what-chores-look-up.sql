-- Rights whose end has not been told yet: a chore goes through them in turn.
CREATE INDEX guardianship_open ON guardianship (guardianship_id) WHERE end_noted_at IS NULL;
CREATE INDEX delegation_open ON delegation (delegation_id) WHERE end_noted_at IS NULL;

-- The notices of one client, the longest due in front: a client that does not answer may have a million.
CREATE INDEX logout_notice_of_client ON logout_notice (client_id, due_at);
DROP INDEX logout_notice_due;

-- What a client was let have, for when it is removed.
CREATE INDEX oidc_artefact_client ON oidc_artefact ((payload ->> 'clientId')) WHERE model = 'Grant';
CREATE INDEX consent_client ON consent (client_id);
