import { useSyncExternalStore } from "react";
import type { Observable } from "./observable.ts";

/** Renders again only when the chosen part is another value. */
export function useObservable<T, V>(observable: Observable<T>, choose: (state: T) => V): V {
  const read = () => choose(observable.get());
  return useSyncExternalStore(observable.subscribe, read, read);
}
