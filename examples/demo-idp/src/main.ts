import { readConfig } from './config.ts';
import { startDemoIdp } from './demo-idp.ts';

const config = readConfig();
const idp = await startDemoIdp({ port: config.IDP_PORT, issuer: config.IDP_ISSUER, clients: config.CLIENTS });
process.on('SIGTERM', () => void idp.stop());
