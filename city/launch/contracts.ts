/** Which part of the graph each audience of the city sees (`schema/audiences.ts` says what is in it). */
import { companySectors } from "../companies/sectors.ts";

/** The gateway's setting of that name. Whoever has no part of her own, a company without one too, sees the public one. */
export const contracts = {
  public: { include: ["public"], anonymous: true, clients: ["*"] },
  citizens: { include: ["citizens"], sectors: ["government"] },
  staff: { include: ["staff"], roles: true },
  ...Object.fromEntries(
    Object.values(companySectors).map((sector) => [sector, { include: [sector], sectors: [sector] }]),
  ),
};
