// What a decision was made from, kept with its activity so that it can be made again. Counts and names, never content.
import { z } from 'zod';
import { fileFactsSchema, needsSchema } from './decision.ts';
import { certificateReasonSchema } from './reason.ts';

/** `access`: a sign-in; `file`: a download or view that was judged; `watched`: an activity that is only recorded. */
export const decisionKinds = ['access', 'file', 'watched'] as const;
export const decisionKindSchema = z.enum(decisionKinds);
export type DecisionKind = z.infer<typeof decisionKindSchema>;

export const recordedFactsSchema = z.object({
  kind: decisionKindSchema,
  /** The action the PDP was asked about; a file that is viewed may have been judged as a download. */
  action: z.string(),
  certificateReason: certificateReasonSchema.optional(),
  /** Whether the app was in strict mode. */
  strictMode: z.boolean().default(false),
  /** The app sent a part of the file (206): what must be inspected is then refused. */
  part: z.boolean().default(false),
  /** The file before it was held: label, content and often size still pending. */
  file: fileFactsSchema.optional(),
  /** The file after it was held; absent where nothing was asked for or the scanner's answer was broken. */
  learned: z
    .object({
      /** What was asked for. A type that is not listed was not looked for, whatever `file.content` says. */
      sought: needsSchema,
      file: fileFactsSchema,
      /** The whole file was inspected, without a limit or an error. */
      complete: z.boolean(),
    })
    .optional(),
});
export type RecordedFacts = z.infer<typeof recordedFactsSchema>;
