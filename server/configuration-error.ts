/** Something that whoever starts the server can set right, said in a sentence: starting again would say it again. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
