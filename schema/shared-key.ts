/** `@sharedKey`: what the department that issues a key, and companies, know the same thing by. */
import type { LinkedDirective } from "./linked-directive.ts";

/** Who says it of a scalar says it for all who use it. */
export const sharedKey: LinkedDirective = {
  name: "sharedKey",
  definition: `
"""
Values of the scalar are keys that several sectors share. Departments issue and see them as they are; clients, and
companies, see a form of the own sector, which no other can compare. Each kind of key is a scalar of its own.
"""
directive @sharedKey on SCALAR
`,
  faultOf: () => undefined,
  merge: () => ({}),
};
