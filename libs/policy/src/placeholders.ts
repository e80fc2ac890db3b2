// Placeholders of block pages and text files; the PEP fills them in.

/** The five placeholders a message may contain. */
export const placeholders = ['{appName}', '{fileName}', '{policyName}', '{reference}', '{userName}'] as const;

/** Placeholders in a message that do not exist, each once. */
export function unknownPlaceholders(message: string): string[] {
  const used = message.match(/\{[^{}]*\}/gu) ?? [];
  return [...new Set(used)].filter((one) => !placeholders.some((known) => known === one));
}
