import { start } from '@gatehouse/service-kit/start';
import { AdminPortalModule } from './admin-portal.module.ts';
import { config } from './config.ts';

await start(AdminPortalModule, config, { http: true });
