export const styleSheet = `:root{color-scheme:light dark;--ink:#172033;--soft:#58637a;--card:#fff;--ground:#eef1f7;--line:#d8deea;--accent:#3457d5;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e9edf6;--soft:#a3aec4;--card:#192133;--ground:#0e1420;--line:#2f3a52;--accent:#8aa4ff;--on:#0e1420}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
main{width:100%;max-width:34rem;padding:2.25rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:14px;overflow-wrap:anywhere}
.organisation{margin:0 0 1.25rem;color:var(--soft);font-size:.875rem;font-weight:600;letter-spacing:.02em}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
h2{margin:1.5rem 0 .25rem;font-size:1rem}
p{margin:0 0 1rem}
.soft{color:var(--soft)}
button,.button{display:block;width:100%;margin-top:.75rem;padding:.8rem 1rem;border:0;border-radius:9px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
label{display:block;font-weight:600}
input[type=email]{display:block;width:100%;margin-top:.35rem;padding:.7rem .8rem;border:1px solid var(--line);border-radius:9px;background:transparent;color:inherit;font:inherit}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1.5rem 0 0;padding-top:1.25rem;border-top:1px solid var(--line);font-size:.9375rem}
dt{color:var(--soft)}dd{margin:0}
code{font:600 1rem ui-monospace,monospace;user-select:all}
`;

// Fragments never reach a server and die at a form POST: they wait in this tab until the app opens.
export const carryScript = `(() => {
  const { keep, restore, to, submit } = document.currentScript.dataset;
  let kept = '';
  try {
    if (keep && location.hash) sessionStorage.setItem(keep, location.hash);
    if (restore) { kept = sessionStorage.getItem(restore) ?? ''; sessionStorage.removeItem(restore); }
  } catch {}
  const hash = keep ? '' : location.hash || kept;
  if (to) return location.replace(to + hash);
  addEventListener('DOMContentLoaded', () => {
    const form = document.querySelector('form');
    if (form && hash) form.action += hash;
    if (form && submit) form.submit();
  });
})();
`;
