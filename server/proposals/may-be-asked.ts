import { type SQL, sql } from "drizzle-orm";

/** Boxes in which a person says that all nuclei are labelled: what is still proposed there is wrong by definition. */
const isVouchedFor = sql`exists (
  select 1 from training_box b where b.volume_id = p.volume_id
    and (p.centroid_zyx->>0)::float8 >= (b.min_zyx->>0)::float8 and (p.centroid_zyx->>0)::float8 < (b.max_zyx->>0)::float8
    and (p.centroid_zyx->>1)::float8 >= (b.min_zyx->>1)::float8 and (p.centroid_zyx->>1)::float8 < (b.max_zyx->>1)::float8
    and (p.centroid_zyx->>2)::float8 >= (b.min_zyx->>2)::float8 and (p.centroid_zyx->>2)::float8 < (b.max_zyx->>2)::float8)`;

/** Of `proposal p`: open, in its share of the queue, unlike all that was rejected, and not vouched for by a box. */
export const isOpenQuestion: SQL = sql`p.state = 'undecided' and not p.suppressed and p.queued and not ${isVouchedFor}`;

/** And the volume's border does not cut it. */
export const mayBeAsked: SQL = sql`${isOpenQuestion} and not p.touches_border`;
