-- Whom the client's tokens named as subject, when whoever signed out acted for another: a logout token names the
-- same. By the time the notice is sent the grant that says so is gone.
ALTER TABLE logout_notice ADD COLUMN principal uuid;
