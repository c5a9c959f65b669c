/** A plan: modules under the names of the OpenID conformance suite. */
import type { ProviderUnderTest } from "./provider-under-test.ts";

/** Questions the provider. Resolves when it passes; throws `Failed` or `NotApplicable`. */
export type Module = (op: ProviderUnderTest) => Promise<void>;

export type Plan = Readonly<Record<string, Module>>;
