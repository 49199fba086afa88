/** `1.2 GB`, decimal units as disks and file managers show them. */
export function byteSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  // 999.6 kB would be written as 1.00e+3 kB.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  if (bytes === 1) return "1 byte";
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}
