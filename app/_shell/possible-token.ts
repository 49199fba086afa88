/** Shape of the tokens in our links; anything else is not worth asking the server about. */
export const isPossibleToken = (token: string | null): token is string =>
  token !== null && /^[A-Za-z0-9_-]{20,100}$/.test(token);
