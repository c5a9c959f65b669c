import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CitizenReference } from '../kit/rights.ts';
import type { ParticipantRow } from './store/participants.ts';
import type { Forecast } from './rules/forecast.ts';
import type { ContributionRow, PaymentRow } from './store/ledger.ts';
import type { PensionContext } from './store/loaders.ts';
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

export type Citizen = {
  __typename?: 'Citizen';
  /** The citizen ID, the key by which every subgraph knows this person. */
  id: Scalars['CitizenID']['output'];
  /** The citizen's old-age insurance, or null when she has never taken part. */
  pension?: Maybe<PensionAccount>;
};

/** A page of contributions (Relay cursor connections). */
export type ContributionConnection = {
  __typename?: 'ContributionConnection';
  /** The contributions of this page, each with its cursor. */
  edges: Array<ContributionEdge>;
  /** Where this page stands in the whole. */
  pageInfo: PageInfo;
};

/** A contribution and its place in the list. */
export type ContributionEdge = {
  __typename?: 'ContributionEdge';
  /** Opaque; pass it as `after` to go on behind this contribution. */
  cursor: Scalars['String']['output'];
  /** The contribution. */
  node: PensionContribution;
};

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

/** Basic old-age insurance of one citizen. */
export type PensionAccount = {
  __typename?: 'PensionAccount';
  /** Balance of the personal account; zero in a scheme or at an age that has none left. */
  accountBalance: Money;
  /** Months for which contributions were paid, without gaps counted in. */
  contributionMonths: Scalars['Int']['output'];
  /** Contributions, newest month first. `first` is at most 100. */
  contributions: ContributionConnection;
  /**
   * What the pension is going to be if contributions go on as they are. Null once the pension is being
   * paid. An estimate: it binds nobody.
   */
  forecast?: Maybe<PensionForecast>;
  /** The most recent payment, or null while no pension is paid. */
  lastPayment?: Maybe<PensionPayment>;
  /** Payments, newest month first. `first` is at most 100. */
  payments: PensionPaymentConnection;
  /** The scheme that the citizen belongs to. */
  scheme: PensionScheme;
  /** Whether contributions are paid, the pension is paid, or neither. */
  status: PensionStatus;
};


/** Basic old-age insurance of one citizen. */
export type PensionAccountContributionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Basic old-age insurance of one citizen. */
export type PensionAccountPaymentsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A monthly contribution. */
export type PensionContribution = {
  __typename?: 'PensionContribution';
  /** The wage on which it was reckoned. */
  base: Money;
  /** The citizen's own part, which goes to her personal account. */
  citizenPart: Money;
  /** The employer's part. */
  employerPart: Money;
  /** The month for which it was paid. */
  month: Scalars['YearMonth']['output'];
};

/** An estimate of the future pension, by the rules in force today. */
export type PensionForecast = {
  __typename?: 'PensionForecast';
  /** Months of contributions at retirement if they go on without a gap. */
  contributionMonthsAtRetirement: Scalars['Int']['output'];
  /** Whether these months reach the least that the law asks for in that year. */
  minimumReached: Scalars['Boolean']['output'];
  /** The monthly pension in the money of today; null when the least number of months is not reached. */
  monthlyAmount?: Maybe<Money>;
  /** Statutory retirement age in months of life (Decision of the NPC Standing Committee of 13 September 2024). */
  retirementAgeMonths: Scalars['Int']['output'];
  /** The month in which the statutory retirement age is reached. */
  retirementMonth: Scalars['YearMonth']['output'];
};

/** A monthly payment of the pension. */
export type PensionPayment = {
  __typename?: 'PensionPayment';
  /** What was paid. */
  amount: Money;
  /** The month for which it was paid. */
  month: Scalars['YearMonth']['output'];
  /** The day on which it was paid. */
  paidOn: Scalars['Date']['output'];
};

/** A page of pension payments (Relay cursor connections). */
export type PensionPaymentConnection = {
  __typename?: 'PensionPaymentConnection';
  /** The payments of this page, each with its cursor. */
  edges: Array<PensionPaymentEdge>;
  /** Where this page stands in the whole. */
  pageInfo: PageInfo;
};

/** A payment and its place in the list. */
export type PensionPaymentEdge = {
  __typename?: 'PensionPaymentEdge';
  /** Opaque; pass it as `after` to go on behind this payment. */
  cursor: Scalars['String']['output'];
  /** The payment. */
  node: PensionPayment;
};

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
  ContributionConnection: ResolverTypeWrapper<Omit<ContributionConnection, 'edges'> & { edges: Array<ResolversTypes['ContributionEdge']> }>;
  ContributionEdge: ResolverTypeWrapper<Omit<ContributionEdge, 'node'> & { node: ResolversTypes['PensionContribution'] }>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  Money: ResolverTypeWrapper<Money>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PensionAccount: ResolverTypeWrapper<ParticipantRow>;
  PensionContribution: ResolverTypeWrapper<ContributionRow>;
  PensionForecast: ResolverTypeWrapper<Forecast>;
  PensionPayment: ResolverTypeWrapper<PaymentRow>;
  PensionPaymentConnection: ResolverTypeWrapper<Omit<PensionPaymentConnection, 'edges'> & { edges: Array<ResolversTypes['PensionPaymentEdge']> }>;
  PensionPaymentEdge: ResolverTypeWrapper<Omit<PensionPaymentEdge, 'node'> & { node: ResolversTypes['PensionPayment'] }>;
  PensionScheme: PensionScheme;
  PensionStatus: PensionStatus;
  YearMonth: ResolverTypeWrapper<Scalars['YearMonth']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Citizen: CitizenReference;
  CitizenID: Scalars['CitizenID']['output'];
  ContributionConnection: Omit<ContributionConnection, 'edges'> & { edges: Array<ResolversParentTypes['ContributionEdge']> };
  ContributionEdge: Omit<ContributionEdge, 'node'> & { node: ResolversParentTypes['PensionContribution'] };
  Date: Scalars['Date']['output'];
  Money: Money;
  PageInfo: PageInfo;
  PensionAccount: ParticipantRow;
  PensionContribution: ContributionRow;
  PensionForecast: Forecast;
  PensionPayment: PaymentRow;
  PensionPaymentConnection: Omit<PensionPaymentConnection, 'edges'> & { edges: Array<ResolversParentTypes['PensionPaymentEdge']> };
  PensionPaymentEdge: Omit<PensionPaymentEdge, 'node'> & { node: ResolversParentTypes['PensionPayment'] };
  YearMonth: Scalars['YearMonth']['output'];
  Boolean: Scalars['Boolean']['output'];
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
};

