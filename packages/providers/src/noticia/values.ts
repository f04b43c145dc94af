/**
 * What Noticia answers, as it came. Every name may come in either spelling, so both are listed and both may be missing.
 * @see https://docs.sms.noticia.ai/quickstart/
 */

/** A profile. */
export interface NoticiaProfile {
  /** `prof_…`. */
  readonly id?: string;
  readonly profileId?: string;
  readonly profile_id?: string;
  readonly externalId?: string;
  readonly external_id?: string;
  readonly [field: string]: unknown;
}

/** The attributes of a profile. */
export interface NoticiaAttributes {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** The consent of one number. */
export interface NoticiaSubscription {
  readonly status?: "SUBSCRIBED" | "UNSUBSCRIBED" | (string & {});
  readonly phoneNumber?: string;
  readonly phone_number?: string;
  readonly profile?: NoticiaProfile | null;
  readonly [field: string]: unknown;
}

/** A sales event. */
export interface NoticiaSalesEvent {
  /** `evt_…`. */
  readonly id?: string;
  readonly [field: string]: unknown;
}

/** A store. */
export interface NoticiaStore {
  readonly id?: string;
  readonly [field: string]: unknown;
}
