// Keeps one container, still encrypted, in this browser while its reader is away to sign in.
export type Parked = { readonly name: string; readonly buffer: ArrayBuffer };

const key = 'container';

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('gatehouse-viewer', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('parked');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const request = work(db.transaction('parked', mode).objectStore('parked'));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function park(file: Parked): Promise<void> {
  await run('readwrite', (store) => store.put(file, key));
}
export function parked(): Promise<Parked | undefined> {
  return run('readonly', (store) => store.get(key));
}
export async function dropParked(): Promise<void> {
  await run('readwrite', (store) => store.delete(key));
}
