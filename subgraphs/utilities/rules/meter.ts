/** What meters measure. */
import type { MeterUnit, UtilityService } from "../resolvers.generated.ts";

const units: Readonly<Record<UtilityService, MeterUnit>> = {
  WATER: "CUBIC_METRE",
  POWER: "KILOWATT_HOUR",
  GAS: "CUBIC_METRE",
  HEATING: "GIGAJOULE",
};

/** The legal unit in which a service is measured and charged. */
export function meterUnit(service: UtilityService): MeterUnit {
  return units[service];
}
