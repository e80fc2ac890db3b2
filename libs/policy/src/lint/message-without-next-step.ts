// A refusal that names no way out makes people look for one around the proxy; step-up and warnings offer one themselves.
import type { Rule } from './rule.ts';

/** Something to do, somewhere to go, or a reference to quote; in the four languages of the pages. */
const wayOut =
  /\{reference\}|@|https?:|\+?\d{5,}|\b(use|using|ask|contact|call|open|switch|connect|remove|request|report|only|sign in|try|must|install|label|nur|nutze|nutzen|verwende\w*|frage\w*|wende\w*|öffne\w*|bitte|kontakt\w*|uniquement|seulement|utilise[rz]?|demande[rz]?|contacte[rz]?|ouvre[rz]?|veuillez|solo|utilice|pida|contacte|abra|solicite)\b/iu;

export const messageWithoutNextStep: Rule = {
  id: 'message-without-next-step',
  severity: 'info',
  check: ({ policy }) => {
    const { type, message } = policy.action;
    if (type !== 'block' || message === undefined || message.trim() === '' || wayOut.test(message)) return [];
    const remedy = 'Say what to do now: use a managed device, whom to ask, or quote {reference}.';
    return [{ path: 'action.message', message: 'The message tells what is refused but no next step.', remedy }];
  },
};
