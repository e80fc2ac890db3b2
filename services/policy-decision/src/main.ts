import { start } from '@gatehouse/service-kit/start';
import { configDefinition } from './config.ts';
import { PolicyDecisionModule } from './policy-decision.module.ts';

await start(PolicyDecisionModule, configDefinition);
