/**
 * The supergraph says itself, by `@tag`, which audience sees what. Root fields are tagged by hand, in the subgraphs. What is
 * under them nobody tags: it follows from the kinds of data and from whose subgraph gives it, so that a tag can neither be
 * forgotten nor open what is another's.
 */
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  print,
  visit,
} from "graphql";
import { type FieldCategories, readFieldCategories } from "../trust/field-categories.ts";
import { governmentSector } from "../trust/pseudonym.ts";
import { type Recipients, readRecipients } from "../trust/recipients.ts";
import type { Audience, AudienceRegister } from "./audiences.ts";
import { requireNone } from "./directives.ts";
import { type Annotated, applicationOf, fieldsOf, isType, linksOf, valuesOf } from "./linked-directive.ts";

/** The supergraph, and what says who may see what of it. */
interface Whole {
  readonly schema: GraphQLSchema;
  readonly categories: FieldCategories;
  readonly recipients: Recipients;
  /** The audiences for which a root field is tagged, by schema coordinate. */
  readonly opened: ReadonlyMap<string, readonly string[]>;
}

/**
 * Puts on every field and union the tags of the audiences that see it.
 *
 * @param supergraphSdl with its organisations (`putOrganisations`)
 * @throws Error that lists every tag which stands elsewhere than on a root field, names no audience, or opens to one what it
 *   may not see
 */
export function putAudiences(supergraphSdl: string, register: AudienceRegister): string {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const schema = buildASTSchema(supergraph, { assumeValidSDL: true });
  const opened = readOpened(supergraph, schema);
  const categories = readFieldCategories(schema);
  const recipients = readRecipients(schema);
  if (opened.size === 0 || !categories || !recipients) return supergraphSdl;
  const whole: Whole = { schema, categories, recipients, opened };
  requireNone(faultsIn(whole, register));
  const seen = Object.entries(register).map(([name, audience]) => [name, seenBy(whole, name, audience)] as const);
  const audiencesOf = (coordinate: string) => seen.flatMap(([name, all]) => (all.has(coordinate) ? [name] : []));
  const roots = rootsOf(schema);
  const definitions = supergraph.definitions.map((node) => (isRoot(node, roots) ? node : tagged(node, audiencesOf)));
  return print({ ...supergraph, definitions });
}

/** @throws Error when a tag stands elsewhere than on a root field, or the supergraph calls it otherwise */
function readOpened(supergraph: DocumentNode, schema: GraphQLSchema): Whole["opened"] {
  const link = linksOf(supergraph).find(({ url }) => String(url).startsWith("https://specs.apollo.dev/tag/"));
  if (!link) return new Map();
  // Composition imports it only to call it otherwise.
  if (link.as !== undefined || link.import !== undefined) requireNone(["a subgraph renames @tag; call it @tag"]);
  const roots = rootsOf(schema);
  const opened = new Map<string, readonly string[]>();
  const strays = supergraph.definitions.filter(isType).flatMap((node) => {
    const onRoots = isRoot(node, roots) ? fieldsOf(node).flatMap((field) => tagsOn(field)) : [];
    for (const field of isRoot(node, roots) ? fieldsOf(node) : []) {
      const names = tagsOn(field).map(({ arguments: given }) => String(valuesOf(given).name));
      if (names.length > 0) opened.set(`${node.name.value}.${field.name.value}`, names);
    }
    return countTags(node) > onRoots.length ? [node.name.value] : [];
  });
  requireNone(
    strays.map((type) => `${type}: @tag is for fields of ${roots.join(", ")}; who sees what is under them follows`),
  );
  return opened;
}

function faultsIn(whole: Whole, register: AudienceRegister): string[] {
  return [...whole.opened].flatMap(([coordinate, names]) =>
    names.flatMap((name) => {
      const audience = register[name];
      if (!audience) return [`${coordinate}: ${name} is no audience; register it in schema/audiences.ts`];
      const [type = "", field = ""] = coordinate.split(".");
      return maySee(whole, audience, type, field) ? [] : [`${coordinate}: ${name} may not see what it gives`];
    }),
  );
}

/** The coordinates of the fields and unions that an audience comes to. */
function seenBy(whole: Whole, name: string, audience: Audience): ReadonlySet<string> {
  const { schema, opened } = whole;
  const roots = rootsOf(schema);
  const seen = new Set<string>();
  const reached = new Set<GraphQLNamedType>();
  const reach = (type: GraphQLNamedType) => {
    if (reached.has(type) || roots.includes(type.name)) return;
    reached.add(type);
    if (isUnionType(type)) seen.add(type.name);
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    for (const field of Object.keys(type.getFields())) if (maySee(whole, audience, type.name, field)) see(type, field);
    for (const promised of type.getInterfaces()) reach(promised);
  };
  const see = (type: GraphQLNamedType, name: string) => {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (!field) return;
    seen.add(`${type.name}.${name}`);
    const target = getNamedType(field.type);
    for (const each of [target, ...(isAbstractType(target) ? schema.getPossibleTypes(target) : [])]) reach(each);
  };
  for (const [coordinate, names] of opened) {
    const [type = "", field = ""] = coordinate.split(".");
    const root = schema.getType(type);
    if (root && names.includes(name)) see(root, field);
  }
  return seen;
}

function maySee({ categories, recipients }: Whole, { sees, sector }: Audience, type: string, field: string): boolean {
  const kinds: readonly string[] = [...categories.ofField(type, field)];
  const isOfItsKinds = kinds.every((kind) => sees.some((one) => one === kind));
  if (sector === undefined) return isOfItsKinds;
  const sectors = recipients.giversOf(type, field).map((giver) => giver?.sector);
  return sectors.includes(sector) || (isOfItsKinds && sectors.includes(governmentSector));
}

/** The definition with the tags of its audiences: on itself when all of its fields have the same. */
function tagged(node: DefinitionNode, audiencesOf: (coordinate: string) => readonly string[]): DefinitionNode {
  if (!isType(node)) return node;
  const type = node.name.value;
  const fields = fieldsOf(node).map((field) => ({ field, names: audiencesOf(`${type}.${field.name.value}`) }));
  const [first, ...others] = fields.map(({ names }) => names.join());
  const common = others.every((each) => each === first) ? (fields[0]?.names ?? audiencesOf(type)) : [];
  const directives = [...(node.directives ?? []), ...common.map(tag)];
  if (fields.length === 0 || common.length > 0) return { ...node, directives } as typeof node;
  const put = fields.map(({ field, names }) => ({
    ...field,
    directives: [...(field.directives ?? []), ...names.map(tag)],
  }));
  return { ...node, fields: put } as typeof node;
}

function tag(name: string): ConstDirectiveNode {
  return applicationOf("tag", { name });
}

function tagsOn({ directives = [] }: Annotated): ConstDirectiveNode[] {
  return directives.filter(({ name }) => name.value === "tag");
}

function countTags(node: DefinitionNode): number {
  let count = 0;
  visit(node, { Directive: ({ name }) => void (name.value === "tag" && count++) });
  return count;
}

function rootsOf(schema: GraphQLSchema): readonly string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => type?.name ?? [],
  );
}

function isRoot(node: DefinitionNode, roots: readonly string[]): boolean {
  return isType(node) && roots.includes(node.name.value);
}
