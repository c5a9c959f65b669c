/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Where a prescription stands (FHIR medicationrequest-status). */
export type MedicationRequestStatus =
  /** May be dispensed. */
  | 'ACTIVE'
  /** Dispensed or used up. */
  | 'COMPLETED'
  /** Stopped by the prescriber. */
  | 'STOPPED';

export type PrescriptionsQueryVariables = Exact<{ [key: string]: never; }>;


export type PrescriptionsQuery = { citizen: { preferredLanguage: string, name: { text: string } } | null, health: { medicationRequests: { edges: Array<{ node: { id: string, medication: string, dosageInstruction: string, authoredOn: string, status: MedicationRequestStatus } }>, pageInfo: { hasNextPage: boolean } } | null } | null };
