// The URL is the state of every screen: path, query, open drawer.
import { Anchor } from '@mantine/core';
import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';

const changed = new EventTarget();

function subscribe(listener: () => void): () => void {
  changed.addEventListener('change', listener);
  window.addEventListener('popstate', listener);
  return () => {
    changed.removeEventListener('change', listener);
    window.removeEventListener('popstate', listener);
  };
}

let unsaved = false;

/** While true, leaving the screen asks first. */
export function setUnsaved(value: boolean): void {
  unsaved = value;
}

window.addEventListener('beforeunload', (event) => {
  if (unsaved) event.preventDefault();
});

export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  const leaves = new URL(to, window.location.href).pathname !== window.location.pathname;
  if (unsaved && leaves && !window.confirm('Leave without saving your changes?')) return;
  if (leaves) unsaved = false;
  if (options.replace === true) window.history.replaceState(null, '', to);
  else window.history.pushState(null, '', to);
  changed.dispatchEvent(new Event('change'));
}

export function useUrl(): URL {
  const href = useSyncExternalStore(subscribe, () => window.location.href);
  return new URL(href);
}

/** Changes some query values of the present URL; undefined or '' takes one away. */
export function setQuery(values: Record<string, string | readonly string[] | undefined>): void {
  const url = new URL(window.location.href);
  for (const [key, value] of Object.entries(values)) {
    url.searchParams.delete(key);
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) {
      if (one !== '') url.searchParams.append(key, one);
    }
  }
  navigate(`${url.pathname}${url.search}`);
}

export function followLink(event: MouseEvent<HTMLElement>, to: string): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(to);
}

type LinkProps = { readonly to: string; readonly children: ReactNode; readonly fw?: number };

export function Link({ to, children, fw }: LinkProps) {
  return (
    <Anchor href={to} onClick={(event) => followLink(event, to)} {...(fw === undefined ? {} : { fw })}>
      {children}
    </Anchor>
  );
}

/** A link beside unsaved work: it opens a tab of its own, so that nothing typed is lost. */
export function NewTab({ to, children }: LinkProps) {
  return (
    <Anchor href={to} target="_blank" rel="noreferrer">
      {children}
    </Anchor>
  );
}
