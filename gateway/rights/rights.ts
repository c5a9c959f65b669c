/**
 * The demands of an operation, found when it is compiled and decided for each request. What a caller may not read is
 * left out of what is planned, so that no subgraph is asked for it, and written as null with an error.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isInterfaceType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { challengeOf } from "../../trust/assurance.ts";
import { type Admitted, needsPurpose, type SignedIn } from "../admission/admit.ts";
import { type Demand, joinDemands, type Refusal, refusalOf } from "./demand.ts";
import type { Demands } from "./demands.ts";

/** What one caller may not read of an operation. */
export interface Refusals {
  /** The same for callers who are refused the same. */
  readonly key: string;
  /** Why she may not read all of it; undefined when she may. */
  readonly whole: Refusal | undefined;
  /** Why she may not read a field of an object or interface type; undefined when she may. */
  ofField(type: string, field: string): Refusal | undefined;
  /** Why she may not read objects of a type; undefined when she may. */
  ofType(type: string): Refusal | undefined;
}

/** Of whoever may read everything. */
export const noRefusals: Refusals = Object.freeze({
  key: "",
  whole: undefined,
  ofField: () => undefined,
  ofType: () => undefined,
});

/** An operation as far as demands go. */
export interface OperationRights {
  /** The kinds of personal data that it asks for. */
  readonly categories: readonly string[];
  /** Whether some of it is for a fresh sign-in alone, so that the right to it ends by itself. */
  readonly growsOld: boolean;
  /** @param now seconds since the epoch */
  decide(admitted: Admitted, now: number): Refusals | Promise<Refusals>;
}

/** Asks rules on behalf of somebody: which of them allow it. */
export type AskRules = (names: readonly string[], signedIn: SignedIn) => Promise<ReadonlySet<string>>;

/** Finds the demands of an operation that is written for `schema`. */
export function findRights(
  document: DocumentNode,
  schema: GraphQLSchema,
  demands: Demands,
  askRules: AskRules,
): OperationRights {
  const found = demands.none ? [] : [...demandsOf(document, schema, demands)];
  if (found.length === 0) return { categories: [], growsOld: false, decide: () => noRefusals };
  // Of what kind data are is asked of those who need a purpose alone.
  const ofCitizens = found.filter(({ authenticated }) => authenticated);
  const rules = [...new Set(found.flatMap(({ policies }) => policies.flat(2)))];
  const refusalsBy = (allowed: ReadonlySet<string>, admitted: Admitted, now: number): Refusals => {
    const refusals = new Map<Demand | undefined, Refusal>();
    const readsOthers = admitted.kind === "signed in" && needsPurpose(admitted);
    for (const demand of readsOthers ? found : ofCitizens) {
      const refusal = refusalOf(demand, admitted, (rule) => allowed.has(rule), now);
      if (refusal) refusals.set(demand, refusal);
    }
    return refusals.size === 0 ? noRefusals : refusalsOf(refusals, schema, demands);
  };
  return {
    categories: joinDemands(found)?.categories ?? [],
    growsOld: found.some(({ assurance }) => (assurance?.maxAgeSeconds ?? null) !== null),
    decide(admitted, now) {
      if (rules.length === 0 || admitted.kind !== "signed in") return refusalsBy(nothingAllowed, admitted, now);
      return askRules(rules, admitted).then((allowed) => refusalsBy(allowed, admitted, now));
    },
  };
}

const nothingAllowed: ReadonlySet<string> = new Set();

/** What any of it demands. */
export function demandsOf(document: DocumentNode, schema: GraphQLSchema, demands: Demands): ReadonlySet<Demand> {
  const found = new Set<Demand | undefined>();
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    Field({ name }) {
      for (const type of holders(typeInfo.getParentType(), schema)) found.add(demands.ofField(type, name.value));
      for (const type of holders(getNamedType(typeInfo.getType()), schema)) found.add(demands.ofType(type));
    },
  });
  visit(document, visitor);
  found.delete(undefined);
  return found as ReadonlySet<Demand>;
}

/** The type itself, and whatever else an object of it may be. */
function holders(type: GraphQLNamedType | null | undefined, schema: GraphQLSchema): string[] {
  if (!type) return [];
  return [type, ...(isAbstractType(type) ? schema.getPossibleTypes(type) : [])].map(({ name }) => name);
}

function refusalsOf(
  refusals: ReadonlyMap<Demand | undefined, Refusal>,
  schema: GraphQLSchema,
  demands: Demands,
): Refusals {
  return {
    key: JSON.stringify([...refusals]),
    whole: wholeOf(refusals),
    ofType: (type) => refusals.get(demands.ofType(type)),
    ofField(typeName, field) {
      const type = schema.getType(typeName);
      // Of an interface it is not known which of its objects it will be.
      const types = isInterfaceType(type) ? holders(type, schema) : [typeName];
      const [first] = types.flatMap((each) => refusals.get(demands.ofField(each, field)) ?? []);
      return first;
    },
  };
}

/** What a better sign-in can mend is told first, and as one demand for all of it. */
function wholeOf(refusals: ReadonlyMap<Demand | undefined, Refusal>): Refusal | undefined {
  const uncertain = [...refusals].flatMap(([demand, { challenge }]) => (demand && challenge ? [demand] : []));
  const assurance = joinDemands(uncertain)?.assurance;
  if (assurance) return { code: "INSUFFICIENT_USER_AUTHENTICATION", challenge: challengeOf(assurance) };
  const [first] = refusals.values();
  return first;
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

/**
 * The operation without what is refused. Where nothing else is left, it asks for the type alone; what is left comes
 * as a whole, since a part of it that was deferred may be gone.
 */
export function withoutRefused(document: DocumentNode, schema: GraphQLSchema, refusals: Refusals): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    Field: (node) => withoutRefusedField(node, typeInfo.getParentType(), schema, refusals),
    Directive: ({ name }) => (name.value === "defer" ? null : undefined),
    SelectionSet: {
      leave: (node): SelectionSetNode | undefined =>
        node.selections.length === 0 ? { ...node, selections: [typename] } : undefined,
    },
  });
  return visit(document, visitor);
}

/** Undefined leaves the field as it is, null takes it away. */
function withoutRefusedField(
  node: FieldNode,
  parent: GraphQLNamedType | null | undefined,
  schema: GraphQLSchema,
  { ofField }: Refusals,
): InlineFragmentNode | null | undefined {
  if (!parent) return undefined;
  if (!isAbstractType(parent)) return ofField(parent.name, node.name.value) ? null : undefined;
  const objects = schema.getPossibleTypes(parent);
  // Of an interface without objects only the fields of its own are ever there.
  const possible: readonly GraphQLNamedType[] = objects.length > 0 ? objects : [parent];
  const allowed = possible.filter(({ name }) => !ofField(name, node.name.value));
  if (allowed.length === possible.length) return undefined;
  return allowed.length === 0 ? null : selectOnEach(allowed, node);
}

function selectOnEach(types: readonly GraphQLNamedType[], field: FieldNode): InlineFragmentNode {
  const on = ({ name: value }: GraphQLNamedType): InlineFragmentNode => ({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  });
  return { kind: Kind.INLINE_FRAGMENT, selectionSet: { kind: Kind.SELECTION_SET, selections: types.map(on) } };
}
