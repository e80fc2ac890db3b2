import { start } from '@gatehouse/service-kit/start';
import { config } from './config.ts';
import { DlpScannerModule } from './dlp-scanner.module.ts';

await start(DlpScannerModule, config);
