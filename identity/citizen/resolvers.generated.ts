import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CitizenContext } from './register.ts';
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
  /**
   * A citizen as this graph knows one: opaque, random and permanent. It is never the
   * resident ID number and cannot be turned into it. Clients treat it as a plain string.
   */
  CitizenID: { input: string; output: string; }
  /** A calendar date, `YYYY-MM-DD` (RFC 3339 full-date). */
  Date: { input: string; output: string; }
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

/** A natural person in the population register. */
export type Citizen = {
  __typename?: 'Citizen';
  /** The registered address, or null when the register holds none. */
  address?: Maybe<Address>;
  /** Date of birth in the population register. */
  birthDate: Scalars['Date']['output'];
  /** The citizen ID, the key by which every subgraph knows this person. */
  id: Scalars['CitizenID']['output'];
  /** The name in the population register. */
  name: PersonName;
  /**
   * The language in which the citizen wants to be addressed, as a BCP 47 tag: `zh-CN`, `ug`,
   * `kk` or `en`. A preference that she sets herself, not an attribute of the person.
   */
  preferredLanguage: Scalars['String']['output'];
};

/** A person's name, in the script in which it is registered. */
export type PersonName = {
  __typename?: 'PersonName';
  /** The name in Latin letters, where the register holds it. */
  latin?: Maybe<Scalars['String']['output']>;
  /** The whole name, written as the person writes it. Show this one. */
  text: Scalars['String']['output'];
};

export type Query = {
  __typename?: 'Query';
  /**
   * One citizen by citizen ID. A citizen may ask for herself only; anybody else's ID is
   * refused with `FORBIDDEN`, whether or not such a citizen exists.
   */
  citizen?: Maybe<Citizen>;
  /** The signed-in citizen. Null when nobody is signed in. */
  me?: Maybe<Citizen>;
};


export type QueryCitizenArgs = {
  id: Scalars['CitizenID']['input'];
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
  Address: ResolverTypeWrapper<Address>;
  Citizen: ResolverTypeWrapper<Citizen>;
  CitizenID: ResolverTypeWrapper<Scalars['CitizenID']['output']>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  PersonName: ResolverTypeWrapper<PersonName>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Address: Address;
  Citizen: Citizen | FederationReferenceTypes['Citizen'];
  CitizenID: Scalars['CitizenID']['output'];
  Date: Scalars['Date']['output'];
  PersonName: PersonName;
  Query: Record<PropertyKey, never>;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type CategoryDirectiveArgs = {
  names: Array<Scalars['String']['input']>;
};

export type CategoryDirectiveResolver<Result, Parent, ContextType = CitizenContext, Args = CategoryDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AddressResolvers<ContextType = CitizenContext, ParentType extends ResolversParentTypes['Address'] = ResolversParentTypes['Address']> = {
  district?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  postalCode?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CitizenResolvers<ContextType = CitizenContext, ParentType extends ResolversParentTypes['Citizen'] = ResolversParentTypes['Citizen'], FederationReferenceType extends FederationReferenceTypes['Citizen'] = FederationReferenceTypes['Citizen']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Citizen']> | FederationReferenceType, FederationReferenceType, ContextType>;
  address?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  birthDate?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['CitizenID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['PersonName'], ParentType, ContextType>;
  preferredLanguage?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface CitizenIdScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CitizenID'], any> {
  name: 'CitizenID';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export type PersonNameResolvers<ContextType = CitizenContext, ParentType extends ResolversParentTypes['PersonName'] = ResolversParentTypes['PersonName']> = {
  latin?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = CitizenContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  citizen?: Resolver<Maybe<ResolversTypes['Citizen']>, ParentType, ContextType, RequireFields<QueryCitizenArgs, 'id'>>;
  me?: Resolver<Maybe<ResolversTypes['Citizen']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = CitizenContext> = {
  Address?: AddressResolvers<ContextType>;
  Citizen?: CitizenResolvers<ContextType>;
  CitizenID?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  PersonName?: PersonNameResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = CitizenContext> = {
  category?: CategoryDirectiveResolver<any, any, ContextType>;
};
