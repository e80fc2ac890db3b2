import { start } from '@gatehouse/service-kit/start';
import { config } from './config.ts';
import { LabelerModule } from './labeler.module.ts';

await start(LabelerModule, config);
