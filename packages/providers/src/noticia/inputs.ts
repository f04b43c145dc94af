/**
 * What Noticia's operations take. Noticia's pages write names in two ways; an input is written in one of them throughout,
 * and is sent as it was written.
 * @see https://docs.sms.noticia.ai/quickstart/
 */
import type {
  NoticiaAttributes,
  NoticiaProfile,
  NoticiaSalesEvent,
  NoticiaStore,
  NoticiaSubscription,
} from "./values.ts";

/** `phone_number` as `phoneNumber`. */
type CamelName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name;

/** The same fields in camelCase, nested ones included; maps under the caller's own names stay as they are. */
export type Camel<Value> =
  Value extends Readonly<Record<string, string>>
    ? string extends keyof Value
      ? Value
      : { [Name in keyof Value as CamelName<Name & string>]: Camel<Value[Name]> }
    : Value extends readonly (infer Item)[]
      ? readonly Camel<Item>[]
      : Value extends object
        ? { [Name in keyof Value as CamelName<Name & string>]: Camel<Value[Name]> }
        : Value;

/** Either spelling. */
export type Spelled<Value> = Value | Camel<Value>;

/** Input of `profiles.upsert`. */
export type ProfileUpsertInput = Spelled<{
  /** The business key; may not start with `ntca_`. */
  readonly external_id: string;
  /** E.164. */
  readonly phone_number?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}>;

/** Input of `profiles.set-attributes`. */
export type SetAttributesInput = Spelled<{
  /** `prof_…`; goes into the path. */
  readonly profile_id: string;
  /** Values are texts only; unknown names are registered by Noticia. */
  readonly attributes: Readonly<Record<string, string>>;
}>;

/** Input of `subscriptions.opt-in`. */
export type OptInInput = Spelled<{
  /** E.164. Consent writes of one number are kept in order. */
  readonly phone_number: string;
  readonly profile_id?: string;
  /** Such as `WEB_FORM`, `IN_STORE_TABLET`, `LOYALTY_PROGRAM`. */
  readonly consent_source: string;
  /** ISO 8601 with a zone. Without one the time of arrival counts, which a retry makes later. */
  readonly consented_at?: string;
  readonly consent_proof?: {
    readonly terms_url?: string;
    readonly terms_version?: string;
    readonly source_text?: string;
  };
}>;

/** Input of `subscriptions.opt-out`. */
export type OptOutInput = Spelled<{
  /** E.164. Consent writes of one number are kept in order. */
  readonly phone_number: string;
  readonly profile_id?: string;
  readonly consent_source?: string;
}>;

/** Input of `sales-events.create`. Amounts are whole cents. */
export type SalesEventInput = Spelled<{
  /** The business key: the same one is ingested once. */
  readonly external_id: string;
  readonly type: "PURCHASE" | "RETURN";
  /** ISO 8601 with a zone. */
  readonly occurred_at: string;
  readonly store_id: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly profile_id?: string;
  readonly total_amount_cents: number;
  readonly total_discount_cents?: number;
  readonly total_tax_cents?: number;
  readonly source?: string;
  readonly line_items?: readonly {
    readonly external_id?: string;
    readonly product?: {
      readonly external_id?: string;
      readonly name?: string;
      readonly properties?: Readonly<Record<string, string>>;
    };
    readonly quantity?: number;
    readonly unit_price_cents?: number;
    readonly total_price_cents?: number;
    readonly tax_cents?: number;
  }[];
}>;

/** Input of `stores.upsert`. */
export type StoreUpsertInput = Spelled<{
  /** The business key. */
  readonly external_id: string;
  readonly name: string;
  readonly address: {
    readonly address_line1: string;
    readonly address_line2?: string;
    readonly postal_code: string;
    readonly locality: string;
    readonly administrative_area1?: string;
    readonly administrative_area2?: string;
    /** ISO 3166-1 alpha-2. */
    readonly country_code: string;
  };
}>;

/** Input and value of every operation. */
export type NoticiaOperations = {
  readonly "profiles.upsert": { readonly input: ProfileUpsertInput; readonly value: NoticiaProfile };
  readonly "profiles.set-attributes": { readonly input: SetAttributesInput; readonly value: NoticiaAttributes };
  readonly "subscriptions.opt-in": { readonly input: OptInInput; readonly value: NoticiaSubscription };
  readonly "subscriptions.opt-out": { readonly input: OptOutInput; readonly value: NoticiaSubscription };
  readonly "sales-events.create": { readonly input: SalesEventInput; readonly value: NoticiaSalesEvent };
  readonly "stores.upsert": { readonly input: StoreUpsertInput; readonly value: NoticiaStore };
};
