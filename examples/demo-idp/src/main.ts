import { readConfig } from './config.ts';
import { startDemoIdp } from './demo-idp.ts';

const config = readConfig();
const idp = await startDemoIdp({
  port: config.IDP_PORT,
  issuer: config.IDP_ISSUER,
  clients: config.CLIENTS,
  serviceProviders: config.SERVICE_PROVIDERS,
  samlKey: config.SAML_KEY,
});
process.on('SIGTERM', () => void idp.stop());
