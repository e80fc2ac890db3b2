import { escapeText } from './escape.ts';
import type { FileStore } from './file-store.ts';
import { type PageContext, page } from './page.ts';
import type { StoredFile } from './sample-files.ts';

export function filePath(file: StoredFile): string {
  return `${encodeURIComponent(file.folder)}/${encodeURIComponent(file.name)}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function fileRow(file: StoredFile, origin: string): string {
  const path = filePath(file);
  const name = escapeText(file.name);
  return `<tr data-file="${escapeText(`${file.folder}/${file.name}`)}">
<td><input type="checkbox" name="file" value="${path}" aria-label="Select ${name}"></td>
<td><a href="${origin}/view/${path}">${name}</a></td><td>${sizeText(file.bytes.length)}</td>
<td><a data-action="attachment" href="${origin}/files/${path}">Download</a></td></tr>`;
}

function fileTable(files: readonly StoredFile[], origin: string): string {
  if (files.length === 0) return '<p class="empty">No files here.</p>';
  return `<form method="get" action="/zip"><table><thead><tr><th></th><th>Name</th><th>Size</th><th></th></tr></thead>
<tbody>${files.map((file) => fileRow(file, origin)).join('')}</tbody></table>
<button data-action="zip">Download selected as zip</button></form>`;
}

function uploadForm(folder: string): string {
  return `<form class="card" method="post" action="/upload" enctype="multipart/form-data"><h2>Upload</h2>
<input type="hidden" name="folder" value="${escapeText(folder)}"><input type="file" name="file" multiple required aria-label="Files">
<button data-action="upload">Upload</button></form>`;
}

export function foldersPage(context: PageContext, store: FileStore): string {
  const cards = store.folders().map((folder) => {
    const count = store.list(folder).length;
    return `<li><a class="card" href="${context.origin}/folders/${encodeURIComponent(folder)}"><strong>${escapeText(folder)}</strong><span>${count} files</span></a></li>`;
  });
  return page(
    context,
    context.kind === 'crm' ? 'Attachments' : 'All files',
    `<ul class="cards">${cards.join('')}</ul>
<p><a data-action="csv" href="${context.origin}/export.csv">Export the list as CSV</a></p>`,
  );
}

export function folderPage(context: PageContext, store: FileStore, folder: string): string {
  const content = `${fileTable(store.list(folder), context.origin)}
<p><a data-action="zip-folder" href="/zip/${encodeURIComponent(folder)}">Download the folder as zip</a></p>${uploadForm(folder)}`;
  return page(context, folder, content);
}

export function searchPage(context: PageContext, store: FileStore, words: string): string {
  const results = words === '' ? '' : fileTable(store.search(words), context.origin);
  return page(
    context,
    'Search',
    `<form method="get" action="/search" role="search">
<input type="search" name="q" value="${escapeText(words)}" aria-label="File name"><button>Search</button></form>${results}`,
  );
}

/** Every way a browser can be made to download one file. */
export function filePage(context: PageContext, file: StoredFile): string {
  const path = filePath(file);
  const { origin } = context;
  const name = escapeText(file.name);
  return page(
    context,
    file.name,
    `<p>${sizeText(file.bytes.length)}, ${escapeText(file.type)}</p><ul class="actions">
<li><a data-action="attachment" href="${origin}/files/${path}">Download</a></li>
<li><a data-action="download-attribute" download="${name}" href="/files/${path}?inline=1">Download by link attribute</a></li>
<li><button data-action="fetch" data-path="/files/${path}" data-name="${name}">Download by script</button></li>
<li><button data-action="base64" data-path="/api/export/${path}">Download from JSON</button></li>
<li><a data-action="redirect" href="/go/${path}">Download through a redirect</a></li>
<li><a data-action="zip" href="/zip?file=${encodeURIComponent(path)}">Download as zip</a></li>
<li><a data-action="inline" target="_blank" rel="noopener" href="${origin}/files/${path}?inline=1">View in the browser</a></li>
</ul><p data-message role="status"></p>`,
  );
}
