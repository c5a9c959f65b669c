-- What extracts of other registers said last, and for which day: older news changes nothing any more.
ALTER TABLE company ADD COLUMN stated_on date;
ALTER TABLE citizen ADD COLUMN protection_stated_on date;
