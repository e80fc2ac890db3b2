// One file, inspected: type, text, findings, label. Runs inside a worker; knows nothing of threads or HTTP.
import type { Limits } from '@gatehouse/content/budget';
import { extract } from '@gatehouse/content/extract';
import type { PdfText } from '@gatehouse/content/format';
import { joinOutcomes } from '@gatehouse/content/outcome';
import { sniff } from '@gatehouse/content/sniff';
import type { InspectionResult, LabelReading, ScanOutcome } from '@gatehouse/contracts/inspection';
import { createScan, type Scan } from '@gatehouse/dlp/scan';
import { inflate } from './inflate.ts';

export type InspectionOrder = {
  readonly fileName?: string | undefined;
  readonly types: readonly string[];
  readonly source: 'content' | 'fileName' | 'both';
  readonly readLabel: boolean;
  readonly limits: Pick<Limits, 'characters' | 'inflatedBytes'>;
  /** Epoch milliseconds of the soft stop. */
  readonly softStopAt: number;
};

export type InspectionReport = Pick<InspectionResult, 'outcome' | 'detectedType' | 'matches' | 'findings'> & {
  readonly label?: LabelReading;
};

export type InspectionTools = {
  readonly now: () => number;
  readonly pdfText: PdfText;
  readonly readLabel: (bytes: Uint8Array) => LabelReading;
  /** Findings so far, in case the rest is never reached. */
  readonly onProgress: (report: InspectionReport) => void;
};

const PROGRESS_EVERY_MS = 1_000;

/** Never throws for what is in the file; the label comes first, as it may be all that can be read. */
export async function inspect(
  bytes: Uint8Array,
  order: InspectionOrder,
  tools: InspectionTools,
): Promise<InspectionReport> {
  const detectedType = sniff(bytes, order.fileName).mime;
  const scan = createScan(order.types);
  const label = order.readLabel ? readLabelSafely(bytes, tools) : undefined;
  const report = (outcome: ScanOutcome): InspectionReport => {
    const { matches, findings } = scan.result();
    const known = { outcome, detectedType, matches: [...matches], findings: [...findings] };
    return label === undefined ? known : { ...known, label };
  };
  if (order.source !== 'content' && order.fileName !== undefined) scan.add(order.fileName, 'file name');
  if (order.source === 'fileName' || order.types.length === 0)
    return report(unknownTypes(scan, { status: 'complete' }));
  tools.onProgress(report({ status: 'timeout', stage: 'read' }));
  const outcome = await scanContent(bytes, order, tools, scan, report);
  return report(unknownTypes(scan, outcome));
}

async function scanContent(
  bytes: Uint8Array,
  order: InspectionOrder,
  tools: InspectionTools,
  scan: Scan,
  report: (outcome: ScanOutcome) => InspectionReport,
): Promise<ScanOutcome> {
  let reportedAt = tools.now();
  const { outcome } = await extract(bytes, {
    inflate,
    pdfText: tools.pdfText,
    limits: { ...order.limits, expired: () => tools.now() >= order.softStopAt },
    ...(order.fileName === undefined ? {} : { name: order.fileName }),
    onPiece: (piece) => {
      scan.add(piece.text, piece.place || 'content', piece.header);
      if (tools.now() - reportedAt < PROGRESS_EVERY_MS) return;
      reportedAt = tools.now();
      tools.onProgress(report({ status: 'timeout', stage: 'scan' }));
    },
  });
  return outcome;
}

/** A type nobody here can look for was not looked for: silence about it must not read as "clean". */
function unknownTypes(scan: Scan, outcome: ScanOutcome): ScanOutcome {
  if (scan.result().unknown.length === 0) return outcome;
  return outcome.status === 'complete' ? joinOutcomes([{ status: 'unsupportedType' }]) : outcome;
}

/** A label that cannot be read is a value policies can ask for. */
function readLabelSafely(bytes: Uint8Array, tools: InspectionTools): LabelReading {
  try {
    return tools.readLabel(bytes);
  } catch {
    return { state: 'unreadable', labels: [] };
  }
}