export type CacheControlDirectiveArgs = {
  inheritMaxAge?: Maybe<Scalars['Boolean']['input']>;
  maxAge?: Maybe<Scalars['Int']['input']>;
};

export type CacheControlDirectiveResolver<Result, Parent, ContextType = PensionContext, Args = CacheControlDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CategoryDirectiveArgs = {
  names: Array<Scalars['String']['input']>;
};

export type CategoryDirectiveResolver<Result, Parent, ContextType = PensionContext, Args = CategoryDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CitizenResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['Citizen'] = ResolversParentTypes['Citizen'], FederationReferenceType extends FederationReferenceTypes['Citizen'] = FederationReferenceTypes['Citizen']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Citizen']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['CitizenID'], ParentType, ContextType>;
  pension?: Resolver<Maybe<ResolversTypes['PensionAccount']>, ParentType, ContextType>;
};

export interface CitizenIdScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CitizenID'], any> {
  name: 'CitizenID';
}

export type ContributionConnectionResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['ContributionConnection'] = ResolversParentTypes['ContributionConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ContributionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ContributionEdgeResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['ContributionEdge'] = ResolversParentTypes['ContributionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PensionContribution'], ParentType, ContextType>;
};

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export type MoneyResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PensionAccountResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PensionAccount'] = ResolversParentTypes['PensionAccount']> = {
  accountBalance?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  contributionMonths?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  contributions?: Resolver<ResolversTypes['ContributionConnection'], ParentType, ContextType, RequireFields<PensionAccountContributionsArgs, 'first'>>;
  forecast?: Resolver<Maybe<ResolversTypes['PensionForecast']>, ParentType, ContextType>;
  lastPayment?: Resolver<Maybe<ResolversTypes['PensionPayment']>, ParentType, ContextType>;
  payments?: Resolver<ResolversTypes['PensionPaymentConnection'], ParentType, ContextType, RequireFields<PensionAccountPaymentsArgs, 'first'>>;
  scheme?: Resolver<ResolversTypes['PensionScheme'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['PensionStatus'], ParentType, ContextType>;
};

export type PensionContributionResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PensionContribution'] = ResolversParentTypes['PensionContribution']> = {
  base?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  citizenPart?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  employerPart?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  month?: Resolver<ResolversTypes['YearMonth'], ParentType, ContextType>;
};

export type PensionForecastResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PensionForecast'] = ResolversParentTypes['PensionForecast']> = {
  contributionMonthsAtRetirement?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  minimumReached?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  monthlyAmount?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  retirementAgeMonths?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  retirementMonth?: Resolver<ResolversTypes['YearMonth'], ParentType, ContextType>;
};

export type PensionPaymentResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PensionPayment'] = ResolversParentTypes['PensionPayment']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  month?: Resolver<ResolversTypes['YearMonth'], ParentType, ContextType>;
  paidOn?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
};

export type PensionPaymentConnectionResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PensionPaymentConnection'] = ResolversParentTypes['PensionPaymentConnection']> = {
  edges?: Resolver<Array<ResolversTypes['PensionPaymentEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PensionPaymentEdgeResolvers<ContextType = PensionContext, ParentType extends ResolversParentTypes['PensionPaymentEdge'] = ResolversParentTypes['PensionPaymentEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PensionPayment'], ParentType, ContextType>;
};

export interface YearMonthScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['YearMonth'], any> {
  name: 'YearMonth';
}

export type Resolvers<ContextType = PensionContext> = {
  Citizen?: CitizenResolvers<ContextType>;
  CitizenID?: GraphQLScalarType;
  ContributionConnection?: ContributionConnectionResolvers<ContextType>;
  ContributionEdge?: ContributionEdgeResolvers<ContextType>;
  Date?: GraphQLScalarType;
  Money?: MoneyResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PensionAccount?: PensionAccountResolvers<ContextType>;
  PensionContribution?: PensionContributionResolvers<ContextType>;
  PensionForecast?: PensionForecastResolvers<ContextType>;
  PensionPayment?: PensionPaymentResolvers<ContextType>;
  PensionPaymentConnection?: PensionPaymentConnectionResolvers<ContextType>;
  PensionPaymentEdge?: PensionPaymentEdgeResolvers<ContextType>;
  YearMonth?: GraphQLScalarType;
};

export type DirectiveResolvers<ContextType = PensionContext> = {
  cacheControl?: CacheControlDirectiveResolver<any, any, ContextType>;
  category?: CategoryDirectiveResolver<any, any, ContextType>;
};
