/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Where a bill stands. */
export type BillStatus =
  /** To be paid, and not yet due. */
  | 'OPEN'
  /** To be paid, and past its due day. */
  | 'OVERDUE'
  /** Paid. */
  | 'PAID';

/** Whether an insurance cover is in force (FHIR Coverage.status). */
export type CoverageStatus =
  /** In force today. */
  | 'ACTIVE'
  /** Ended, or not begun. */
  | 'CANCELLED';

/** Where a citizen stands on the labour market. */
export type EmploymentStatus =
  /** Has a job. */
  | 'EMPLOYED'
  /** Neither at work nor registered as unemployed. */
  | 'NOT_IN_LABOUR_FORCE'
  /** Receives an old-age pension. */
  | 'RETIRED'
  /** Registered as unemployed (Employment Promotion Law of the PRC, art. 35). */
  | 'UNEMPLOYED';

/** The setting of an encounter (HL7 v3 ActEncounterCode). */
export type EncounterClass =
  /** Outpatient visit (AMB). */
  | 'AMBULATORY'
  /** Emergency visit (EMER). */
  | 'EMERGENCY'
  /** Stay in hospital (IMP). */
  | 'INPATIENT'
  /** Telemedicine (VR). */
  | 'VIRTUAL';

/** The two schemes of basic medical insurance (Social Insurance Law of the PRC, ch. 3). */
export type InsuranceScheme =
  /** Basic medical insurance for employees and retired employees. */
  | 'EMPLOYEE'
  /** Basic medical insurance for urban and rural residents. */
  | 'RESIDENT';

/** The two schemes of basic old-age insurance (Social Insurance Law of the PRC, ch. 2). */
export type PensionScheme =
  /** For employees. */
  | 'EMPLOYEE'
  /** For urban and rural residents. */
  | 'RESIDENT';

/** Where a citizen stands in the old-age insurance. */
export type PensionStatus =
  /** Contributions are being paid. */
  | 'CONTRIBUTING'
  /** Contributions have stopped and the pension has not begun. */
  | 'PAUSED'
  /** The pension is being paid. */
  | 'RECEIVING';

/** A service that a utility supplies. */
export type UtilityService =
  /** Gas, cubic metres. */
  | 'GAS'
  /** District heating, gigajoules. */
  | 'HEATING'
  /** Electricity, kilowatt-hours. */
  | 'POWER'
  /** Tap water, cubic metres. */
  | 'WATER';

export type OverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewQuery = { citizen: { preferredLanguage: string, name: { text: string } } | null, health: { coverage: { status: CoverageStatus, scheme: InsuranceScheme, accountBalance: { amount: number, currency: string } | null } | null, lastEncounter: { class: EncounterClass, start: string, serviceProvider: string, serviceType: string, cost: { paidByCitizen: { amount: number, currency: string } } } | null } | null, pension: { pension: { status: PensionStatus, scheme: PensionScheme, contributionMonths: number, forecast: { retirementMonth: string, minimumReached: boolean, monthlyAmount: { amount: number, currency: string } | null } | null, lastPayment: { month: string, paidOn: string, amount: { amount: number, currency: string } } | null } | null } | null, employment: { employment: { status: EmploymentStatus, job: { employer: string, occupation: string, start: string } | null, unemployment: { registeredOn: string, benefit: { months: number, monthsLeft: number, monthlyAmount: { amount: number, currency: string } } | null } | null } | null } | null, utilities: { amountDue: { amount: number, currency: string } | null, bills: { edges: Array<{ node: { service: UtilityService, id: string, month: string, dueOn: string, status: BillStatus, amount: { amount: number, currency: string } } }>, pageInfo: { hasNextPage: boolean } } | null } | null, water: { waterAccount: { bills: Array<{ id: string, month: string, dueOn: string, status: BillStatus, amount: { amount: number, currency: string } }> } | null } | null, power: { powerAccount: { bills: Array<{ id: string, month: string, dueOn: string, status: BillStatus, amount: { amount: number, currency: string } }> } | null } | null };

type Invoice_Bill_Fragment = { id: string, month: string, dueOn: string, status: BillStatus, amount: { amount: number, currency: string } };

type Invoice_PowerBill_Fragment = { id: string, month: string, dueOn: string, status: BillStatus, amount: { amount: number, currency: string } };

type Invoice_WaterBill_Fragment = { id: string, month: string, dueOn: string, status: BillStatus, amount: { amount: number, currency: string } };

export type InvoiceFragment =
  | Invoice_Bill_Fragment
  | Invoice_PowerBill_Fragment
  | Invoice_WaterBill_Fragment
;

export type AmountFragment = { amount: number, currency: string };
