/** `@skip` and `@include`: what is selected under which variables. */
import { type ArgumentNode, type DirectiveNode, Kind, type SelectionNode } from "graphql";
import type { Variables } from "../../operation/operation.ts";
import type { Condition } from "../plan-graph.ts";

/** Ways in which something is selected: one of them must hold, with all of its conditions. None: never. */
export type Selected = readonly (readonly Condition[])[];

/** Selected whatever the variables. */
export const always: Selected = [[]];

/** The number of a condition that was registered. */
export type Guard = number;

/** Tells whether what a guard stands before is selected. */
export type Decisions = (guard: Guard) => boolean;

/** Collects the conditions of an operation, so that each is decided once a run at most. */
export interface Guards {
  /** Registers a condition; undefined when it always holds. */
  add(selected: Selected): Guard | undefined;
  /** The decisions for a run. */
  decide(variables: Variables): Decisions;
}

export function createGuards(): Guards {
  const all: Selected[] = [];
  const known = new Map<string, Guard>();
  return {
    add(selected) {
      if (selected.some((conditions) => conditions.length === 0)) return undefined;
      const key = JSON.stringify(selected);
      const guard = known.get(key) ?? all.push(selected) - 1;
      known.set(key, guard);
      return guard;
    },
    decide(variables) {
      const decisions: (boolean | undefined)[] = [];
      return (guard) => {
        decisions[guard] ??= all[guard]?.some((conditions) => allHold(conditions, variables)) ?? false;
        return decisions[guard];
      };
    },
  };
}

/** Whether the variables meet all conditions. */
export function allHold(conditions: readonly Condition[], variables: Variables): boolean {
  return conditions.every(({ variable, is }) => (variables[variable] === true) === is);
}

/** What remains selected of something behind the directives of a selection. */
export function behind(selected: Selected, { directives = [] }: SelectionNode): Selected {
  return directives.reduce(narrowed, selected);
}

/** What remains selected of something that is shown first, when deferred fragments are left out. */
export function undeferred(selected: Selected, selection: SelectionNode): Selected {
  const defer = selection.directives?.find(({ name }) => name.value === "defer");
  if (!defer) return selected;
  const given = defer.arguments ?? [];
  return given.some(({ name }) => name.value === "if") ? onlyIf(selected, given, false) : [];
}

/** Two ways to the same field. */
export function either(a: Selected, b: Selected): Selected {
  return a === always || b === always ? always : [...a, ...b];
}

function narrowed(selected: Selected, { name, arguments: given = [] }: DirectiveNode): Selected {
  if (name.value !== "skip" && name.value !== "include") return selected;
  return onlyIf(selected, given, name.value === "include");
}

/** What remains selected when the argument `if` must be `wanted`. */
function onlyIf(selected: Selected, given: readonly ArgumentNode[], wanted: boolean): Selected {
  const value = given.find((argument) => argument.name.value === "if")?.value;
  if (value?.kind === Kind.BOOLEAN) return value.value === wanted ? selected : [];
  if (value?.kind !== Kind.VARIABLE) return selected;
  const condition: Condition = { variable: value.name.value, is: wanted };
  return selected.map((conditions) => [...conditions, condition]);
}
