/** A pane that can be drawn elsewhere too: into a picture, into a film. */
export interface DrawablePane {
  readonly host: HTMLElement;
  /**
   * As it is shown, but for pointers of people, its corner at the origin of the context. `scale`: device pixels per CSS pixel. `isOneOfMany`: more
   * follow at once, so it may be coarser.
   */
  drawInto(context: CanvasRenderingContext2D, scale: number, isOneOfMany?: boolean): void;
}

/** The 3D pane, whose camera can be moved without a mouse. */
export interface DrawableScene extends DrawablePane {
  /** Round what is looked at; radians. */
  turn(rightRad: number, upRad: number): void;
  /** Distance from what is looked at, times this. */
  approach(factor: number): void;
  /** While it is held, people do not turn it: it is filmed. */
  hold(isHeld: boolean): void;
}
