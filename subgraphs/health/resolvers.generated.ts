import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CitizenReference } from '../kit/rights.ts';
import type { CoverageRow } from './store/coverage.ts';
import type { EncounterRow } from './store/encounters.ts';
import type { PrescriptionRow } from './store/prescriptions.ts';
import type { HealthContext } from './store/loaders.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  CitizenID: { input: string; output: string; }
  /** A calendar date, `YYYY-MM-DD` (RFC 3339 full-date). */
  Date: { input: string; output: string; }
  /** An instant in UTC, `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339 date-time). */
  DateTime: { input: Date; output: Date; }
  _FieldSet: { input: string; output: string; }
};

export type Citizen = {
  __typename?: 'Citizen';
  /** Basic medical insurance cover, or null when the citizen is not insured here. */
  coverage?: Maybe<Coverage>;
  /** Encounters with health services, newest first. `first` is at most 100. */
  encounters?: Maybe<EncounterConnection>;
  /** The citizen ID, the key by which every subgraph knows this person. */
  id: Scalars['CitizenID']['output'];
  /** The most recent encounter, or null when there has been none. */
  lastEncounter?: Maybe<Encounter>;
  /**
   * Prescriptions, newest first. `first` is at most 100. Only for who has signed in with a second factor or a passkey
   * in the last 15 minutes; see `INSUFFICIENT_USER_AUTHENTICATION`.
   */
  medicationRequests?: Maybe<MedicationRequestConnection>;
};


export type CitizenEncountersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type CitizenMedicationRequestsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** Cover by the basic medical insurance (FHIR Coverage). */
export type Coverage = {
  __typename?: 'Coverage';
  /** Balance of the personal medical account; null in a scheme that has none. */
  accountBalance?: Maybe<Money>;
  /** Last day of cover, or null while it has no end. */
  end?: Maybe<Scalars['Date']['output']>;
  /** The scheme that covers the citizen. */
  scheme: InsuranceScheme;
  /** First day of cover. */
  start: Scalars['Date']['output'];
  /** Whether the cover is in force today. */
  status: CoverageStatus;
};

/** Whether an insurance cover is in force (FHIR Coverage.status). */
export type CoverageStatus =
  /** In force today. */
  | 'ACTIVE'
  /** Ended, or not begun. */
  | 'CANCELLED';

/** One contact of a citizen with a health service (FHIR Encounter). */
export type Encounter = {
  __typename?: 'Encounter';
  /** How the encounter took place. */
  class: EncounterClass;
  /** What the insurance fund paid and what the citizen paid. */
  cost: EncounterCost;
  /** When it ended, or null while it goes on. */
  end?: Maybe<Scalars['DateTime']['output']>;
  /** Identifier of the encounter inside the health department. */
  id: Scalars['ID']['output'];
  /** Prescriptions written in this encounter, for whom `Citizen.medicationRequests` is for. */
  medicationRequests?: Maybe<Array<MedicationRequest>>;
  /** Why the citizen was seen, in plain words. */
  reason: Scalars['String']['output'];
  /** The hospital, clinic or community health centre. */
  serviceProvider: Scalars['String']['output'];
  /** The department in which the citizen was seen, for instance internal medicine. */
  serviceType: Scalars['String']['output'];
  /** When it began. */
  start: Scalars['DateTime']['output'];
};

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

/** A page of encounters (Relay cursor connections). */
export type EncounterConnection = {
  __typename?: 'EncounterConnection';
  /** The encounters of this page, each with its cursor. */
  edges: Array<EncounterEdge>;
  /** Where this page stands in the whole. */
  pageInfo: PageInfo;
};

/** How the cost of an encounter was shared. */
export type EncounterCost = {
  __typename?: 'EncounterCost';
  /** The part that the insurance fund paid. */
  coveredByFund: Money;
  /** The part that the citizen paid. */
  paidByCitizen: Money;
  /** The whole cost. */
  total: Money;
};

/** An encounter and its place in the list. */
export type EncounterEdge = {
  __typename?: 'EncounterEdge';
  /** Opaque; pass it as `after` to go on behind this encounter. */
  cursor: Scalars['String']['output'];
  /** The encounter. */
  node: Encounter;
};

/** The two schemes of basic medical insurance (Social Insurance Law of the PRC, ch. 3). */
export type InsuranceScheme =
  /** Basic medical insurance for employees and retired employees. */
  | 'EMPLOYEE'
  /** Basic medical insurance for urban and rural residents. */
  | 'RESIDENT';

