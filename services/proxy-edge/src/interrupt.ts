// A download that waits for a person: sign-in keeps it and has the pages, the edge sends the browser or the link there.
import { acceptsJson, delivery, fillMessage, textFile } from '@gatehouse/activity/delivery';
import { field, requestKind } from '@gatehouse/activity/request-kind';
import type { App, Settings } from '@gatehouse/contracts/catalogue';
import type { Verdict } from '@gatehouse/contracts/decision';
import { type Interruption, interruptionOpen, interruptionPass } from '@gatehouse/contracts/interruption';
import { type Blocked, crossOrigin } from './deliver.ts';
import type { Edge } from './edge.ts';
import { type Exchange, sendBody } from './exchange.ts';
import { pageHeaders, renderPage } from './pages/page.ts';
import { chooseLanguage, type Texts, texts } from './pages/texts.ts';

type Ask = Interruption['ask'];
type Stopped = Pick<Blocked, 'verdict' | 'fileName' | 'reference'>;

/** What a verdict asks of the person; undefined if nothing. */
export function askOf({ action, obligations }: Verdict): Ask | undefined {
  for (const obligation of obligations) {
    if (obligation.type === 'stepUp' && action === 'stepUp')
      return { type: 'stepUp', authnContext: obligation.authnContext };
    if (obligation.type === 'coach' && action === 'coach')
      return { type: 'coach', requireJustification: obligation.requireJustification };
  }
  return undefined;
}

export type NextStep =
  /** The person has gone on in spite of this very warning; the acceptance is used up. */
  | { readonly type: 'passed'; readonly justification?: string | undefined }
  /** Where the person goes on. */
  | { readonly type: 'link'; readonly link: string }
  /** Sign-in does not answer: nobody can go on. */
  | { readonly type: 'away' };

/** Takes an acceptance if there is one, else keeps the download for later. */
export async function nextStep(edge: Edge, exchange: Exchange, ask: Ask, stopped: Stopped): Promise<NextStep> {
  try {
    if (ask.type === 'coach' && exchange.method === 'GET') {
      const { sessionId } = exchange.live.session;
      const asked = { sessionId, ...about(exchange, stopped.verdict) };
      const answer = await edge.messaging.request(interruptionPass, asked);
      if (answer.type === 'passed') return answer;
    }
    return { type: 'link', link: await openInterruption(edge, exchange, ask, stopped) };
  } catch (error) {
    edge.log.warn({ error }, 'a download cannot be interrupted');
    return { type: 'away' };
  }
}

async function openInterruption(
  edge: Edge,
  exchange: Exchange,
  ask: Ask,
  { verdict, fileName, reference }: Stopped,
): Promise<string> {
  const message = messageOf(exchange, { verdict, fileName, reference });
  const back = pageOf(exchange);
  const { flow } = await edge.messaging.request(interruptionOpen, {
    ask,
    session: exchange.live.session,
    ...about(exchange, verdict),
    ...(back === undefined ? {} : { back }),
    ...(fileName === undefined ? {} : { fileName }),
    ...(message === undefined ? {} : { message }),
    referenceId: reference,
    matched: verdict.matched,
  });
  const { scheme, port } = exchange.listener;
  const path = ask.type === 'stepUp' ? 'step-up' : 'warning';
  return `${scheme}://login.${edge.config.SUFFIX}${port ? `:${port}` : ''}/${path}?flow=${flow}`;
}

/** The same file by the same policies: an acceptance counts for nothing else. */
function about(exchange: Exchange, { matched }: Verdict): Pick<Interruption, 'host' | 'target' | 'decision'> {
  const decision = matched.map(({ id, version }) => `${id}@${version}`).sort();
  // Only a GET can be opened again; after anything else the person returns to the page.
  const target = exchange.method === 'GET' ? exchange.target : (pageOf(exchange) ?? '/');
  return { host: exchange.host.replace(/:\d+$/, ''), target, decision: decision.join(' ') };
}

