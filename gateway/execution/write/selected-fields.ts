/** Which fields are selected of an object (GraphQL specification, section 6.3.2), before variables are known. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { responseName } from "../fetch-operation.ts";
import { always, behind, either, type Selected, undeferred } from "./guards.ts";

/** A selection set, and when it counts. */
export interface Source {
  readonly selectionSet: SelectionSetNode;
  readonly selected: Selected;
}

/** A response name of an object. */
export interface SelectedField {
  readonly responseName: string;
  readonly node: FieldNode;
  readonly selected: Selected;
  /** What is selected in it, from every place where the field stands. */
  readonly sources: readonly Source[];
}

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/** What decides which selections count. */
export interface Collecting {
  readonly fragments: Fragments;
  /** Whether a type condition holds for the object. */
  readonly applies: (condition: string | undefined) => boolean;
  /** Deferred fragments are left out. */
  readonly undeferred?: boolean;
}

/** Collects the fields of an object, in the order of the document. */
export function selectedFields(
  { fragments, applies, undeferred: leaveOut = false }: Collecting,
  sources: readonly Source[],
): readonly SelectedField[] {
  const fields = new Map<string, SelectedField>();
  const collect = ({ selectionSet, selected }: Source): void => {
    for (const selection of selectionSet.selections) {
      const shown = behind(selected, selection);
      const here = leaveOut ? undeferred(shown, selection) : shown;
      if (here.length === 0) continue;
      if (selection.kind === Kind.FIELD) addField(fields, selection, here);
      else {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
        if (fragment && applies(fragment.typeCondition?.name.value)) {
          collect({ selectionSet: fragment.selectionSet, selected: here });
        }
      }
    }
  };
  for (const source of sources) collect(source);
  return [...fields.values()];
}

function addField(fields: Map<string, SelectedField>, node: FieldNode, selected: Selected): void {
  const name = responseName(node);
  const before = fields.get(name);
  fields.set(name, {
    responseName: name,
    node: before?.node ?? node,
    selected: before ? either(before.selected, selected) : unconditional(selected),
    sources: [
      ...(before?.sources ?? []),
      ...(node.selectionSet ? [{ selectionSet: node.selectionSet, selected }] : []),
    ],
  });
}

function unconditional(selected: Selected): Selected {
  return selected.some((conditions) => conditions.length === 0) ? always : selected;
}

/** Type conditions as they hold for objects of a type. */
export function appliesTo(
  schema: GraphQLSchema,
  type: GraphQLObjectType | GraphQLInterfaceType,
): Collecting["applies"] {
  return (condition) => {
    if (condition === undefined || condition === type.name) return true;
    const abstract = schema.getType(condition);
    return isAbstractType(abstract) && schema.isSubType(abstract, type);
  };
}
