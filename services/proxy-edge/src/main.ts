import { start } from '@gatehouse/service-kit/start';
import { config } from './config.ts';
import { ProxyEdgeModule } from './proxy-edge.module.ts';

await start(ProxyEdgeModule, config);
