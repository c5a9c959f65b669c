/** Which port is whose: everything is counted from the city's base port. */

/** The services of the city in the order in which they are shown. */
export const serviceNames = [
  "portal",
  "gateway",
  "identity",
  "health",
  "pension",
  "employment",
  "utilities",
  "water",
  "power",
] as const;

export type ServiceName = (typeof serviceNames)[number];

const portOffsets: Readonly<Record<ServiceName, number>> = {
  portal: 0,
  gateway: 1,
  identity: 2,
  health: 10,
  pension: 11,
  employment: 12,
  utilities: 13,
  water: 20,
  power: 21,
};

/** The embedded PostgreSQL is this many ports above the base port. */
export const databasePortOffset = 90;

/** The port of a service. */
export function portOf(basePort: number, service: ServiceName): number {
  return basePort + portOffsets[service];
}

/** Where a service answers. */
export function originOf(basePort: number, service: ServiceName): string {
  return `http://localhost:${portOf(basePort, service)}`;
}
