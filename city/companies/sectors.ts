/** The companies of the synthetic city. */

/** The sector of each company, by the name of its subgraph. */
export const companySectors = { water: "waterco", power: "powerco" } as const;

/** A company, by the name of its subgraph. */
export type Company = keyof typeof companySectors;

/** What the city's operator registers of them at identity, in this order: files for `npm run admin -- REGISTER apply`. */
export const companyRegisters = {
  sectors: new URL("./sectors/", import.meta.url),
  scopes: new URL("./scopes/", import.meta.url),
} as const;