/** Path and query of the page of this host that asked. */
function pageOf({ headers, host }: Exchange): string | undefined {
  const referer = field(headers, 'referer') ?? '';
  if (!URL.canParse(referer)) return undefined;
  const url = new URL(referer);
  return url.host === host ? `${url.pathname}${url.search}` : undefined;
}

function messageOf(exchange: Exchange, { verdict, fileName, reference }: Stopped): string | undefined {
  const shown = verdict.obligations.find((obligation) => obligation.type === 'showMessage')?.message;
  return shown ? fillMessage(shown, placeholders(exchange.app, exchange, verdict, fileName, reference)) : undefined;
}

const placeholders = (
  app: App,
  { live }: Exchange,
  { policyName }: Verdict,
  fileName: string | undefined,
  reference: string,
) => ({
  appName: app.name,
  fileName,
  policyName,
  reference,
  userName: live.session.displayName ?? live.session.user,
});

/** Sends the browser to `link`, or tells whoever cannot be sent; gives the text that took the file's place, if any. */
export function sendInterruption(
  exchange: Exchange,
  ask: Ask,
  blocked: Blocked,
  link: string,
  settings: Settings,
): string | undefined {
  const { response, headers, method } = exchange;
  const reference = ['gatehouse-reference', blocked.reference];
  const kind = delivery(method, headers);
  if (kind === 'navigation' && requestKind(method, headers) !== 'frame') {
    sendBody(response, 302, ['location', link, 'cache-control', 'no-store', ...reference], '');
    return undefined;
  }
  const words = texts[chooseLanguage(field(headers, 'accept-language'))];
  const message = `${messageOf(exchange, blocked) ?? words[lead[ask.type]]}\n\n${words[next[ask.type]]}`;
  const time = new Date().toISOString();
  if (kind === 'navigation') return sendFrame(exchange, ask, { message, link, time, reference: blocked.reference });
  const contact = settings.supportContact ? { supportContact: settings.supportContact } : {};
  const text = textFile({ message: `${message}\n${link}`, reference: blocked.reference, time, ...contact });
  const readers = kind === 'fetch' ? crossOrigin(exchange, blocked.answer) : [];
  const head = [...reference, 'gatehouse-link', link, ...readers, 'cache-control', 'no-store'];
  if (kind === 'fetch' && acceptsJson(headers)) {
    const problem = { type: 'about:blank', title: words[title[ask.type]], status: 403, detail: message, link };
    const body = JSON.stringify({ ...problem, reference: blocked.reference });
    sendBody(response, 403, ['content-type', 'application/problem+json', ...head], body);
  } else {
    const plain = ['content-type', 'text/plain; charset=utf-8', 'x-content-type-options', 'nosniff'];
    sendBody(response, 403, [...plain, ...head], text);
  }
  return text;
}

const title: Readonly<Record<Ask['type'], keyof Texts>> = { stepUp: 'stepUpTitle', coach: 'warningTitle' };
const lead: Readonly<Record<Ask['type'], keyof Texts>> = { stepUp: 'stepUpText', coach: 'warningText' };
const next: Readonly<Record<Ask['type'], keyof Texts>> = { stepUp: 'stepUpNext', coach: 'warningNext' };

/** Neither the identity provider nor our pages can be shown in a frame: the link opens the whole tab. */
function sendFrame(
  exchange: Exchange,
  ask: Ask,
  { message, link, time, reference }: { message: string; link: string; time: string; reference: string },
): undefined {
  const language = chooseLanguage(field(exchange.headers, 'accept-language'));
  const words = texts[language];
  const page = { status: 403, language, title: words[title[ask.type]], message, reference, time };
  const html = renderPage({ ...page, link: { url: link, text: words.interruptionLink } });
  sendBody(exchange.response, 403, [...pageHeaders, 'gatehouse-reference', reference], html);
}
