/**
 * What Noticia knows: profiles, consent, stores and sales events, each found by its business key.
 *
 * Consent is kept as a history: what counts is the last write that arrived, so a late replay of an opt-in after an
 * opt-out does its harm here as it would there, and the ledger shows it.
 */

/** A resource as it is stored and shown, with snake_case names. */
export type Resource = Readonly<Record<string, unknown>>;

/** One consent write. */
export interface Consent {
  readonly at: number;
  readonly resource: Resource;
}

/** All records of one sandbox. */
export interface Records {
  profile(idOrExternalId: string): Resource | null;
  profileByPhone(phone: string): Resource | null;
  store(idOrExternalId: string): Resource | null;
  stores(): readonly Resource[];
  sale(externalId: string): Resource | null;
  /** Consent writes for one phone number, oldest first. */
  consents(phone: string): readonly Consent[];
  putProfile(profile: Resource): void;
  putStore(store: Resource): void;
  putSale(sale: Resource): void;
  addConsent(phone: string, consent: Consent): void;
  reset(): void;
}

/** No records yet. */
export function createRecords(): Records {
  const profiles = new Map<string, Resource>();
  const idsByExternal = new Map<string, string>();
  const idsByPhone = new Map<string, string>();
  const stores = new Map<string, Resource>();
  const storeIds = new Map<string, string>();
  const sales = new Map<string, Resource>();
  const consents = new Map<string, Consent[]>();
  return {
    profile: (key) => profiles.get(key) ?? profiles.get(idsByExternal.get(key) ?? "") ?? null,
    profileByPhone: (phone) => profiles.get(idsByPhone.get(phone) ?? "") ?? null,
    store: (key) => stores.get(key) ?? stores.get(storeIds.get(key) ?? "") ?? null,
    stores: () => [...stores.values()],
    sale: (externalId) => sales.get(externalId) ?? null,
    consents: (phone) => consents.get(phone) ?? [],
    putProfile(profile) {
      const id = String(profile["id"]);
      const before = profiles.get(id)?.["phone_number"];
      if (typeof before === "string") idsByPhone.delete(before);
      profiles.set(id, profile);
      idsByExternal.set(String(profile["external_id"]), id);
      if (typeof profile["phone_number"] === "string") idsByPhone.set(profile["phone_number"], id);
    },
    putStore(store) {
      stores.set(String(store["id"]), store);
      storeIds.set(String(store["external_id"]), String(store["id"]));
    },
    putSale: (sale) => void sales.set(String(sale["external_id"]), sale),
    addConsent(phone, consent) {
      const history = consents.get(phone);
      if (history === undefined) consents.set(phone, [consent]);
      else history.push(consent);
    },
    reset() {
      for (const each of [profiles, idsByExternal, idsByPhone, stores, storeIds, sales, consents]) each.clear();
    },
  };
}
