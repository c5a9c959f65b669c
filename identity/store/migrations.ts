/** Where identity's tables come from, for whoever prepares its database. */

/** The PostgreSQL schema that identity owns. */
export const identitySchema = "identity";

/** The folder of identity's migrations, for `migrate`. */
export const identityMigrations = new URL("./migrations/", import.meta.url);
