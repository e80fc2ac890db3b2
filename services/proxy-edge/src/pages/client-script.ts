// The script that pages of controlled apps load: where a script of the app asks for a file and gets a refusal, the person
// sees why. It only tells; whether bytes are delivered is decided here, whatever a page does to the script.
import type { Texts } from './texts.ts';

export const clientScriptPath = '/.gatehouse/client.js';

/** Plain text of the script file in one language. */
export function clientScript(words: Texts): string {
  const { restrictedTitle: title, restrictedNext: next, reference, copy, copied, close } = words;
  return `(${source})(${JSON.stringify({ title, next, reference, copy, copied, close })});\n`;
}

/** The one tag that loads it. */
export const clientScriptTag = (nonce: string): string =>
  `<script src="${clientScriptPath}" nonce="${nonce}"></script>`;

// No innerHTML, no style attribute, no inline handler: it works under Trusted Types and the strictest policies.
const source = String.raw`function (words) {
  'use strict';
  var css = ':host{all:initial}dialog{box-sizing:border-box;width:min(32em,calc(100vw - 2em));max-height:calc(100vh - 2em);overflow:auto;' +
    'padding:1.5em;border:1px solid #d9dfeb;border-radius:.9em;background:#fff;color:#172033;box-shadow:0 12px 40px rgb(10 20 50/.25);' +
    'font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}dialog::backdrop{background:rgb(10 15 30/.45)}' +
    'h2{margin:0 0 .5em;font-size:1.3em;line-height:1.25}p{margin:.5em 0;overflow-wrap:anywhere;white-space:pre-line}.next{color:#56607a}' +
    '.ref{display:flex;flex-wrap:wrap;gap:.5em 1em;align-items:center;margin-top:1em}code{font:600 1em ui-monospace,Menlo,monospace;user-select:all}' +
    'button{font:600 15px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;padding:.55em 1em;border-radius:.5em;border:1px solid #2f55d4;background:transparent;color:#2f55d4;cursor:pointer}' +
    'button:focus-visible{outline:3px solid #2f55d4;outline-offset:2px}.close{background:#2f55d4;color:#fff;margin-top:1.2em}' +
    '@media(prefers-color-scheme:dark){dialog{background:#1a2131;color:#e9edf7;border-color:#2e3850}.next{color:#a5afc6}' +
    'button{border-color:#8fa9ff;color:#8fa9ff}.close{background:#8fa9ff;color:#0f1420}button:focus-visible{outline-color:#8fa9ff}}';
  var waiting = [], open = false, told = Object.create(null);

  function element(name, text, kind) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function show() {
    var next = waiting.shift();
    if (!next) return;
    open = true;
    var host = element('div');
    var root = host.attachShadow({ mode: 'closed' });
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    var dialog = element('dialog');
    var heading = element('h2', words.title);
    heading.id = 't';
    dialog.setAttribute('aria-labelledby', 't');
    var line = element('div', '', 'ref');
    var copy = element('button', words.copy);
    copy.addEventListener('click', function () {
      navigator.clipboard.writeText(next.reference).then(function () { copy.textContent = words.copied; }, function () {});
    });
    line.append(element('span', words.reference), element('code', next.reference));
    if (navigator.clipboard) line.append(copy);
    var close = element('button', words.close, 'close');
    close.addEventListener('click', function () { dialog.close(); });
    dialog.addEventListener('close', function () { host.remove(); open = false; show(); });
    dialog.append(heading, element('p', next.message), element('p', words.next, 'next'), line, close);
    root.append(dialog);
    document.documentElement.append(host);
    dialog.showModal();
    close.focus();
  }

  function messageOf(body, type) {
    if (/json/.test(type || '')) {
      try { return String(JSON.parse(body).detail || ''); } catch (error) { return ''; }
    }
    return body;
  }

  function tell(reference, body, type) {
    if (told[reference]) return;
    told[reference] = true;
    // The end of the text file, reference and time, stands in the dialog anyway.
    var message = messageOf(body, type).split('\r\n\r\nReference: ')[0].slice(0, 2200);
    waiting.push({ reference: reference, message: message });
    if (!open) show();
  }

  var fetchOfPage = window.fetch;
  if (fetchOfPage) window.fetch = function fetch() {
    var answer = Reflect.apply(fetchOfPage, this, arguments);
    answer.then(function (response) {
      var reference = response.status === 403 && response.headers.get('gatehouse-reference');
      if (!reference) return;
      response.clone().text().then(function (body) { tell(reference, body, response.headers.get('content-type')); }, function () {});
    }, function () {});
    return answer;
  };

  function textOf(request) {
    var body = request.response;
    if (request.responseType === '' || request.responseType === 'text') return Promise.resolve(request.responseText);
    if (request.responseType === 'json') return Promise.resolve(JSON.stringify(body));
    if (body instanceof ArrayBuffer) return Promise.resolve(new TextDecoder().decode(body));
    return body instanceof Blob ? body.text() : Promise.resolve('');
  }

  var sendOfPage = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function send() {
    var request = this;
    request.addEventListener('load', function () {
      if (request.status !== 403) return;
      var reference = request.getResponseHeader('gatehouse-reference');
      if (!reference) return;
      textOf(request).then(function (body) { tell(reference, body, request.getResponseHeader('content-type')); }, function () {});
    });
    return Reflect.apply(sendOfPage, this, arguments);
  };
}`;
