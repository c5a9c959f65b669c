/** What other folders may use of identity. */
export { identityMigrations, identitySchema } from "./store/migrations.ts";
