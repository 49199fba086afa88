"use client";
import { useEffect, useState } from "react";
import { licenceOf } from "../../../../core/publication/licences.ts";
import type { FindLicence } from "../../../../core/publication/missing-fields.ts";

/** The usual licences, and all of SPDX once a text is none of these: that list is large, and loaded when it is needed. */
export function useFindLicence(licence: string): FindLicence {
  const [find, setFind] = useState<FindLicence>(() => licenceOf);
  const isUnusual = licence.trim() !== "" && licenceOf(licence) === null;
  useEffect(() => {
    if (!isUnusual) return;
    let isGone = false;
    void import("../../../../core/publication/spdx/describe-licence.ts")
      .then(({ describeLicence }) => {
        if (!isGone) setFind(() => describeLicence);
      })
      .catch(() => {}); // Without a connection the usual ones stay.
    return () => {
      isGone = true;
    };
  }, [isUnusual]);
  return find;
}
