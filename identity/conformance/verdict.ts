/** What a module can come to, and how it says so. */

/** A requirement is not met; the message is the reason. */
export class Failed extends Error {
  override readonly name = "Failed";
}

/** The module asks for something that this provider does not offer, on purpose; the message says why. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** Holds a requirement. @throws Failed with `requirement` when it is not met */
export function require(met: boolean, requirement: string): asserts met {
  if (!met) throw new Failed(requirement);
}

/** Holds two values against one another. @throws Failed */
export function requireEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Failed(`${what} is ${is}, not ${should}`);
}

/** Ends the module without a verdict on the provider. @throws NotApplicable */
export function notApplicable(reason: string): never {
  throw new NotApplicable(reason);
}
