// Gatehouse as one child process of the benchmark: the edge alone, so that its CPU can be read from /proc.
import { connect } from '@gatehouse/messaging/messaging';
import { pino } from 'pino';
import { config } from '../../services/proxy-edge/src/config.ts';
import { startHttp } from '../../services/proxy-edge/src/listeners.ts';
import { createEdge } from '../../services/proxy-edge/src/proxy-edge.module.ts';

const values = config.parse(process.env);
const messaging = await connect({ url: values.NATS_URL, name: 'edge' });
const edge = await createEdge(values, pino({ level: 'error' }), messaging);
await startHttp(edge, values.HTTP_PORT ?? 0);
process.send?.('ready');
process.once('disconnect', () => process.exit(0));
