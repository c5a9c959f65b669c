import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CitizenReference } from '../../../subgraphs/kit/rights.ts';
import type { AccountRow, BillRow, PowerContext } from './store/accounts.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
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
  /** The citizen ID, the key by which every subgraph knows this person. */
  id: Scalars['CitizenID']['output'];
  /** Her contract with the power company; null when she is no customer. */
  powerAccount?: Maybe<PowerAccount>;
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

/** An amount of money. */
export type Money = {
  __typename?: 'Money';
  /** The amount in the smallest unit of the currency: fen for CNY. */
  amount: Scalars['Int']['output'];
  /** ISO 4217 code, `CNY`. */
  currency: Scalars['String']['output'];
};

/** A contract for charging a car. It says nothing of where the car is charged: the company needs that, the graph does not. */
export type PowerAccount = {
  __typename?: 'PowerAccount';
  /** What is to be paid on all open and overdue bills together. */
  amountDue: Money;
  /** Bills, newest first. `first` is at most 100. */
  bills: Array<PowerBill>;
  /** The customer number on the company's bills. */
  number: Scalars['String']['output'];
  /** The day on which the contract began. */
  since: Scalars['Date']['output'];
};


/** A contract for charging a car. It says nothing of where the car is charged: the company needs that, the graph does not. */
export type PowerAccountBillsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A monthly bill for charging; consumption is in kilowatt-hours. */
export type PowerBill = Invoice & {
  __typename?: 'PowerBill';
  /** What is charged. */
  amount: Money;
  /** What was used, in the unit of what is supplied. */
  consumption: Scalars['Float']['output'];
  /** The day by which it is to be paid. */
  dueOn: Scalars['Date']['output'];
  /** Identifier of the bill inside the power company. */
  id: Scalars['ID']['output'];
  /** The month that it charges for. */
  month: Scalars['YearMonth']['output'];
  /** What of it was used by night, from 23 to 7 o'clock. */
  nightConsumption: Scalars['Float']['output'];
  /** The day on which it was paid, or null while it is not. */
  paidOn?: Maybe<Scalars['Date']['output']>;
  /** Whether it is paid. */
  status: BillStatus;
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


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Invoice: ( BillRow );
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  BillStatus: BillStatus;
  Citizen: ResolverTypeWrapper<CitizenReference>;
  CitizenID: ResolverTypeWrapper<Scalars['CitizenID']['output']>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  Invoice: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Invoice']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Money: ResolverTypeWrapper<Money>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  PowerAccount: ResolverTypeWrapper<AccountRow>;
  PowerBill: ResolverTypeWrapper<BillRow>;
  YearMonth: ResolverTypeWrapper<Scalars['YearMonth']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Citizen: CitizenReference;
  CitizenID: Scalars['CitizenID']['output'];
  Date: Scalars['Date']['output'];
  Invoice: ResolversInterfaceTypes<ResolversParentTypes>['Invoice'];
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
  Money: Money;
  Int: Scalars['Int']['output'];
  PowerAccount: AccountRow;
  PowerBill: BillRow;
  YearMonth: Scalars['YearMonth']['output'];
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type CategoryDirectiveArgs = {
  names: Array<Scalars['String']['input']>;
};

export type CategoryDirectiveResolver<Result, Parent, ContextType = PowerContext, Args = CategoryDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CitizenResolvers<ContextType = PowerContext, ParentType extends ResolversParentTypes['Citizen'] = ResolversParentTypes['Citizen'], FederationReferenceType extends FederationReferenceTypes['Citizen'] = FederationReferenceTypes['Citizen']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Citizen']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['CitizenID'], ParentType, ContextType>;
  powerAccount?: Resolver<Maybe<ResolversTypes['PowerAccount']>, ParentType, ContextType>;
};

export interface CitizenIdScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CitizenID'], any> {
  name: 'CitizenID';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export type InvoiceResolvers<ContextType = PowerContext, ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice']> = {
  __resolveType: TypeResolveFn<'PowerBill', ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = PowerContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PowerAccountResolvers<ContextType = PowerContext, ParentType extends ResolversParentTypes['PowerAccount'] = ResolversParentTypes['PowerAccount']> = {
  amountDue?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  bills?: Resolver<Array<ResolversTypes['PowerBill']>, ParentType, ContextType, RequireFields<PowerAccountBillsArgs, 'first'>>;
  number?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
};

export type PowerBillResolvers<ContextType = PowerContext, ParentType extends ResolversParentTypes['PowerBill'] = ResolversParentTypes['PowerBill']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  consumption?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  dueOn?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  month?: Resolver<ResolversTypes['YearMonth'], ParentType, ContextType>;
  nightConsumption?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  paidOn?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['BillStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface YearMonthScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['YearMonth'], any> {
  name: 'YearMonth';
}

export type Resolvers<ContextType = PowerContext> = {
  Citizen?: CitizenResolvers<ContextType>;
  CitizenID?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  Invoice?: InvoiceResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  PowerAccount?: PowerAccountResolvers<ContextType>;
  PowerBill?: PowerBillResolvers<ContextType>;
  YearMonth?: GraphQLScalarType;
};

export type DirectiveResolvers<ContextType = PowerContext> = {
  category?: CategoryDirectiveResolver<any, any, ContextType>;
};
