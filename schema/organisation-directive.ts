/** `@organisation`: the supergraph says itself whose each subgraph is, so that the gateway needs no file beside it. */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type EnumValueDefinitionNode,
  Kind,
  parse,
  print,
} from "graphql";
import { requireNone } from "./directives.ts";
import { applicationOf, isLinkToSpecification, linkTo, valuesOf } from "./linked-directive.ts";
import type { OrganisationRegister } from "./organisations.ts";

const definition = `
"""Whose a subgraph is, and what kinds of personal data it may be handed of what other organisations give."""
directive @organisation(name: String!, sector: String!, receives: [String!]!) on ENUM_VALUE
`;

/**
 * Puts the organisations beside the subgraphs.
 *
 * @throws Error that lists every subgraph which is no registered organisation's
 */
export function putOrganisations(supergraphSdl: string, register: OrganisationRegister): string {
  const faults: string[] = [];
  const put = (value: EnumValueDefinitionNode): EnumValueDefinitionNode => {
    const subgraph = subgraphOf(value);
    const name = register.subgraphs[subgraph];
    const found = name === undefined ? undefined : register.organisations[name];
    if (!found) faults.push(`[${subgraph}] is no organisation's: register it in schema/organisations.ts`);
    const { sector = "", receives = [] } = found ?? {};
    const directive = applicationOf("organisation", { name: name ?? "", sector, receives });
    return { ...value, directives: [...(value.directives ?? []), directive] };
  };
  const marked = parse(supergraphSdl, { noLocation: true }).definitions.map((node): DefinitionNode => {
    if (node.kind === Kind.SCHEMA_DEFINITION) return { ...node, directives: imported(node.directives ?? []) };
    if (node.kind !== Kind.ENUM_TYPE_DEFINITION || node.name.value !== "join__Graph") return node;
    return { ...node, values: (node.values ?? []).map(put) };
  });
  requireNone(faults);
  return print({
    kind: Kind.DOCUMENT,
    definitions: [...marked, ...parse(definition, { noLocation: true }).definitions],
  });
}

/** The subgraph on paper that stands for a department's events is the department's. */
function subgraphOf({ directives = [] }: EnumValueDefinitionNode): string {
  const { name, url } = valuesOf(directives.find((each) => each.name.value === "join__graph")?.arguments);
  return String(url).startsWith("events:") ? String(url).slice("events:".length) : String(name);
}

function imported(directives: readonly ConstDirectiveNode[]): ConstDirectiveNode[] {
  const others = directives.filter((each) => !isLinkToSpecification(each));
  const known = directives.filter(isLinkToSpecification).flatMap((link) => [valuesOf(link.arguments).import].flat());
  const names = known.map((name) => String(name).replace(/^@/, ""));
  return [...others, linkTo([...names, "organisation"], "SECURITY")];
}
