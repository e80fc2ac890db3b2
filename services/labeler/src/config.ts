import { defineConfig } from '@gatehouse/service-kit/config';

/** The common variables suffice. */
export const config = defineConfig('labeler', {});
