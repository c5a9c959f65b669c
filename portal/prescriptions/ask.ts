/** What the page of prescriptions asks the graph. */
import { readFileSync } from "node:fs";
import { type AskGraph, isKeptPrivate } from "../graph/ask.ts";
import type { StepUp } from "../sign-in/provider.ts";
import type { PrescriptionsQuery } from "./prescriptions.generated.ts";

type Connection = NonNullable<NonNullable<PrescriptionsQuery["health"]>["medicationRequests"]>;

export type Prescription = Connection["edges"][number]["node"];

/** Whose they are, and what the graph gives of them. */
export interface Prescriptions {
  readonly citizen: PrescriptionsQuery["citizen"];
  readonly found:
    | { readonly kind: "listed"; readonly list: readonly Prescription[]; readonly hasMore: boolean }
    /** She must sign in once more, and so. */
    | { readonly kind: "step up"; readonly stepUp: StepUp }
    /** They are kept from whoever acts for her. */
    | { readonly kind: "private" }
    | { readonly kind: "unavailable" };
}

const query = readFileSync(new URL("./prescriptions.graphql", import.meta.url), "utf8");

/** Asks in the name of whose access token it is. Rejects as `AskGraph` does. */
export async function askPrescriptions(askGraph: AskGraph, accessToken: string): Promise<Prescriptions> {
  const { data, errors } = await askGraph(accessToken, query);
  // The gateway answers in the shape of the schema that this type was generated from.
  const { citizen, health } = data as PrescriptionsQuery;
  const ofHealth = errors.filter(({ path }) => path?.[0] !== "citizen");
  const found = (): Prescriptions["found"] => {
    const requests = health?.medicationRequests;
    if (requests && ofHealth.length === 0) {
      const list = requests.edges.map(({ node }) => node);
      return { kind: "listed", list, hasMore: requests.pageInfo.hasNextPage };
    }
    const [first] = ofHealth;
    const { code, acr_values, max_age } = first?.extensions ?? {};
    if (code === "INSUFFICIENT_USER_AUTHENTICATION" && acr_values !== undefined) {
      return { kind: "step up", stepUp: { acr_values, ...(max_age !== undefined && { max_age }) } };
    }
    return isKeptPrivate(ofHealth) ? { kind: "private" } : { kind: "unavailable" };
  };
  return { citizen, found: found() };
}
