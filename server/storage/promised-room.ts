/**
 * Room on the disk that running work is going to fill: what others ask for has to fit beside it. What is written already is
 * taken off, as the disk itself tells of it.
 */
export interface Promised {
  setLeft(bytes: number): void;
  release(): void;
}

export interface PromisedRoom {
  readonly bytes: number;
  promise(bytes: number): Promised;
}

const rooms = new WeakMap<object, PromisedRoom>();

/** The one of a server, by its services. */
export function promisedRoomOf(services: object): PromisedRoom {
  let room = rooms.get(services);
  if (!room) {
    room = createPromisedRoom();
    rooms.set(services, room);
  }
  return room;
}

function createPromisedRoom(): PromisedRoom {
  const left = new Map<object, number>();
  return {
    get bytes() {
      return [...left.values()].reduce((a, b) => a + b, 0);
    },
    promise(bytes) {
      const key = {};
      left.set(key, bytes);
      return {
        setLeft: (now) => void (left.has(key) && left.set(key, Math.max(0, now))),
        release: () => void left.delete(key),
      };
    },
  };
}
