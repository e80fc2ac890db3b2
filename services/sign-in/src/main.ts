import { start } from '@gatehouse/service-kit/start';
import { configDefinition } from './config.ts';
import { SignInModule } from './sign-in.module.ts';

await start(SignInModule, configDefinition, { http: true });
