import { start } from '@gatehouse/service-kit/start';
import { AlertNotifierModule } from './alert-notifier.module.ts';
import { config } from './config.ts';

await start(AlertNotifierModule, config);
