import type { DescribedField, PublicationTarget } from "../../core/publication/missing-fields.ts";
import type { Publication } from "../../core/publication/publication.ts";

export type MissingFields = ReadonlyMap<DescribedField, readonly PublicationTarget[]>;

export interface FieldsProps {
  readonly draft: Publication;
  readonly missing: MissingFields;
  change(fields: Partial<Publication>): void;
}
