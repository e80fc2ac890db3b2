import { start } from '@gatehouse/service-kit/start';
import { ActivityLogModule } from './activity-log.module.ts';
import { config } from './config.ts';

await start(ActivityLogModule, config);
