/**
 * Objects of which only an interface is known (`@interfaceObject`). They are written as far as their type
 * makes no difference to what is selected; planners find out the type where it does.
 */
import { TypeNameMetaFieldDef } from "graphql";
import { type Field, writeField } from "./compile.ts";
import type { Guard, Guards } from "./guards.ts";
import type { SelectedField } from "./selected-fields.ts";
import type { WriteObject } from "./writing.ts";

interface UncertainField {
  readonly field: Field;
  /** When it is selected, for each type; undefined is always. */
  readonly guards: readonly (Guard | undefined)[];
  /** Whether it is written alike whatever the type. */
  readonly alike: boolean;
}

/** Compiles the writer from the fields that would be selected of each possible type. */
export function writeUnresolved(
  perType: readonly (readonly SelectedField[])[],
  guards: Guards,
  compileField: (field: SelectedField) => Field,
): WriteObject {
  const names = [...new Set(perType.flatMap((fields) => fields.map(({ responseName }) => responseName)))];
  const uncertain = names.flatMap((name) => readField(name, perType, guards, compileField));
  return (object, writing) => {
    let isFirst = true;
    for (const { field, guards: each, alike } of uncertain) {
      const selected = each.map((guard) => guard === undefined || writing.decisions(guard));
      if (!selected.includes(true)) continue;
      if (!alike || selected.includes(false)) return writing.fault("unfit");
      if (!writeField(field, isFirst, object, writing)) return false;
      isFirst = false;
    }
    writing.text += isFirst ? "{}" : "}";
    return true;
  };
}

function readField(
  name: string,
  perType: readonly (readonly SelectedField[])[],
  guards: Guards,
  compileField: (field: SelectedField) => Field,
): UncertainField[] {
  const found = perType.map((fields) => fields.find(({ responseName }) => responseName === name));
  const first = found.find((field) => field !== undefined);
  if (!first) return [];
  const isTypename = first.node.name.value === TypeNameMetaFieldDef.name;
  const alike = !isTypename && found.every((field) => !field || sameSources(field, first));
  // What differs from type to type is never written, so there is nothing to compile.
  const field = alike
    ? compileField(first)
    : { from: name, inherited: false, opening: "", further: "", guard: undefined, write: () => false };
  return [{ field, guards: [...new Set(found.map((each) => guards.add(each?.selected ?? [])))], alike }];
}

function sameSources({ sources }: SelectedField, other: SelectedField): boolean {
  return (
    sources.length === other.sources.length &&
    sources.every(({ selectionSet }, index) => selectionSet === other.sources[index]?.selectionSet)
  );
}
