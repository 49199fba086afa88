import { type SQL, sql } from "drizzle-orm";

/** Boxes in which a person says that all nuclei are labelled: what is still proposed there is wrong by definition. */
const isVouchedFor = sql`exists (
  select 1 from training_box b where b.volume_id = p.volume_id
    and (p.centroid_zyx->>0)::float8 >= (b.min_zyx->>0)::float8 and (p.centroid_zyx->>0)::float8 < (b.max_zyx->>0)::float8
    and (p.centroid_zyx->>1)::float8 >= (b.min_zyx->>1)::float8 and (p.centroid_zyx->>1)::float8 < (b.max_zyx->>1)::float8
    and (p.centroid_zyx->>2)::float8 >= (b.min_zyx->>2)::float8 and (p.centroid_zyx->>2)::float8 < (b.max_zyx->>2)::float8)`;

const isOpen = sql`p.state = 'undecided' and not p.suppressed and p.queued and not ${isVouchedFor}`;

/** Of `proposal p`: open, in its share of the queue, unlike all that was rejected, not vouched for by a box, and not planted. */
export const isOpenQuestion: SQL = sql`${isOpen} and not p.planted`;

/** The same of planted ones. */
export const isOpenPlant: SQL = sql`${isOpen} and p.planted`;

/** And the volume's border does not cut it. */
export const mayBeAsked: SQL = sql`${isOpenQuestion} and not p.touches_border`;
