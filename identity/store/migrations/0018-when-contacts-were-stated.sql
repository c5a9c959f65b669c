-- For which day an extract said last what a citizen's contact is: older news changes nothing any more.
ALTER TABLE citizen ADD COLUMN contact_stated_on date;