/** A prescription (FHIR MedicationRequest). */
export type MedicationRequest = {
  __typename?: 'MedicationRequest';
  /** When it was prescribed. */
  authoredOn: Scalars['DateTime']['output'];
  /** How to take it, as printed for the citizen. */
  dosageInstruction: Scalars['String']['output'];
  /** Identifier of the prescription inside the health department. */
  id: Scalars['ID']['output'];
  /** Generic name of the medicine. */
  medication: Scalars['String']['output'];
  /** Where the prescription stands. */
  status: MedicationRequestStatus;
};

/** A page of prescriptions (Relay cursor connections). */
export type MedicationRequestConnection = {
  __typename?: 'MedicationRequestConnection';
  /** The prescriptions of this page, each with its cursor. */
  edges: Array<MedicationRequestEdge>;
  /** Where this page stands in the whole. */
  pageInfo: PageInfo;
};

/** A prescription and its place in the list. */
export type MedicationRequestEdge = {
  __typename?: 'MedicationRequestEdge';
  /** Opaque; pass it as `after` to go on behind this prescription. */
  cursor: Scalars['String']['output'];
  /** The prescription. */
  node: MedicationRequest;
};

/** Where a prescription stands (FHIR medicationrequest-status). */
export type MedicationRequestStatus =
  /** May be dispensed. */
  | 'ACTIVE'
  /** Dispensed or used up. */
  | 'COMPLETED'
  /** Stopped by the prescriber. */
  | 'STOPPED';

/** An amount of money. */
export type Money = {
  __typename?: 'Money';
  /** The amount in the smallest unit of the currency: fen for CNY. */
  amount: Scalars['Int']['output'];
  /** ISO 4217 code, `CNY`. */
  currency: Scalars['String']['output'];
};

/** Where a page stands in the whole list (Relay cursor connections). */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last item of this page, or null when it is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there is more behind this page. */
  hasNextPage: Scalars['Boolean']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Citizen: Citizen;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Citizen:
    ( { __typename: 'Citizen' }
    & GraphQLRecursivePick<FederationTypes['Citizen'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Citizen: ResolverTypeWrapper<CitizenReference>;
  CitizenID: ResolverTypeWrapper<Scalars['CitizenID']['output']>;
  Coverage: ResolverTypeWrapper<CoverageRow>;
  CoverageStatus: CoverageStatus;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Encounter: ResolverTypeWrapper<EncounterRow>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  EncounterClass: EncounterClass;
  EncounterConnection: ResolverTypeWrapper<Omit<EncounterConnection, 'edges'> & { edges: Array<ResolversTypes['EncounterEdge']> }>;
  EncounterCost: ResolverTypeWrapper<EncounterCost>;
  EncounterEdge: ResolverTypeWrapper<Omit<EncounterEdge, 'node'> & { node: ResolversTypes['Encounter'] }>;
  InsuranceScheme: InsuranceScheme;
  MedicationRequest: ResolverTypeWrapper<PrescriptionRow>;
  MedicationRequestConnection: ResolverTypeWrapper<Omit<MedicationRequestConnection, 'edges'> & { edges: Array<ResolversTypes['MedicationRequestEdge']> }>;
  MedicationRequestEdge: ResolverTypeWrapper<Omit<MedicationRequestEdge, 'node'> & { node: ResolversTypes['MedicationRequest'] }>;
  MedicationRequestStatus: MedicationRequestStatus;
  Money: ResolverTypeWrapper<Money>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Citizen: CitizenReference;
  CitizenID: Scalars['CitizenID']['output'];
  Coverage: CoverageRow;
  Date: Scalars['Date']['output'];
  DateTime: Scalars['DateTime']['output'];
  Encounter: EncounterRow;
  ID: Scalars['ID']['output'];
  EncounterConnection: Omit<EncounterConnection, 'edges'> & { edges: Array<ResolversParentTypes['EncounterEdge']> };
  EncounterCost: EncounterCost;
  EncounterEdge: Omit<EncounterEdge, 'node'> & { node: ResolversParentTypes['Encounter'] };
  MedicationRequest: PrescriptionRow;
  MedicationRequestConnection: Omit<MedicationRequestConnection, 'edges'> & { edges: Array<ResolversParentTypes['MedicationRequestEdge']> };
  MedicationRequestEdge: Omit<MedicationRequestEdge, 'node'> & { node: ResolversParentTypes['MedicationRequest'] };
  Money: Money;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
};

export type AssuranceDirectiveArgs = {
  level: Scalars['Int']['input'];
  maxAge?: Maybe<Scalars['String']['input']>;
};

export type AssuranceDirectiveResolver<Result, Parent, ContextType = HealthContext, Args = AssuranceDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CategoryDirectiveArgs = {
  names: Array<Scalars['String']['input']>;
};

export type CategoryDirectiveResolver<Result, Parent, ContextType = HealthContext, Args = CategoryDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CitizenResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['Citizen'] = ResolversParentTypes['Citizen'], FederationReferenceType extends FederationReferenceTypes['Citizen'] = FederationReferenceTypes['Citizen']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Citizen']> | FederationReferenceType, FederationReferenceType, ContextType>;
  coverage?: Resolver<Maybe<ResolversTypes['Coverage']>, ParentType, ContextType>;
  encounters?: Resolver<Maybe<ResolversTypes['EncounterConnection']>, ParentType, ContextType, RequireFields<CitizenEncountersArgs, 'first'>>;
  id?: Resolver<ResolversTypes['CitizenID'], ParentType, ContextType>;
  lastEncounter?: Resolver<Maybe<ResolversTypes['Encounter']>, ParentType, ContextType>;
  medicationRequests?: Resolver<Maybe<ResolversTypes['MedicationRequestConnection']>, ParentType, ContextType, RequireFields<CitizenMedicationRequestsArgs, 'first'>>;
};

