// Injection tokens every service module may ask for.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export const CONFIG = Symbol('CONFIG');
export const LOG = Symbol('LOG');
export const MESSAGING = Symbol('MESSAGING');
export const HEALTH = Symbol('HEALTH');
export const METRICS = Symbol('METRICS');

export type Log = Logger;
export type Metrics = Registry;

/** A check throws (or rejects) while its dependency is not usable; `/readyz` then answers 503 with its message. */
export type Health = {
  register(name: string, check: () => Promise<void> | void): void;
};
