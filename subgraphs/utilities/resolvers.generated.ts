import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CitizenReference } from '../kit/rights.ts';
import type { PremisesRow, MeterRow } from './store/supply.ts';
import type { BillRow } from './store/bills.ts';
import type { UtilitiesContext } from './store/loaders.ts';
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
  /** A calendar month, `YYYY-MM`. */
  YearMonth: { input: string; output: string; }
  _FieldSet: { input: string; output: string; }
};

/** A postal address inside the city. */
export type Address = {
  __typename?: 'Address';
  /** District of the city. */
  district: Scalars['String']['output'];
  /** Street, house number, building and unit, from the larger to the smaller. */
  line: Scalars['String']['output'];
  /** Six-digit postal code. */
  postalCode: Scalars['String']['output'];
};

/** A monthly bill for one service. */
export type Bill = Invoice & {
  __typename?: 'Bill';
  /** What is charged. */
  amount: Money;
  /** What was used, in the unit of the service. */
  consumption: Scalars['Float']['output'];
  /** The day by which it is to be paid. */
  dueOn: Scalars['Date']['output'];
  /** Identifier of the bill inside the utilities department. */
  id: Scalars['ID']['output'];
  /** The month that it charges for. */
  month: Scalars['YearMonth']['output'];
  /** The day on which it was paid, or null while it is not. */
  paidOn?: Maybe<Scalars['Date']['output']>;
  /** What it charges for. */
  service: UtilityService;
  /** Whether it is paid. */
  status: BillStatus;
};

/** A page of bills (Relay cursor connections). */
export type BillConnection = {
  __typename?: 'BillConnection';
  /** The bills of this page, each with its cursor. */
  edges: Array<BillEdge>;
  /** Where this page stands in the whole. */
  pageInfo: PageInfo;
};

/** A bill and its place in the list. */
export type BillEdge = {
  __typename?: 'BillEdge';
  /** Opaque; pass it as `after` to go on behind this bill. */
  cursor: Scalars['String']['output'];
  /** The bill. */
  node: Bill;
};

/** Where a bill stands. */
export type BillStatus =
  /** To be paid, and not yet due. */
  | 'OPEN'
  /** To be paid, and past its due day. */
  | 'OVERDUE'
  /** Paid. */
  | 'PAID';

export type Citizen = {
  __typename?: 'Citizen';
  /** What is to be paid on all open and overdue bills together. */
  amountDue?: Maybe<Money>;
  /**
   * Bills of these homes, newest first; with `statuses` only those that stand so. What is still to be
   * paid is `[OPEN, OVERDUE]`. `first` is at most 100.
   */
  bills?: Maybe<BillConnection>;
  /** The citizen ID, the key by which every subgraph knows this person. */
  id: Scalars['CitizenID']['output'];
  /** The homes in which the citizen is registered as a resident. A household shares its meters and bills. */
  premises?: Maybe<Array<Premises>>;
};


export type CitizenBillsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  statuses?: InputMaybe<Array<BillStatus>>;
};

/**
 * A bill of whoever supplies a home, a department or a company, so that all of them can be shown alike. Every subgraph
 * that bills declares it with these same fields.
 */
export type Invoice = {
  /** What is charged. */
  amount: Money;
  /** What was used, in the unit of what is supplied. */
  consumption: Scalars['Float']['output'];
  /** The day by which it is to be paid. */
  dueOn: Scalars['Date']['output'];
  /** Identifier of the bill inside whoever sent it. */
  id: Scalars['ID']['output'];
  /** The month that it charges for. */
  month: Scalars['YearMonth']['output'];
  /** The day on which it was paid, or null while it is not. */
  paidOn?: Maybe<Scalars['Date']['output']>;
  /** Whether it is paid. */
  status: BillStatus;
};

/** A meter. */
export type Meter = {
  __typename?: 'Meter';
  /** Identifier of the meter inside the utilities department. */
  id: Scalars['ID']['output'];
  /** Readings, newest month first. `first` is at most 100. */
  readings: Array<MeterReading>;
  /** What it measures. */
  service: UtilityService;
  /** The unit of its readings. */
  unit: MeterUnit;
};


/** A meter. */
export type MeterReadingsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What a meter showed at the end of a month. */
export type MeterReading = {
  __typename?: 'MeterReading';
  /** What was used in that month, in its unit. */
  consumption: Scalars['Float']['output'];
  /** The month. */
  month: Scalars['YearMonth']['output'];
  /** The state of the meter, in its unit. */
  value: Scalars['Float']['output'];
};

/** The unit of a meter. */
export type MeterUnit =
  /** Cubic metre. */
  | 'CUBIC_METRE'
  /** Gigajoule. */
  | 'GIGAJOULE'
  /** Kilowatt-hour. */
  | 'KILOWATT_HOUR';

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

/** A home that is supplied by the utilities (a supply point and its meters). */
export type Premises = {
  __typename?: 'Premises';
  /** Where it is. */
  address: Address;
  /** Identifier of the home inside the utilities department. */
  id: Scalars['ID']['output'];
  /** The meters of the home. */
  meters: Array<Meter>;
};

export type Subscription = {
  __typename?: 'Subscription';
  /**
   * The bills that are issued from now on for the homes of the signed-in citizen; with `service` only
   * those for it.
   */
  billIssued: Bill;
};


