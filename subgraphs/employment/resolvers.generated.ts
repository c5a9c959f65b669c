import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CitizenReference } from '../kit/rights.ts';
import type { PersonRow, JobRow, RegistrationRow } from './store/register.ts';
import type { Benefit } from './rules/benefit.ts';
import type { EmploymentContext } from './store/loaders.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
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
  _FieldSet: { input: string; output: string; }
};

export type Citizen = {
  __typename?: 'Citizen';
  /** Work and unemployment as the employment department knows them, or null when it holds no record (children, for instance). */
  employment?: Maybe<Employment>;
  /** The citizen ID, the key by which every subgraph knows this person. */
  id: Scalars['CitizenID']['output'];
};

/** What the employment department knows of a citizen's work. */
export type Employment = {
  __typename?: 'Employment';
  /** Jobs that have ended, newest first. */
  formerJobs: Array<Job>;
  /** The present job; null unless `status` is `EMPLOYED`. */
  job?: Maybe<Job>;
  /** Where the citizen stands today. */
  status: EmploymentStatus;
  /** The registration as unemployed; null unless `status` is `UNEMPLOYED`. */
  unemployment?: Maybe<UnemploymentRegistration>;
};

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

/** An employment relationship. */
export type Job = {
  __typename?: 'Job';
  /** Name of the employer. */
  employer: Scalars['String']['output'];
  /** Last day of work, or null while it goes on. */
  end?: Maybe<Scalars['Date']['output']>;
  /** Identifier of the relationship inside the employment department. */
  id: Scalars['ID']['output'];
  /** What the citizen does there. */
  occupation: Scalars['String']['output'];
  /** First day of work. */
  start: Scalars['Date']['output'];
};

/** An amount of money. */
export type Money = {
  __typename?: 'Money';
  /** The amount in the smallest unit of the currency: fen for CNY. */
  amount: Scalars['Int']['output'];
  /** ISO 4217 code, `CNY`. */
  currency: Scalars['String']['output'];
};

/** Unemployment benefit. */
export type UnemploymentBenefit = {
  __typename?: 'UnemploymentBenefit';
  /** The monthly amount. */
  monthlyAmount: Money;
  /** Months for which it is paid in all. */
  months: Scalars['Int']['output'];
  /** Months that are still to be paid. */
  monthsLeft: Scalars['Int']['output'];
};

/** A registration as unemployed. */
export type UnemploymentRegistration = {
  __typename?: 'UnemploymentRegistration';
  /**
   * The unemployment benefit to which the contributions entitle (Social Insurance Law of the PRC,
   * art. 45 and 46), or null when they do not.
   */
  benefit?: Maybe<UnemploymentBenefit>;
  /** The day of registration. */
  registeredOn: Scalars['Date']['output'];
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
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  Employment: ResolverTypeWrapper<PersonRow>;
  EmploymentStatus: EmploymentStatus;
  Job: ResolverTypeWrapper<JobRow>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Money: ResolverTypeWrapper<Money>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  UnemploymentBenefit: ResolverTypeWrapper<Benefit>;
  UnemploymentRegistration: ResolverTypeWrapper<RegistrationRow>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Citizen: CitizenReference;
  CitizenID: Scalars['CitizenID']['output'];
  Date: Scalars['Date']['output'];
  Employment: PersonRow;
  Job: JobRow;
  ID: Scalars['ID']['output'];
  Money: Money;
  Int: Scalars['Int']['output'];
  UnemploymentBenefit: Benefit;
  UnemploymentRegistration: RegistrationRow;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type CategoryDirectiveArgs = {
  names: Array<Scalars['String']['input']>;
};

export type CategoryDirectiveResolver<Result, Parent, ContextType = EmploymentContext, Args = CategoryDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CitizenResolvers<ContextType = EmploymentContext, ParentType extends ResolversParentTypes['Citizen'] = ResolversParentTypes['Citizen'], FederationReferenceType extends FederationReferenceTypes['Citizen'] = FederationReferenceTypes['Citizen']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Citizen']> | FederationReferenceType, FederationReferenceType, ContextType>;
  employment?: Resolver<Maybe<ResolversTypes['Employment']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['CitizenID'], ParentType, ContextType>;
};

export interface CitizenIdScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CitizenID'], any> {
  name: 'CitizenID';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export type EmploymentResolvers<ContextType = EmploymentContext, ParentType extends ResolversParentTypes['Employment'] = ResolversParentTypes['Employment']> = {
  formerJobs?: Resolver<Array<ResolversTypes['Job']>, ParentType, ContextType>;
  job?: Resolver<Maybe<ResolversTypes['Job']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['EmploymentStatus'], ParentType, ContextType>;
  unemployment?: Resolver<Maybe<ResolversTypes['UnemploymentRegistration']>, ParentType, ContextType>;
};

export type JobResolvers<ContextType = EmploymentContext, ParentType extends ResolversParentTypes['Job'] = ResolversParentTypes['Job']> = {
  employer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  end?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occupation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = EmploymentContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UnemploymentBenefitResolvers<ContextType = EmploymentContext, ParentType extends ResolversParentTypes['UnemploymentBenefit'] = ResolversParentTypes['UnemploymentBenefit']> = {
  monthlyAmount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  months?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  monthsLeft?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type UnemploymentRegistrationResolvers<ContextType = EmploymentContext, ParentType extends ResolversParentTypes['UnemploymentRegistration'] = ResolversParentTypes['UnemploymentRegistration']> = {
  benefit?: Resolver<Maybe<ResolversTypes['UnemploymentBenefit']>, ParentType, ContextType>;
  registeredOn?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
};

export type Resolvers<ContextType = EmploymentContext> = {
  Citizen?: CitizenResolvers<ContextType>;
  CitizenID?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  Employment?: EmploymentResolvers<ContextType>;
  Job?: JobResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  UnemploymentBenefit?: UnemploymentBenefitResolvers<ContextType>;
  UnemploymentRegistration?: UnemploymentRegistrationResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = EmploymentContext> = {
  category?: CategoryDirectiveResolver<any, any, ContextType>;
};
