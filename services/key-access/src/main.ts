import { start } from '@gatehouse/service-kit/start';
import { config } from './config.ts';
import { KeyAccessModule } from './key-access.module.ts';

await start(KeyAccessModule, config, { http: true });
