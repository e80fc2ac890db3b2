// Sizes as admins write them: bytes, KiB, MiB (and GiB).
const factors: Readonly<Record<string, number>> = { '': 1, b: 1, bytes: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** Bytes meant by `10`, `"10 MiB"`, `"512 KiB"`; undefined if it is no size. */
export function parseByteSize(value: string | number | boolean): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/iu.exec(String(value).trim());
  const factor = factors[parts?.[2]?.toLowerCase() ?? ''];
  return parts === null || factor === undefined ? undefined : Number(parts[1]) * factor;
}
