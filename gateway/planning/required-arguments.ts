/**
 * `@requires` with arguments, planned right.
 *
 * The planner merges `price(currency: CNY)` that one field requires with `price(currency: USD)` of the client
 * or of another field's `@requires`, and keeps one of them without an error. So the planner reads a supergraph
 * where each such requirement has a field of its own without arguments, a stand-in; afterwards the plan says
 * what it stands for: `_r0_price: price(currency: CNY)`.
 */
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import { type FieldsNode, graphOf, isExternal, selectionArguments, selectionSetOf, TypeIndex } from "./join-fields.ts";

/** A field without arguments that stands for a field with them. */
export interface StandIn {
  readonly name: string;
  readonly field: string;
  readonly arguments: readonly ArgumentNode[];
}

export interface SupergraphWithStandIns {
  readonly sdl: string;
  readonly standIns: ReadonlyMap<string, StandIn>;
}

/** Gives every field that is required with arguments a stand-in; `sdl` as it is when there are none. */
export function withStandIns(sdl: string): SupergraphWithStandIns {
  const document = parse(sdl, { noLocation: true });
  const collector = new StandInCollector(document);
  const rewrite = { leave: (node: FieldsNode) => collector.rewriteSelections(node) };
  const rewritten: DocumentNode = visit(document, { ObjectTypeDefinition: rewrite, InterfaceTypeDefinition: rewrite });
  const { standIns } = collector;
  if (standIns.size === 0) return { sdl, standIns };
  const add = (node: FieldsNode) => collector.addStandIns(node);
  const complete = visit(rewritten, { ObjectTypeDefinition: add, InterfaceTypeDefinition: add });
  return { sdl: print(complete), standIns };
}

class StandInCollector {
  readonly standIns = new Map<string, StandIn>();
  readonly #types: TypeIndex;
  /** Names of stand-ins by the `Type.field` that they stand for. */
  readonly #byField = new Map<string, Set<string>>();
  /** `graph Type.field` for what the selections of a subgraph's directives name. */
  readonly #used = new Set<string>();

  constructor(document: DocumentNode) {
    this.#types = new TypeIndex(document);
  }

  /** The type with stand-ins in its `requires`; remembers what all its selections name. */
  rewriteSelections<T extends FieldsNode>(type: T): T {
    const name = type.name.value;
    for (const directive of type.directives ?? []) this.#rewriteDirective(directive, name, name);
    const fields = (type.fields ?? []).map((field) => {
      const inner = this.#types.named(field);
      return {
        ...field,
        directives: (field.directives ?? []).map((node) => this.#rewriteDirective(node, name, inner)),
      };
    });
    return { ...type, fields };
  }

  addStandIns<T extends FieldsNode>(type: T): T {
    const fields = (type.fields ?? []).flatMap((field) => {
      const names = this.#byField.get(`${type.name.value}.${field.name.value}`);
      if (!names) return [field];
      const standIns = [...names].map((name) => this.#standInField(type.name.value, field, name));
      return [this.#withoutIdleExternals(type, field), ...standIns];
    });
    return { ...type, fields };
  }

  #rewriteDirective(directive: ConstDirectiveNode, type: string, inner: string): ConstDirectiveNode {
    const graph = graphOf(directive);
    const rewrite = (value: string, of: string) =>
      this.#rewrite(selectionSetOf(value), of, graph).selections.map(print).join(" ");
    return selectionArguments(directive, (name, value) => rewrite(value, name === "provides" ? inner : type));
  }

  #rewrite({ selections, ...rest }: SelectionSetNode, type: string, graph: string | undefined): SelectionSetNode {
    return { ...rest, selections: selections.map((node) => this.#rewriteSelection(node, type, graph)) };
  }

  #rewriteSelection(node: SelectionNode, type: string, graph: string | undefined): SelectionNode {
    if (node.kind === Kind.FRAGMENT_SPREAD) return node;
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const inner = node.typeCondition?.name.value ?? type;
      return { ...node, selectionSet: this.#rewrite(node.selectionSet, inner, graph) };
    }
    const inner = this.#types.fieldType(type, node.name.value);
    const selectionSet =
      node.selectionSet && inner ? { selectionSet: this.#rewrite(node.selectionSet, inner, graph) } : undefined;
    const name = node.arguments?.length ? this.#standIn(type, node, node.arguments) : node.name.value;
    for (const holder of this.#types.holders(type)) this.#used.add(`${graph} ${holder}.${name}`);
    return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name }, ...selectionSet };
  }

  #standIn(type: string, { name: { value: field } }: FieldNode, args: readonly ArgumentNode[]): string {
    const text = args.map(print).join();
    const known = [...this.standIns.values()].find(
      (standIn) => standIn.field === field && standIn.arguments.map(print).join() === text,
    );
    const name = known?.name ?? `_r${this.standIns.size}_${field}`;
    this.standIns.set(name, { name, field, arguments: args });
    for (const holder of this.#types.holders(type)) {
      const key = `${holder}.${field}`;
      this.#byField.set(key, (this.#byField.get(key) ?? new Set()).add(name));
    }
    return name;
  }

  /** The same field in the subgraphs that have it or require it so, without arguments. */
  #standInField(type: string, { type: fieldType, directives = [] }: FieldDefinitionNode, name: string) {
    const used = directives.filter((node) => !isExternal(node) || this.#used.has(`${graphOf(node)} ${type}.${name}`));
    const field: FieldDefinitionNode = {
      kind: Kind.FIELD_DEFINITION,
      name: { kind: Kind.NAME, value: name },
      type: fieldType,
      directives: used.filter((node) => node.name.value === "join__field"),
    };
    return field;
  }

  /** Where only its stand-ins are required now, the field itself must not be declared as another's. */
  #withoutIdleExternals(type: FieldsNode, field: FieldDefinitionNode): FieldDefinitionNode {
    const name = field.name.value;
    const isIdle = (node: ConstDirectiveNode) =>
      isExternal(node) &&
      !this.#used.has(`${graphOf(node)} ${type.name.value}.${name}`) &&
      !this.#types.isPromised(type, name);
    return { ...field, directives: (field.directives ?? []).filter((node) => !isIdle(node)) };
  }
}
