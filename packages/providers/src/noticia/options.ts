/** What one Noticia organization is configured with. */

/** Options of the `noticia` factory. */
export interface NoticiaOptions {
  /** `ntca_…`; belongs to one organization, may expire, and cannot be refreshed: somebody must rotate it. */
  readonly apiKey: string;
  /** Default `https://api.sms.noticia.ai`. May carry a path prefix; `/v1` is added. */
  readonly baseUrl?: string;
}
