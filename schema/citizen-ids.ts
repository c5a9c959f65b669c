/** `CitizenID` is the only form that a citizen ID takes in a schema: the gateway translates by it. */
import { type DocumentNode, type InputValueDefinitionNode, type TypeNode, visit } from "graphql";
import type { Service } from "./events.ts";

const citizenId = /citizen_?ids?$|^(?:subject|pseudonym)s?$/i;

/** What would name a citizen by another type, one sentence each. */
export function citizenIdFaults(services: readonly Service[]): string[] {
  return services.flatMap(({ name, typeDefs }) =>
    misnamed(typeDefs).map((place) => `[${name}] ${place} names a citizen and must be of the type CitizenID.`),
  );
}

function misnamed(document: DocumentNode): string[] {
  const found: string[] = [];
  const check = (place: string, type: TypeNode) => {
    if (namedType(type) !== "CitizenID") found.push(place);
  };
  const checkInputs = (place: string, inputs: readonly InputValueDefinitionNode[] = []) => {
    for (const { name, type } of inputs) if (citizenId.test(name.value)) check(`${place}.${name.value}`, type);
  };
  const checkType = {
    enter({ name: { value: parent }, fields = [] }: TypeWithFields) {
      for (const { name, type, arguments: inputs } of fields) {
        const names = citizenId.test(name.value) || (parent === "Citizen" && name.value === "id");
        if (names) check(`${parent}.${name.value}`, type);
        checkInputs(`${parent}.${name.value}`, inputs);
      }
    },
  };
  visit(document, {
    ObjectTypeDefinition: checkType,
    ObjectTypeExtension: checkType,
    InterfaceTypeDefinition: checkType,
    InterfaceTypeExtension: checkType,
    InputObjectTypeDefinition: checkType,
    InputObjectTypeExtension: checkType,
  });
  return found;
}

interface TypeWithFields {
  readonly name: { readonly value: string };
  readonly fields?: readonly {
    readonly name: { readonly value: string };
    readonly type: TypeNode;
    readonly arguments?: readonly InputValueDefinitionNode[];
  }[];
}

function namedType(type: TypeNode): string {
  return type.kind === "NamedType" ? type.name.value : namedType(type.type);
}