export type SubscriptionBillIssuedArgs = {
  service?: InputMaybe<UtilityService>;
};

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
  Bill: Bill;
  Citizen: Citizen;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Bill:
    ( { __typename: 'Bill' }
    & GraphQLRecursivePick<FederationTypes['Bill'], {"id":true}> );
  Citizen:
    ( { __typename: 'Citizen' }
    & GraphQLRecursivePick<FederationTypes['Citizen'], {"id":true}> );
};


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Invoice: ( BillRow );
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Address: ResolverTypeWrapper<Address>;
  Bill: ResolverTypeWrapper<BillRow>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  BillConnection: ResolverTypeWrapper<Omit<BillConnection, 'edges'> & { edges: Array<ResolversTypes['BillEdge']> }>;
  BillEdge: ResolverTypeWrapper<Omit<BillEdge, 'node'> & { node: ResolversTypes['Bill'] }>;
  BillStatus: BillStatus;
  Citizen: ResolverTypeWrapper<CitizenReference>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  CitizenID: ResolverTypeWrapper<Scalars['CitizenID']['output']>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  Invoice: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Invoice']>;
  Meter: ResolverTypeWrapper<MeterRow>;
  MeterReading: ResolverTypeWrapper<MeterReading>;
  MeterUnit: MeterUnit;
  Money: ResolverTypeWrapper<Money>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Premises: ResolverTypeWrapper<PremisesRow>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  UtilityService: UtilityService;
  YearMonth: ResolverTypeWrapper<Scalars['YearMonth']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Address: Address;
  Bill: BillRow;
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
  BillConnection: Omit<BillConnection, 'edges'> & { edges: Array<ResolversParentTypes['BillEdge']> };
  BillEdge: Omit<BillEdge, 'node'> & { node: ResolversParentTypes['Bill'] };
  Citizen: CitizenReference;
  Int: Scalars['Int']['output'];
  CitizenID: Scalars['CitizenID']['output'];
  Date: Scalars['Date']['output'];
  Invoice: ResolversInterfaceTypes<ResolversParentTypes>['Invoice'];
  Meter: MeterRow;
  MeterReading: MeterReading;
  Money: Money;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Premises: PremisesRow;
  Subscription: Record<PropertyKey, never>;
  YearMonth: Scalars['YearMonth']['output'];
  String: Scalars['String']['output'];
};

export type AnnouncedDirectiveArgs = { };

export type AnnouncedDirectiveResolver<Result, Parent, ContextType = UtilitiesContext, Args = AnnouncedDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CategoryDirectiveArgs = {
  names: Array<Scalars['String']['input']>;
};

export type CategoryDirectiveResolver<Result, Parent, ContextType = UtilitiesContext, Args = CategoryDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AddressResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Address'] = ResolversParentTypes['Address']> = {
  district?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  postalCode?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type BillResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Bill'] = ResolversParentTypes['Bill'], FederationReferenceType extends FederationReferenceTypes['Bill'] = FederationReferenceTypes['Bill']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Bill']> | FederationReferenceType, FederationReferenceType, ContextType>;
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  consumption?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  dueOn?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  month?: Resolver<ResolversTypes['YearMonth'], ParentType, ContextType>;
  paidOn?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  service?: Resolver<ResolversTypes['UtilityService'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['BillStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BillConnectionResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['BillConnection'] = ResolversParentTypes['BillConnection']> = {
  edges?: Resolver<Array<ResolversTypes['BillEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type BillEdgeResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['BillEdge'] = ResolversParentTypes['BillEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Bill'], ParentType, ContextType>;
};

export type CitizenResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Citizen'] = ResolversParentTypes['Citizen'], FederationReferenceType extends FederationReferenceTypes['Citizen'] = FederationReferenceTypes['Citizen']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Citizen']> | FederationReferenceType, FederationReferenceType, ContextType>;
  amountDue?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  bills?: Resolver<Maybe<ResolversTypes['BillConnection']>, ParentType, ContextType, RequireFields<CitizenBillsArgs, 'first'>>;
  id?: Resolver<ResolversTypes['CitizenID'], ParentType, ContextType>;
  premises?: Resolver<Maybe<Array<ResolversTypes['Premises']>>, ParentType, ContextType>;
};

export interface CitizenIdScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CitizenID'], any> {
  name: 'CitizenID';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export type InvoiceResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice']> = {
  __resolveType: TypeResolveFn<'Bill', ParentType, ContextType>;
};

export type MeterResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Meter'] = ResolversParentTypes['Meter']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  readings?: Resolver<Array<ResolversTypes['MeterReading']>, ParentType, ContextType, RequireFields<MeterReadingsArgs, 'first'>>;
  service?: Resolver<ResolversTypes['UtilityService'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['MeterUnit'], ParentType, ContextType>;
};

export type MeterReadingResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['MeterReading'] = ResolversParentTypes['MeterReading']> = {
  consumption?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  month?: Resolver<ResolversTypes['YearMonth'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PremisesResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Premises'] = ResolversParentTypes['Premises']> = {
  address?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  meters?: Resolver<Array<ResolversTypes['Meter']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = UtilitiesContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  billIssued?: SubscriptionResolver<ResolversTypes['Bill'], "billIssued", ParentType, ContextType, Partial<SubscriptionBillIssuedArgs>>;
};

export interface YearMonthScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['YearMonth'], any> {
  name: 'YearMonth';
}

export type Resolvers<ContextType = UtilitiesContext> = {
  Address?: AddressResolvers<ContextType>;
  Bill?: BillResolvers<ContextType>;
  BillConnection?: BillConnectionResolvers<ContextType>;
  BillEdge?: BillEdgeResolvers<ContextType>;
  Citizen?: CitizenResolvers<ContextType>;
  CitizenID?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  Invoice?: InvoiceResolvers<ContextType>;
  Meter?: MeterResolvers<ContextType>;
  MeterReading?: MeterReadingResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Premises?: PremisesResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  YearMonth?: GraphQLScalarType;
};

export type DirectiveResolvers<ContextType = UtilitiesContext> = {
  announced?: AnnouncedDirectiveResolver<any, any, ContextType>;
  category?: CategoryDirectiveResolver<any, any, ContextType>;
};