export interface CitizenIdScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CitizenID'], any> {
  name: 'CitizenID';
}

export type CoverageResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['Coverage'] = ResolversParentTypes['Coverage']> = {
  accountBalance?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  end?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  scheme?: Resolver<ResolversTypes['InsuranceScheme'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CoverageStatus'], ParentType, ContextType>;
};

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EncounterResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['Encounter'] = ResolversParentTypes['Encounter']> = {
  class?: Resolver<ResolversTypes['EncounterClass'], ParentType, ContextType>;
  cost?: Resolver<ResolversTypes['EncounterCost'], ParentType, ContextType>;
  end?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  medicationRequests?: Resolver<Maybe<Array<ResolversTypes['MedicationRequest']>>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceProvider?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type EncounterConnectionResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['EncounterConnection'] = ResolversParentTypes['EncounterConnection']> = {
  edges?: Resolver<Array<ResolversTypes['EncounterEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type EncounterCostResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['EncounterCost'] = ResolversParentTypes['EncounterCost']> = {
  coveredByFund?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  paidByCitizen?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type EncounterEdgeResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['EncounterEdge'] = ResolversParentTypes['EncounterEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Encounter'], ParentType, ContextType>;
};

export type MedicationRequestResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['MedicationRequest'] = ResolversParentTypes['MedicationRequest']> = {
  authoredOn?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dosageInstruction?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  medication?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['MedicationRequestStatus'], ParentType, ContextType>;
};

export type MedicationRequestConnectionResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['MedicationRequestConnection'] = ResolversParentTypes['MedicationRequestConnection']> = {
  edges?: Resolver<Array<ResolversTypes['MedicationRequestEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MedicationRequestEdgeResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['MedicationRequestEdge'] = ResolversParentTypes['MedicationRequestEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['MedicationRequest'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = HealthContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type Resolvers<ContextType = HealthContext> = {
  Citizen?: CitizenResolvers<ContextType>;
  CitizenID?: GraphQLScalarType;
  Coverage?: CoverageResolvers<ContextType>;
  Date?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Encounter?: EncounterResolvers<ContextType>;
  EncounterConnection?: EncounterConnectionResolvers<ContextType>;
  EncounterCost?: EncounterCostResolvers<ContextType>;
  EncounterEdge?: EncounterEdgeResolvers<ContextType>;
  MedicationRequest?: MedicationRequestResolvers<ContextType>;
  MedicationRequestConnection?: MedicationRequestConnectionResolvers<ContextType>;
  MedicationRequestEdge?: MedicationRequestEdgeResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = HealthContext> = {
  assurance?: AssuranceDirectiveResolver<any, any, ContextType>;
  category?: CategoryDirectiveResolver<any, any, ContextType>;
};
