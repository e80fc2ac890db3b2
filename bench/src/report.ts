// Figures as benchmarks print them.

/** `measure name 1.23x goal >=1 met`; without a goal the figure alone. */
export function measureLine(name: string, value: number, unit: string, operator: '<=' | '>=', goal?: number): void {
  const shown = value.toFixed(value < 1 ? 4 : 2);
  const met = goal !== undefined && (operator === '<=' ? value <= goal : value >= goal);
  const verdict = goal === undefined ? '' : ` goal ${operator}${goal} ${met ? 'met' : 'short'}`;
  console.log(`${goal === undefined ? 'figure ' : 'measure'} ${name} ${shown}${unit}${verdict}`);
}

/** The value that this share (0 to 100) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((share / 100) * sorted.length) - 1)] ?? Number.NaN;
}
